//! The token servers that were seen first, kept in the catalogue.

use std::sync::Arc;

use async_trait::async_trait;
use portolan_catalog::PinnedRealm;
use portolan_transport::{RealmPin, RealmPins, TransportError, TransportResult};

use super::catalog::LazyCatalog;

/// Pins in the catalogue, which is opened only when a registry names a token server on another host.
#[derive(Debug)]
pub(super) struct CatalogPins(pub(super) Arc<LazyCatalog>);

#[async_trait]
impl RealmPins for CatalogPins {
    async fn pin(&self, registry: &str, realm: &str) -> TransportResult<RealmPin> {
        let pinned = self.0.journal().await.pin_realm(registry, realm).await.map_err(|cause| {
            TransportError::Settings {
                what: format!("what is remembered of the token server of {registry}"),
                cause: cause.into(),
            }
        })?;
        Ok(match pinned {
            PinnedRealm::First | PinnedRealm::Same => RealmPin::Agreed,
            PinnedRealm::Different { pinned, .. } => RealmPin::Changed { pinned },
        })
    }
}
