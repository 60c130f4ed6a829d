//! Processes that share a database.

use jiff::Timestamp;
use portolan_catalog::Node;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A process that shares the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Node)]
pub struct NodeData {
    /// Its number: a process that starts anew has another.
    pub id: i64,
    /// Its name, which others may have, too.
    pub name: String,
    /// The command, and the number of the process.
    pub what: String,
    /// The machine that it is on.
    pub host: String,
    /// Since when it is there.
    pub started_at: Timestamp,
    /// When it was heard of last.
    pub seen_at: Timestamp,
    /// Whether that was so lately that it counts as living.
    pub living: bool,
}

impl From<Node> for NodeData {
    fn from(node: Node) -> Self {
        let Node { id, about, started_at, seen_at, is_living } = node;
        let (name, what, host) = (about.name, about.what, about.host);
        Self { id: id.get(), name, what, host, started_at, seen_at, living: is_living }
    }
}
