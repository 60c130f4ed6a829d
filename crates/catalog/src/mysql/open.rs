//! Opening a database of a server.

use super::connect::reach;
use super::migrating::bring_up_to_date;
use crate::database::{Connections, Locks, Readers, Writing};
use crate::server::{Server, ServerConnections};
use crate::{CatalogError, DatabaseLocation};

pub(crate) async fn open(location: &DatabaseLocation, server: &Server) -> Result<Connections, CatalogError> {
    let reached = reach(location, server).await?;
    bring_up_to_date(&reached, location).await?;
    let ServerConnections { writers, readers } = server.connections();
    let writing = Writing { database: reached.pool(writers), connections: writers };
    let readers = Readers::new(reached.pool(readers));
    Ok(Connections { readers, writing, locks: Locks::None })
}
