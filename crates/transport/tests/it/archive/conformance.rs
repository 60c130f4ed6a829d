use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use portolan_transport::conformance::{self, Expectations, PlaceUnderTest};
use portolan_transport::{Archive, Location, OciArchiveWriter, Source, Support, Target, TransportResult};

struct Archives {
    folder: tempfile::TempDir,
    made: AtomicUsize,
}

fn path(location: &Location) -> PathBuf {
    match location {
        Location::OciArchive(path) => path.clone(),
        other => panic!("{other} is not an archive"),
    }
}

#[async_trait]
impl PlaceUnderTest for Archives {
    async fn target(&self) -> TransportResult<Arc<dyn Target>> {
        let name = format!("{}.tar", self.made.fetch_add(1, Ordering::Relaxed));
        Ok(Arc::new(OciArchiveWriter::create(self.folder.path().join(name)).await?))
    }

    async fn source(&self, location: &Location) -> TransportResult<Arc<dyn Source>> {
        Ok(Arc::new(Archive::open_oci(path(location)).await?))
    }

    async fn target_again(&self, _: &Location) -> TransportResult<Option<Arc<dyn Target>>> {
        Ok(None)
    }

    fn expectations(&self) -> Expectations {
        Expectations { sha512: Support::Yes, ..Expectations::default() }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_oci_archive_keeps_all_promises() {
    let place = Archives { folder: tempfile::tempdir().unwrap(), made: AtomicUsize::new(0) };
    conformance::run(&place).await.unwrap();
    let left: Vec<_> =
        std::fs::read_dir(place.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(
        left.iter().all(|name| !name.to_string_lossy().starts_with('.')),
        "unfinished archives were left: {left:?}"
    );
}
