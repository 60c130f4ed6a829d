//! Opening a database of a server.

use super::connect::{pool, reach};
use super::migrating::bring_up_to_date;
use crate::database::{Connections, Locks, Readers, Writing};
use crate::server::{Server, ServerConnections};
use crate::{CatalogError, DatabaseLocation};

pub(crate) async fn open(location: &DatabaseLocation, server: &Server) -> Result<Connections, CatalogError> {
    let options = reach(location, server).await?;
    let ServerConnections { writers, readers } = server.connections();
    let writing = pool(&options, writers);
    if let Err(error) = bring_up_to_date(&writing, location).await {
        let _ = writing.close_by_ref().await;
        return Err(error);
    }
    let writing = Writing { database: writing, connections: writers };
    let readers = Readers::new(pool(&options, readers));
    Ok(Connections { readers, writing, locks: Locks::None })
}
