//! A layout folder as a place.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::OnceCell;

use super::folder::{Durability, Folder};
use super::index_writer::IndexWriter;
use super::prepare::Found;
use super::{Contents, off_thread};
use crate::{Capabilities, Location, Support, TransportError, TransportResult};

/// A folder in the OCI image layout, to read from and to write to.
pub struct LayoutRepository {
    pub(super) contents: Contents<Arc<Folder>>,
    pub(super) writer: IndexWriter,
    /// Set once the folder is known to be a layout that can be written to.
    pub(super) prepared: OnceCell<()>,
}

impl LayoutRepository {
    /// Opens the layout at `path`.
    ///
    /// # Errors
    /// `NotFound` if there is no such folder, or an empty one; `Rejected` if it is not a layout of version
    /// 1.0.0.
    pub async fn open(path: impl Into<PathBuf>) -> TransportResult<Self> {
        let path = path.into();
        let location = Location::Layout(path.clone());
        let (layout, found) = Self::look(path, location, Durability::Synced).await?;
        match found {
            Found::Layout => Ok(layout),
            Found::Empty => Err(TransportError::NotFound { what: layout.contents.location().to_string() }),
        }
    }

    /// The layout at `path`, which is made on the first write if it is not there.
    ///
    /// # Errors
    /// `Rejected` if the folder holds something else, or a layout of another version.
    pub async fn create(path: impl Into<PathBuf>) -> TransportResult<Self> {
        let path = path.into();
        let location = Location::Layout(path.clone());
        Ok(Self::look(path, location, Durability::Synced).await?.0)
    }

    /// A layout at `path` that need not outlive this process, and that speaks of itself as `location`.
    pub(crate) async fn scratch(path: PathBuf, location: Location) -> TransportResult<Self> {
        Ok(Self::look(path, location, Durability::Scratch).await?.0)
    }

    async fn look(
        path: PathBuf,
        location: Location,
        durability: Durability,
    ) -> TransportResult<(Self, Found)> {
        let folder = Arc::new(Folder::new(path, durability));
        let looking = Arc::clone(&folder);
        let found = off_thread("looking at a layout", move || looking.look()).await?;
        let contents = Contents::new(location, folder);
        Ok((Self { contents, writer: IndexWriter::default(), prepared: OnceCell::new() }, found))
    }

    /// Makes the folder a layout, the first time.
    pub(super) async fn prepare(&self) -> TransportResult<&Arc<Folder>> {
        let folder = self.contents.files();
        let prepare = || {
            let folder = Arc::clone(folder);
            off_thread("making a layout", move || folder.prepare())
        };
        self.prepared.get_or_try_init(prepare).await?;
        Ok(folder)
    }

    /// The contents, for reading.
    pub(crate) fn contents(&self) -> &Contents<Arc<Folder>> {
        &self.contents
    }

    pub(super) fn powers() -> Capabilities {
        Capabilities {
            referrers_api: Support::Yes,
            mount: Support::No,
            anonymous_mount: Support::Yes,
            resumable_upload: Support::Yes,
            delete_tag: Support::Yes,
            any_artifact: Support::Yes,
        }
    }
}
