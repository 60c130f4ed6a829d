//! An archive as `docker load` takes it, as a target.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use portolan_oci::{Descriptor, RawManifest, Registry, RepositoryName, Tag, TagOrDigest, Verified};

use super::image::{Image, image};
use super::write::write;
use crate::archive::place_file::{UnfinishedFile, UnfinishedFolder, must_be_absent};
use crate::layout::{LayoutRepository, off_thread};
use crate::{
    Begun, Capabilities, Chunk, Content, Deleted, InArchive, Location, MountFrom, PutAs, PutOutcome, Resumed,
    Support, Target, TransportError, TransportResult, UploadState,
};

/// Writes an archive that `docker load` and `podman load` take. It holds one image for one platform, which
/// may have several tags; its configuration is kept byte for byte, its layers are unpacked and checked against
/// the configuration.
///
/// Blobs are collected in a folder beside the file; the archive is written from there in
/// [`close`](Target::close). Tags need a repository for `docker load`: where none is named it is the file's
/// name without `.tar`, so that `debian.tar` and the tag `13` give `debian:13`.
pub struct DockerArchiveWriter {
    repository: String,
    scratch: Arc<LayoutRepository>,
    unfinished: Mutex<Option<Unfinished>>,
}

struct Unfinished {
    file: UnfinishedFile,
    folder: UnfinishedFolder,
    image: Option<Image>,
}

impl DockerArchiveWriter {
    /// Begins an archive that will be at `path`.
    ///
    /// # Errors
    /// `Rejected` if there is a file already; `Io` if the folder cannot be written to.
    pub async fn create(path: impl Into<PathBuf>) -> TransportResult<Self> {
        Self::create_named(path, InArchive::All).await
    }

    /// The same for an image with a name of its own.
    ///
    /// # Errors
    /// As without; `Rejected` too for a place in the archive, which is no name.
    pub async fn create_named(path: impl Into<PathBuf>, images: InArchive) -> TransportResult<Self> {
        let path = path.into();
        let location = Location::DockerArchive(path.clone(), images.clone());
        let repository = match images {
            InArchive::All => repository(&path),
            InArchive::Repository(registry, repository) => short(&registry, &repository),
            InArchive::Nth(_) => {
                return Err(TransportError::Rejected {
                    what: format!("writing {location}"),
                    message: "an image is written under a name, not at a place".to_owned(),
                });
            }
        };
        let (place, begun) = (location.clone(), path.clone());
        let (file, folder) = off_thread("beginning an archive", move || {
            must_be_absent(&begun, &place)?;
            let what = |cause| TransportError::io(format!("writing {place}"), cause);
            let file = UnfinishedFile::begin(&begun).map_err(what)?;
            let folder = file.folder_beside().map_err(what)?;
            Ok((file, folder))
        })
        .await?;
        let scratch = Arc::new(LayoutRepository::scratch(folder.path().to_owned(), location).await?);
        let unfinished = Mutex::new(Some(Unfinished { file, folder, image: None }));
        Ok(Self { repository, scratch, unfinished })
    }

    fn closed(&self) -> TransportError {
        TransportError::Rejected {
            what: format!("writing {}", Target::location(self)),
            message: "the archive has been closed".to_owned(),
        }
    }

    /// Takes the image as the one of the archive.
    fn take(&self, image: Image) -> TransportResult<()> {
        let mut unfinished = self.unfinished.lock().unwrap_or_else(PoisonError::into_inner);
        let unfinished = unfinished.as_mut().ok_or_else(|| self.closed())?;
        if unfinished.image.as_ref().is_some_and(|there| there.manifest != image.manifest) {
            return Err(TransportError::Rejected {
                what: format!("writing {}", Target::location(self)),
                message:
                    "a docker-archive holds one image, and this would be a second one: write an oci-archive:"
                        .to_owned(),
            });
        }
        unfinished.image = Some(image);
        Ok(())
    }
}

/// The name for `docker load`, from the file's name.
fn repository(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let stem = name.split(".tar").next().unwrap_or_default();
    stem.parse().map_or_else(|_| "image".to_owned(), |name: RepositoryName| name.to_string())
}

/// A repository's name as `docker save` writes it: without what Docker adds by itself.
fn short(registry: &Registry, repository: &RepositoryName) -> String {
    match repository.as_str() {
        name if registry.is_docker_hub() => name.strip_prefix("library/").unwrap_or(name).to_owned(),
        name => format!("{registry}/{name}"),
    }
}

#[async_trait]
impl Target for DockerArchiveWriter {
    fn location(&self) -> &Location {
        Target::location(&*self.scratch)
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            referrers_api: Support::No,
            mount: Support::No,
            anonymous_mount: Support::Yes,
            resumable_upload: Support::No,
            delete_tag: Support::No,
            any_artifact: Support::No,
        }
    }

    async fn has_blob(&self, blob: &Descriptor) -> TransportResult<bool> {
        self.scratch.has_blob(blob).await
    }

    async fn stat_manifest(&self, reference: &TagOrDigest) -> TransportResult<Option<Descriptor>> {
        self.scratch.stat_manifest(reference).await
    }

    async fn read_manifest(&self, reference: &TagOrDigest) -> TransportResult<Option<RawManifest>> {
        self.scratch.read_manifest(reference).await
    }

    async fn tags(&self) -> TransportResult<Vec<Tag>> {
        Target::tags(&*self.scratch).await
    }

    async fn begin(&self, blob: &Descriptor, mount: &MountFrom) -> TransportResult<Begun> {
        self.scratch.begin(blob, mount).await
    }

    async fn resume(&self, upload: &UploadState) -> TransportResult<Resumed> {
        self.scratch.resume(upload).await
    }

    async fn append(&self, upload: &UploadState, chunk: Chunk) -> TransportResult<UploadState> {
        self.scratch.append(upload, chunk).await
    }

    async fn commit(&self, upload: &UploadState, verified: &Verified) -> TransportResult<()> {
        self.scratch.commit(upload, verified).await
    }

    async fn finish(&self, upload: &UploadState, content: Content) -> TransportResult<()> {
        self.scratch.finish(upload, content).await
    }

    async fn abort(&self, upload: &UploadState) -> TransportResult<()> {
        self.scratch.abort(upload).await
    }

    async fn put_manifest(&self, manifest: &RawManifest, name: &PutAs) -> TransportResult<PutOutcome> {
        let image = image(self.scratch.contents(), manifest).await?;
        self.take(image)?;
        self.scratch.put_manifest(manifest, name).await?;
        Ok(PutOutcome::Stored)
    }

    async fn delete(&self, reference: &TagOrDigest) -> TransportResult<Deleted> {
        let what = format!("deleting {}", Target::location(self).with(Some(reference)));
        Err(TransportError::Unsupported { what })
    }

    async fn close(&self) -> TransportResult<()> {
        let unfinished = self.unfinished.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(Unfinished { file, folder, image }) = unfinished else { return Ok(()) };
        let Some(image) = image else { return Ok(()) };
        let mut tags = Target::tags(&*self.scratch).await?;
        tags.sort();
        let names = tags.iter().map(|tag| format!("{}:{tag}", self.repository)).collect();
        write(&self.scratch, &image, names, file).await?;
        drop(folder);
        Ok(())
    }
}
