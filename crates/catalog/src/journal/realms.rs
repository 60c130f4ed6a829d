//! Trust on first use of the token realms that registries name.

use async_trait::async_trait;
use jiff::Timestamp;
use sea_orm::{DatabaseTransaction, EntityTrait, Set};

use super::Journal;
use super::entities::realm;
use crate::database::hold;
use crate::writer::Operation;
use crate::{CatalogError, stored};

/// How a realm compares with the one that the registry named first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PinnedRealm {
    /// The registry had named none before: this one is pinned now.
    First,
    /// It is the pinned one.
    Same,
    /// It is another one, and the pin stays as it was.
    Different {
        /// The realm that is pinned.
        pinned: String,
        /// When it was pinned.
        since: Timestamp,
    },
}

struct PinRealm {
    registry: String,
    realm: String,
    now: i64,
}

struct UnpinRealm {
    registry: String,
}

impl Journal {
    /// Compares the realm with the one pinned for the registry, and pins it if there is none.
    ///
    /// # Errors
    /// As any write: [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
    pub async fn pin_realm(&self, registry: &str, realm: &str) -> Result<PinnedRealm, CatalogError> {
        let operation =
            PinRealm { registry: registry.to_owned(), realm: realm.to_owned(), now: stored::now() };
        self.writer.write(operation).await
    }

    /// Forgets the realm pinned for the registry: the next one is trusted again.
    ///
    /// # Errors
    /// As any write: [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
    pub async fn unpin_realm(&self, registry: &str) -> Result<(), CatalogError> {
        self.writer.write(UnpinRealm { registry: registry.to_owned() }).await
    }
}

#[async_trait]
impl Operation for PinRealm {
    type Reply = PinnedRealm;
    const NAME: &'static str = "pin_realm";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<PinnedRealm, CatalogError> {
        hold(transaction, &format!("realm:{}", self.registry)).await?;
        let pinned = realm::Entity::find_by_id(self.registry.clone())
            .one(transaction)
            .await
            .map_err(CatalogError::database)?;
        if let Some(row) = pinned {
            if row.realm == self.realm {
                return Ok(PinnedRealm::Same);
            }
            return Ok(PinnedRealm::Different { pinned: row.realm, since: stored::time(row.pinned_at)? });
        }
        let row = realm::ActiveModel {
            registry: Set(self.registry.clone()),
            realm: Set(self.realm.clone()),
            pinned_at: Set(self.now),
        };
        realm::Entity::insert(row)
            .exec_without_returning(transaction)
            .await
            .map_err(CatalogError::database)?;
        Ok(PinnedRealm::First)
    }
}

#[async_trait]
impl Operation for UnpinRealm {
    type Reply = ();
    const NAME: &'static str = "unpin_realm";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        realm::Entity::delete_by_id(self.registry.clone())
            .exec(transaction)
            .await
            .map_err(CatalogError::database)?;
        Ok(())
    }
}
