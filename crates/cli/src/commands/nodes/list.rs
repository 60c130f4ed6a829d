//! `portolan nodes list`.

use clap::Args;
use portolan_server::wire::NodeData;
use serde::Serialize;

use crate::context::Context;
use crate::control::DaemonArguments;
use crate::error::CliError;
use crate::outcome::Outcome;
use crate::output::Table;

/// Lists the processes that share the database, and those of the last day that went away without a word
#[derive(Debug, Args)]
#[command(after_help = "\
A database in an SQLite file is one process's: it has no nodes. As JSON:
  {\"nodes\": [{\"id\", \"name\", \"what\", \"host\", \"started_at\", \"seen_at\", \"living\"}]}

Examples:
  portolan nodes list
  portolan nodes list --daemon images.example.com")]
pub(super) struct ListArguments {
    #[command(flatten)]
    daemon: DaemonArguments,
}

#[derive(Serialize)]
struct Nodes {
    nodes: Vec<NodeData>,
}

fn cells(node: &NodeData) -> [String; 5] {
    let state =
        if node.living { "lives".to_owned() } else { format!("not heard of since {:.0}", node.seen_at) };
    [node.name.clone(), node.what.clone(), node.host.clone(), format!("since {:.0}", node.started_at), state]
}

pub(super) async fn run(arguments: &ListArguments, context: &Context) -> Result<Outcome, CliError> {
    let nodes = arguments.daemon.control(context)?.nodes().await?;
    context.output.data(&Nodes { nodes }, |data| {
        let mut table = Table::default();
        data.nodes.iter().for_each(|node| table.row(cells(node)));
        table.to_string()
    })?;
    Ok(Outcome::Done)
}
