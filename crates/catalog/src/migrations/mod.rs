//! The tables as they came to be: one file a change, in the order of their names.
//!
//! A change that has been released is never edited. It first expands (new tables, new columns that may be
//! empty), and contracts in a later release, so that nodes of the previous version keep running.

mod apply;
mod columns;
mod indexes;
mod m0001_journal;
mod m0002_mirrors;
mod m0003_brought;
mod m0004_manifests;
mod m0005_unfinished;
mod m0006_content;
mod m0007_changes;
mod m0008_access;
mod m0009_pauses;
mod m0010_reschedules;
mod m0011_awaited;
mod m0012_asked;
mod m0013_arrivals;
mod m0014_nodes_and_tasks;
mod m0015_answered;
mod m0016_owed_reports;
mod m0017_moved_at;
mod m0018_retries;
#[cfg(test)]
mod tests;

pub(crate) use apply::{apply, are_current};

use sea_orm_migration::{MigrationTrait, MigratorTrait};

struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_journal::Journal),
            Box::new(m0002_mirrors::Mirrors),
            Box::new(m0003_brought::Brought),
            Box::new(m0004_manifests::Manifests),
            Box::new(m0005_unfinished::Unfinished),
            Box::new(m0006_content::Content),
            Box::new(m0007_changes::Changes),
            Box::new(m0008_access::Access),
            Box::new(m0009_pauses::Pauses),
            Box::new(m0010_reschedules::Reschedules),
            Box::new(m0011_awaited::Awaited),
            Box::new(m0012_asked::Asked),
            Box::new(m0013_arrivals::Arrivals),
            Box::new(m0014_nodes_and_tasks::NodesAndTasks),
            Box::new(m0015_answered::Answered),
            Box::new(m0016_owed_reports::OwedReports),
            Box::new(m0017_moved_at::MovedAt),
            Box::new(m0018_retries::Retries),
        ]
    }
}
