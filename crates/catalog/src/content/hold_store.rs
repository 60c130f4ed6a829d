//! Which host the store's files are on, for as long as it says so.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use sea_orm::DatabaseTransaction;

use super::Content;
use super::whose_store::ONE;
use crate::writer::Operation;
use crate::{CatalogError, database, sql, stored};

/// A host, by what stays the same as long as it runs and by what stays the same when it starts anew. Two are the same
/// host if one of both is the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreHost {
    /// Its kernel since that was started; up to 64 letters.
    pub boot: String,
    /// The machine, as people can tell it from others.
    pub machine: String,
}

/// Whether the store is this host's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HoldStore {
    /// It is.
    Held(StoreLease),
    /// Another has it.
    Elsewhere {
        /// Which, as [`StoreHost::machine`].
        machine: String,
        /// Until then, unless it goes on.
        until: Timestamp,
    },
    /// The catalogue is no store's.
    NoStore,
}

/// The right of a host to a store, for a time. All processes of the host have the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreLease {
    token: i64,
    lasts: i64,
}

/// What became of a lease that was to be renewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RenewStore {
    /// It goes on.
    Renewed,
    /// Another host has taken the store.
    Lost {
        /// Which, as [`StoreHost::machine`].
        machine: String,
    },
}

struct Hold {
    host: StoreHost,
    lasts: i64,
}

struct Renew(StoreLease);

/// What the row says.
struct Held {
    token: i64,
    boot: Option<String>,
    machine: String,
    until: i64,
}

impl Content {
    /// Takes the store for a host, for a time, or shares it with the host's other processes. By the database's clock.
    ///
    /// # Errors
    /// As any write.
    pub async fn hold_store(&self, host: &StoreHost, lasts: Duration) -> Result<HoldStore, CatalogError> {
        let lasts = i64::try_from(lasts.as_micros()).unwrap_or(i64::MAX);
        self.writer.write(Hold { host: host.clone(), lasts }).await
    }

    /// Goes on with it, unless another host took the store meanwhile.
    ///
    /// # Errors
    /// As any write.
    pub async fn renew_store(&self, lease: &StoreLease) -> Result<RenewStore, CatalogError> {
        self.writer.write(Renew(lease.clone())).await
    }
}

impl Held {
    /// The row, locked to the end of the transaction.
    async fn lock(transaction: &DatabaseTransaction) -> Result<Option<Self>, CatalogError> {
        let sql = "SELECT token, holder, host, expires_at FROM content_store WHERE one = ?";
        let rows = sql::lock(transaction, sql, [ONE.into()]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        Ok(Some(Self {
            token: row.get(0)?,
            boot: row.get(1)?,
            machine: row.get::<Option<String>>(2)?.unwrap_or_default(),
            until: row.get::<Option<i64>>(3)?.unwrap_or_default(),
        }))
    }

    fn is_of(&self, host: &StoreHost) -> bool {
        self.boot.as_ref() == Some(&host.boot) || self.machine == host.machine
    }
}

#[async_trait]
impl Operation for Hold {
    type Reply = HoldStore;
    const NAME: &'static str = "hold_store";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<HoldStore, CatalogError> {
        let Some(held) = Held::lock(transaction).await? else { return Ok(HoldStore::NoStore) };
        let now = database::now(transaction).await?;
        let ours = held.is_of(&self.host);
        if !ours && held.until > now {
            return Ok(HoldStore::Elsewhere { machine: held.machine, until: stored::time(held.until)? });
        }
        // Who had it before does not go on with it; our other processes do.
        let token = if ours { held.token } else { held.token.saturating_add(1) };
        let taken = "UPDATE content_store SET token = ?, holder = ?, host = ?, expires_at = ? WHERE one = ?";
        let StoreHost { boot, machine } = &self.host;
        let until = now.saturating_add(self.lasts);
        let values = [token.into(), boot.as_str().into(), machine.as_str().into(), until.into(), ONE.into()];
        sql::execute(transaction, taken, values).await?;
        Ok(HoldStore::Held(StoreLease { token, lasts: self.lasts }))
    }
}

#[async_trait]
impl Operation for Renew {
    type Reply = RenewStore;
    const NAME: &'static str = "renew_store";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<RenewStore, CatalogError> {
        let StoreLease { token, lasts } = self.0;
        let held = Held::lock(transaction).await?;
        if held.as_ref().is_none_or(|held| held.token != token) {
            let machine = held.map(|held| held.machine).unwrap_or_default();
            return Ok(RenewStore::Lost { machine });
        }
        let until = database::now(transaction).await?.saturating_add(lasts);
        let renewed = "UPDATE content_store SET expires_at = ? WHERE one = ?";
        sql::execute(transaction, renewed, [until.into(), ONE.into()]).await?;
        Ok(RenewStore::Renewed)
    }
}
