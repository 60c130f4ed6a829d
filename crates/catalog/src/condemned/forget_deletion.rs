//! Having put back what was deleted, or given it up.

use async_trait::async_trait;
use sea_orm::{DatabaseTransaction, EntityTrait};

use super::entities::deletion;
use super::{Condemned, DeletionId};
use crate::CatalogError;
use crate::writer::Operation;

struct ForgetDeletion {
    id: DeletionId,
}

impl Condemned {
    /// Forgets a deletion, with its manifest; one that is forgotten already is passed over.
    ///
    /// # Errors
    /// As any write: [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
    pub async fn forget_deletion(&self, id: DeletionId) -> Result<(), CatalogError> {
        self.writer.write(ForgetDeletion { id }).await
    }
}

#[async_trait]
impl Operation for ForgetDeletion {
    type Reply = ();
    const NAME: &'static str = "forget_deletion";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        deletion::Entity::delete_by_id(self.id.0).exec(transaction).await.map_err(CatalogError::database)?;
        Ok(())
    }
}
