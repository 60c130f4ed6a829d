//! The conformance suite finds what is wrong: a layout with one flaw at a time fails the check that is about
//! it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use portolan_oci::{Descriptor, Digest, MediaType, RawManifest, Tag, TagOrDigest, Verified};
use portolan_transport::conformance::{self, PlaceUnderTest};
use portolan_transport::{
    Begun, BlobRead, Capabilities, Chunk, Content, Deleted, LayoutRepository, Location, MountFrom, PutAs,
    PutOutcome, Referrers, ReferrersVia, Resumed, Source, Target, TransportResult, UploadState,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flaw {
    SaysItHasEverything,
    WritesManifestsAnew,
    StreamsFromTheStart,
    KeepsAbortedUploads,
    ForgetsWhereAnUploadIs,
    KeepsDeletedTags,
    ListsTagsTwice,
    LosesReferrers,
    LeavesTagsWhereTheyWere,
}

struct Flawed {
    inner: LayoutRepository,
    flaw: Flaw,
}

struct Place {
    folder: tempfile::TempDir,
    made: AtomicUsize,
    flaw: Flaw,
}

impl Place {
    async fn at(&self, location: &Location) -> TransportResult<Flawed> {
        let Location::Layout(path) = location else { panic!("{location} is not a layout") };
        Ok(Flawed { inner: LayoutRepository::create(path.clone()).await?, flaw: self.flaw })
    }
}

#[async_trait]
impl PlaceUnderTest for Place {
    async fn target(&self) -> TransportResult<Arc<dyn Target>> {
        let path = self.folder.path().join(self.made.fetch_add(1, Ordering::Relaxed).to_string());
        Ok(Arc::new(self.at(&Location::Layout(path)).await?))
    }

    async fn source(&self, location: &Location) -> TransportResult<Arc<dyn Source>> {
        Ok(Arc::new(self.at(location).await?))
    }

    async fn target_again(&self, location: &Location) -> TransportResult<Option<Arc<dyn Target>>> {
        Ok(Some(Arc::new(self.at(location).await?)))
    }
}

#[async_trait]
impl Target for Flawed {
    fn location(&self) -> &Location {
        Target::location(&self.inner)
    }
    fn capabilities(&self) -> Capabilities {
        Target::capabilities(&self.inner)
    }
    async fn has_blob(&self, blob: &Descriptor) -> TransportResult<bool> {
        Ok(self.flaw == Flaw::SaysItHasEverything || self.inner.has_blob(blob).await?)
    }
    async fn stat_manifest(&self, reference: &TagOrDigest) -> TransportResult<Option<Descriptor>> {
        self.inner.stat_manifest(reference).await
    }
    async fn read_manifest(&self, reference: &TagOrDigest) -> TransportResult<Option<RawManifest>> {
        self.inner.read_manifest(reference).await
    }
    async fn tags(&self) -> TransportResult<Vec<Tag>> {
        let mut tags = Target::tags(&self.inner).await?;
        if self.flaw == Flaw::ListsTagsTwice {
            tags.extend(tags.clone());
        }
        Ok(tags)
    }
    async fn begin(&self, blob: &Descriptor, mount: &MountFrom) -> TransportResult<Begun> {
        self.inner.begin(blob, mount).await
    }
    async fn resume(&self, upload: &UploadState) -> TransportResult<Resumed> {
        match self.flaw {
            Flaw::ForgetsWhereAnUploadIs => Ok(Resumed::Gone),
            _ => self.inner.resume(upload).await,
        }
    }
    async fn append(&self, upload: &UploadState, chunk: Chunk) -> TransportResult<UploadState> {
        self.inner.append(upload, chunk).await
    }
    async fn commit(&self, upload: &UploadState, verified: &Verified) -> TransportResult<()> {
        self.inner.commit(upload, verified).await
    }
    async fn finish(&self, upload: &UploadState, content: Content) -> TransportResult<()> {
        self.inner.finish(upload, content).await
    }
    async fn abort(&self, upload: &UploadState) -> TransportResult<()> {
        match self.flaw {
            Flaw::KeepsAbortedUploads => Ok(()),
            _ => self.inner.abort(upload).await,
        }
    }
    async fn put_manifest(&self, manifest: &RawManifest, name: &PutAs) -> TransportResult<PutOutcome> {
        let moves = match name {
            PutAs::Tag(tag) => self.inner.stat_manifest(&tag.clone().into()).await?.is_some(),
            PutAs::Digest => false,
        };
        match self.flaw {
            Flaw::LeavesTagsWhereTheyWere if moves => self.inner.put_manifest(manifest, &PutAs::Digest).await,
            Flaw::WritesManifestsAnew => {
                let value: serde_json::Value = serde_json::from_slice(manifest.bytes()).unwrap();
                let anew = RawManifest::new(value.to_string().into(), Some(manifest.media_type())).unwrap();
                self.inner.put_manifest(&anew, name).await
            }
            _ => self.inner.put_manifest(manifest, name).await,
        }
    }
    async fn delete(&self, reference: &TagOrDigest) -> TransportResult<Deleted> {
        match (self.flaw, reference) {
            (Flaw::KeepsDeletedTags, TagOrDigest::Tag(_)) => Ok(Deleted::Tag),
            _ => self.inner.delete(reference).await,
        }
    }
    async fn close(&self) -> TransportResult<()> {
        self.inner.close().await
    }
}

#[async_trait]
impl Source for Flawed {
    fn location(&self) -> &Location {
        Source::location(&self.inner)
    }
    fn capabilities(&self) -> Capabilities {
        Source::capabilities(&self.inner)
    }
    async fn resolve(&self, reference: &TagOrDigest) -> TransportResult<Descriptor> {
        self.inner.resolve(reference).await
    }
    async fn manifest(&self, reference: &TagOrDigest) -> TransportResult<RawManifest> {
        self.inner.manifest(reference).await
    }
    async fn blob(&self, blob: &Descriptor, offset: u64) -> TransportResult<BlobRead> {
        match self.flaw {
            Flaw::StreamsFromTheStart => Ok(BlobRead { offset, ..self.inner.blob(blob, 0).await? }),
            _ => self.inner.blob(blob, offset).await,
        }
    }
    async fn tags(&self) -> TransportResult<Vec<Tag>> {
        Source::tags(&self.inner).await
    }
    async fn referrers(&self, subject: &Digest, kind: Option<&MediaType>) -> TransportResult<Referrers> {
        match self.flaw {
            Flaw::LosesReferrers => Ok(Referrers { descriptors: Vec::new(), via: ReferrersVia::Api }),
            _ => self.inner.referrers(subject, kind).await,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_flaw_is_found_by_the_check_about_it() {
    let flaws = [
        (Flaw::SaysItHasEverything, "uploads::invisible_before_the_end"),
        (Flaw::WritesManifestsAnew, "manifests::image_byte_for_byte"),
        (Flaw::StreamsFromTheStart, "reads::at_every_offset"),
        (Flaw::KeepsAbortedUploads, "uploads::aborted"),
        (Flaw::ForgetsWhereAnUploadIs, "uploads::state_survives_being_written_down"),
        (Flaw::KeepsDeletedTags, "deletes::one_tag"),
        (Flaw::ListsTagsTwice, "tags::all_are_listed"),
        (Flaw::LosesReferrers, "referrers::listed_with_type_and_annotations"),
        (Flaw::LeavesTagsWhereTheyWere, "tags::one_moves"),
    ];
    futures::future::join_all(flaws.map(|(flaw, check)| tokio::spawn(found_by(flaw, check))))
        .await
        .into_iter()
        .for_each(|found| found.unwrap());
}

async fn found_by(flaw: Flaw, check: &str) {
    let place = Place { folder: tempfile::tempdir().unwrap(), made: AtomicUsize::new(0), flaw };
    let failures = conformance::run(&place).await.unwrap_err();
    let found: Vec<_> = failures.0.iter().map(|failure| failure.check).collect();
    assert!(found.contains(&check), "{flaw:?} was found by {found:?}, not by {check}");
}
