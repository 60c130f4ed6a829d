//! This process among the nodes that share its catalogue.

use std::sync::Arc;

use portolan_catalog::{NewNode, Nodes};
use portolan_server::machine::host_name;
use portolan_sync::{Company, Member};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::Context;
use crate::error::CliError;

/// This process among the nodes that share its catalogue, for as long as it is one of them.
pub(crate) struct Membership {
    company: Company,
    end: CancellationToken,
    /// Gives signs of life.
    life: Option<JoinHandle<()>>,
}

impl Membership {
    /// Comes in, if the catalogue is on a server.
    pub(crate) async fn begin(what: &str, context: &Context) -> Result<Self, CliError> {
        let settings = &context.config()?.config.nodes;
        let (lease, host) = (settings.lease.duration(), host_name().await);
        let about = NewNode {
            name: settings.name.clone().unwrap_or_else(|| host.clone()),
            what: format!("portolan {what} (process {})", std::process::id()),
            host,
        };
        let (share, tally) = (context.share().clone(), context.task_tally());
        let joined = Member::join(context.nodes().await?, about, lease, share, tally).await;
        let (member, end) = (joined?.map(Arc::new), CancellationToken::new());
        let life = member.clone().map(|member| {
            let end = end.clone();
            tokio::spawn(async move { member.keep(&end).await })
        });
        Ok(Self { company: Company { lease, member }, end, life })
    }

    /// What it means for runs of mirrors.
    pub(crate) fn company(&self) -> Company {
        self.company.clone()
    }

    /// Goes away. Nothing more is done by then.
    pub(crate) async fn end(self) {
        self.end.cancel();
        if let Some(life) = self.life
            && let Err(error) = life.await
        {
            tracing::warn!(%error, "the other nodes will miss this one");
        }
    }
}

impl Context {
    /// The nodes that share the catalogue.
    pub(crate) async fn nodes(&self) -> Result<Nodes, CliError> {
        Ok(self.catalog()?.nodes().await)
    }
}
