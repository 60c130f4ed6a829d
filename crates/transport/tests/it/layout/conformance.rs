use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use portolan_transport::conformance::{self, Expectations, PlaceUnderTest};
use portolan_transport::{LayoutRepository, Location, Source, Support, Target, TransportResult};

struct Layouts {
    folder: tempfile::TempDir,
    made: AtomicUsize,
}

fn path(location: &Location) -> PathBuf {
    match location {
        Location::Layout(path) => path.clone(),
        other => panic!("{other} is not a layout"),
    }
}

#[async_trait]
impl PlaceUnderTest for Layouts {
    async fn target(&self) -> TransportResult<Arc<dyn Target>> {
        let path = self.folder.path().join(self.made.fetch_add(1, Ordering::Relaxed).to_string());
        Ok(Arc::new(LayoutRepository::create(path).await?))
    }

    async fn source(&self, location: &Location) -> TransportResult<Arc<dyn Source>> {
        Ok(Arc::new(LayoutRepository::open(path(location)).await?))
    }

    async fn target_again(&self, location: &Location) -> TransportResult<Option<Arc<dyn Target>>> {
        Ok(Some(Arc::new(LayoutRepository::create(path(location)).await?)))
    }

    fn expectations(&self) -> Expectations {
        Expectations { sha512: Support::Yes, ..Expectations::default() }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_layout_keeps_all_promises() {
    let place = Layouts { folder: tempfile::tempdir().unwrap(), made: AtomicUsize::new(0) };
    conformance::run(&place).await.unwrap();
}
