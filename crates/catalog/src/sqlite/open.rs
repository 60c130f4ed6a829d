//! Opening a file.

use std::num::NonZeroU32;
use std::path::Path;

use super::connect::{connect_writer, readers, use_wal};
use super::files::prepare_file;
use super::migrating::bring_up_to_date;
use crate::database::{Connections, Locks, Readers, Writing};
use crate::{CatalogError, DatabaseLocation};

pub(crate) async fn open(location: &DatabaseLocation, path: &Path) -> Result<Connections, CatalogError> {
    prepare_file(location, path)?;
    let writing = connect_writer(location, path).await?;
    let prepared = async {
        use_wal(&writing).await?;
        bring_up_to_date(&writing, location).await
    };
    if let Err(error) = prepared.await {
        let _ = writing.close_by_ref().await;
        return Err(error);
    }
    let writing = Writing { database: writing, connections: NonZeroU32::MIN };
    Ok(Connections { readers: Readers::new(readers(path)), writing, locks: Locks::beside(path) })
}
