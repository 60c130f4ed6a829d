//! `portolan nodes list`.

use clap::Args;
use jiff::Timestamp;
use portolan_catalog::Node;
use serde::Serialize;

use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::outcome::Outcome;
use crate::output::Table;

/// Lists the processes that share the database, and those of the last day that went away without a word
#[derive(Debug, Args)]
#[command(after_help = "\
A database in an SQLite file is one process's: it has no nodes. As JSON:
  {\"nodes\": [{\"id\", \"name\", \"what\", \"host\", \"started_at\", \"seen_at\", \"living\"}]}

Examples:
  portolan nodes list")]
pub(super) struct ListArguments {}

#[derive(Serialize)]
struct Nodes {
    nodes: Vec<NodeData>,
}

#[derive(Serialize)]
struct NodeData {
    id: i64,
    name: String,
    what: String,
    host: String,
    started_at: Timestamp,
    seen_at: Timestamp,
    living: bool,
}

impl From<Node> for NodeData {
    fn from(node: Node) -> Self {
        let Node { id, about, started_at, seen_at, is_living } = node;
        let (name, what, host) = (about.name, about.what, about.host);
        Self { id: id.get(), name, what, host, started_at, seen_at, living: is_living }
    }
}

impl NodeData {
    fn cells(&self) -> [String; 5] {
        let state =
            if self.living { "lives".to_owned() } else { format!("not heard of since {:.0}", self.seen_at) };
        [
            self.name.clone(),
            self.what.clone(),
            self.host.clone(),
            format!("since {:.0}", self.started_at),
            state,
        ]
    }
}

pub(super) async fn run(_: &ListArguments, context: &Context) -> Result<Outcome, CliError> {
    let listed = context.nodes().await?.list().await;
    let listed = listed.map_err(|cause| Failure::other("cannot read the nodes", cause))?;
    let data = Nodes { nodes: listed.into_iter().map(NodeData::from).collect() };
    context.output.data(&data, |data| {
        let mut table = Table::default();
        data.nodes.iter().for_each(|node| table.row(node.cells()));
        table.to_string()
    })?;
    Ok(Outcome::Done)
}
