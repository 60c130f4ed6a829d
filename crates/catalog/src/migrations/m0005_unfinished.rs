//! What was left unfinished at a place is found without looking at all that is there.

use sea_orm::DbErr;
use sea_orm::sea_query::Index;
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::indexes::add_index;
use super::m0001_journal::JournalTree;

pub(super) struct Unfinished;

impl MigrationName for Unfinished {
    fn name(&self) -> &'static str {
        "0005_unfinished"
    }
}

#[expect(elided_lifetimes_in_paths, reason = "`async_trait` gives the trait's elided lifetime no name")]
#[async_trait]
impl MigrationTrait for Unfinished {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = Index::create()
            .name("journal_tree_unfinished")
            .table(JournalTree::Table)
            .col(JournalTree::PlaceId)
            .col(JournalTree::ConfirmedAt)
            .col(JournalTree::StartedAt)
            .take();
        add_index(manager, "journal_tree", index).await
    }
}
