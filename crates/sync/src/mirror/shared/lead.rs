//! Giving the images of a plan to all nodes, and gathering what came of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::future::{join, join_all};
use portolan_catalog::{AddTasks, CatalogError, ClearTasks, EndedTask, NewTasks, RunId};
use portolan_oci::with_causes;
use tokio::time::sleep;

use super::desk::TaskDesk;
use super::portion::Portion;
use super::together::Together;
use crate::nodes::Member;
use crate::plan::{FORM, Plan, RunReport, for_others};
use crate::{CopyError, Engine};

/// With fewer images that need work a run is done before others have looked.
const WORTH_SHARING: usize = 8;

/// Pieces of work that this node does at once.
const AT_ONCE: usize = 4;

/// How often it is looked for what others have done, and for what they left.
const LOOK: Duration = Duration::from_millis(300);

impl Engine {
    /// Does what a plan says, together with others where that is worth it. The reports come in the order of the plan.
    ///
    /// # Errors
    /// If work cannot be given to others, or what came of it cannot be read.
    pub(in crate::mirror) async fn carry_out_together(
        &self,
        plan: Plan,
        together: &mut Together<'_>,
    ) -> Result<Vec<RunReport>, CopyError> {
        together.suspect_the_late(&plan.images);
        let Some(member) = together.beside_others() else { return Ok(self.carry_out(plan).await) };
        let texts: Vec<Option<String>> = plan.images.iter().map(for_others).collect();
        if texts.iter().flatten().count() <= WORTH_SHARING {
            return Ok(self.carry_out(plan).await);
        }
        self.in_company.store(true, Ordering::Relaxed);
        let mut portion = Portion::divide(plan, texts, together.next);
        let _leading = member.lead(together.turn.key.mirror());
        self.give(&portion, together).await?;
        let own = Plan { images: portion.take_own() };
        let gathering = self.gather_ended(&portion, member, together);
        let (own, ended) = join(self.carry_out(own), gathering).await;
        let reports = self.sum_up(portion, own, ended?, (member, together));
        let cleared = together.books.tasks.clear(&together.turn.key, ClearTasks::Plain).await;
        cleared.map(|()| reports).map_err(CopyError::from)
    }

    async fn give(&self, portion: &Portion, together: &mut Together<'_>) -> Result<(), CopyError> {
        let (first, what) = (together.next, portion.texts());
        together.next = first.saturating_add(i64::try_from(what.len()).unwrap_or(i64::MAX));
        together.has_rows = true;
        let tasks = NewTasks { form: FORM, first, what };
        match together.books.tasks.add(&together.turn.key, tasks).await? {
            AddTasks::Added => Ok(()),
            // The lease is another's: this run ends.
            AddTasks::Lost => Err(CopyError::Cancelled),
        }
    }

    /// Waits until all of it has ended, and does some of it. If the run is cancelled, that is what has ended by then.
    async fn gather_ended(
        &self,
        portion: &Portion,
        member: &Member,
        together: &Together<'_>,
    ) -> Result<BTreeMap<i64, EndedTask>, CatalogError> {
        let key = &together.turn.key;
        let desk = TaskDesk {
            tasks: &together.books.tasks,
            places: together.places,
            member,
            mirrors: BTreeSet::from([key.mirror().to_owned()]),
        };
        let mut ended = BTreeMap::new();
        let working = join_all((0..AT_ONCE).map(|_| self.keep_taking_on(&desk)));
        tokio::select! {
            biased;
            () = self.cancelled.cancelled() => {}
            all = all_ended(&desk, key.run(), portion.numbers(), &mut ended) => all?,
            _ = working => {}
        }
        Ok(ended)
    }

    /// Does what is free, for ever.
    async fn keep_taking_on(&self, desk: &TaskDesk<'_>) {
        loop {
            match desk.claim().await {
                Ok(Some(task)) => self.take_on(task, desk).await,
                Ok(None) => sleep(LOOK).await,
                Err(error) => {
                    tracing::warn!(cause = with_causes(&error), "no work can be claimed");
                    sleep(LOOK).await;
                }
            }
        }
    }

    fn sum_up(
        &self,
        portion: Portion,
        own: Vec<RunReport>,
        ended: BTreeMap<i64, EndedTask>,
        (member, together): (&Member, &mut Together<'_>),
    ) -> Vec<RunReport> {
        let me = member.id();
        let lasts = member.lease();
        portion.sum_up(own, ended, |image, report, task| {
            if task.takeovers > 0 {
                together.suspect(image, lasts);
            }
            // What this node has done it has told of already.
            if task.node != Some(me) {
                report.report.tell(&report.source, &*self.observer);
            }
        })
    }
}

/// Waits until these have ended.
async fn all_ended(
    desk: &TaskDesk<'_>,
    run: RunId,
    numbers: BTreeSet<i64>,
    ended: &mut BTreeMap<i64, EndedTask>,
) -> Result<(), CatalogError> {
    loop {
        // What was taken over from an earlier portion stays among the rows.
        let known = ended.keys().copied().collect();
        let news = desk.tasks.ended(run, &known).await?;
        ended.extend(
            news.into_iter().filter(|task| numbers.contains(&task.number)).map(|task| (task.number, task)),
        );
        if ended.len() >= numbers.len() {
            return Ok(());
        }
        sleep(LOOK).await;
    }
}
