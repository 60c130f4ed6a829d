//! This process among others.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use portolan_catalog::{CatalogError, NewNode, NodeId, Nodes, RenewNode};
use portolan_oci::with_causes;
use portolan_transport::Share;
use tokio_util::sync::CancellationToken;

use super::TaskTally;

/// How often a node gives a sign of life and counts the others, at most: within this time all know of who comes.
const BEAT: Duration = Duration::from_secs(2);

/// This process among others that share the catalogue.
#[derive(Debug)]
pub struct Member {
    nodes: Nodes,
    about: NewNode,
    lease: Duration,
    share: Share,
    tally: TaskTally,
    id: Mutex<NodeId>,
    others: AtomicU32,
    /// The mirrors whose runs this process leads.
    leads: Mutex<BTreeSet<String>>,
}

/// While this lives, its process leads a run.
#[derive(Debug)]
pub(crate) struct Leading<'a> {
    member: &'a Member,
    mirror: String,
}

impl Drop for Leading<'_> {
    fn drop(&mut self) {
        self.member.leads.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.mirror);
    }
}

impl Member {
    /// Comes in, unless the catalogue is one process's alone. `lease` is how long it counts as living after a sign of
    /// life; `share` is told how many live, and `tally` counts what it does for runs.
    ///
    /// # Errors
    /// If the catalogue fails.
    pub async fn join(
        nodes: Nodes,
        about: NewNode,
        lease: Duration,
        share: Share,
        tally: TaskTally,
    ) -> Result<Option<Self>, CatalogError> {
        if !nodes.may_be_many().await? {
            return Ok(None);
        }
        let id = Mutex::new(nodes.register(about.clone(), lease).await?);
        let member = Self {
            nodes,
            about,
            lease,
            share,
            tally,
            id,
            others: AtomicU32::new(0),
            leads: Mutex::default(),
        };
        member.beat().await?;
        Ok(Some(member))
    }

    /// What it does for runs, counted.
    pub(crate) fn tally(&self) -> &TaskTally {
        &self.tally
    }

    /// Its number now.
    pub fn id(&self) -> NodeId {
        *self.id.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many others lived at the last sign of life.
    pub fn others(&self) -> u32 {
        self.others.load(Ordering::Relaxed)
    }

    /// The mirrors whose runs this process shares with others now.
    pub fn leads(&self) -> BTreeSet<String> {
        self.leads.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes note that this process leads a run of this mirror, until what is returned is dropped.
    pub(crate) fn lead(&self, mirror: &str) -> Leading<'_> {
        self.leads.lock().unwrap_or_else(PoisonError::into_inner).insert(mirror.to_owned());
        Leading { member: self, mirror: mirror.to_owned() }
    }

    /// How long work stays taken by a node that is not heard of.
    pub fn lease(&self) -> Duration {
        self.lease
    }

    /// Waits until the others know of this one, so that they leave it its share of what hosts allow. Where there are no
    /// others, that is at once.
    pub async fn is_known(&self) {
        if self.others() > 0 {
            tokio::time::sleep(self.between() * 2).await;
        }
    }

    /// Gives signs of life until told to end; then it goes away.
    pub async fn keep(&self, end: &CancellationToken) {
        let beating = async {
            loop {
                tokio::time::sleep(self.between()).await;
                if let Err(error) = self.beat().await {
                    tracing::warn!(cause = with_causes(&error), "the other nodes cannot hear of this one");
                }
            }
        };
        tokio::select! {
            () = end.cancelled() => {}
            () = beating => {}
        }
        self.leave().await;
    }

    /// Goes away in order: the others need not wait until it is missed.
    pub async fn leave(&self) {
        if let Err(error) = self.nodes.leave(self.id()).await {
            tracing::warn!(cause = with_causes(&error), "the other nodes will miss this one");
        }
    }

    fn between(&self) -> Duration {
        BEAT.min(self.lease / 3)
    }

    async fn beat(&self) -> Result<(), CatalogError> {
        let renewed = self.nodes.renew(self.id(), self.lease).await?;
        let RenewNode::Renewed { others } = renewed else {
            let id = self.nodes.register(self.about.clone(), self.lease).await?;
            *self.id.lock().unwrap_or_else(PoisonError::into_inner) = id;
            return Ok(());
        };
        self.others.store(others, Ordering::Relaxed);
        self.share.set(NonZeroU32::MIN.saturating_add(others));
        Ok(())
    }
}
