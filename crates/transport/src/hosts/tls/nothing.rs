//! Having no certificate to show.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::sign::CertifiedKey;

/// Shows no certificate, and remembers that one was asked for. A host that insists closes the connection, and
/// under TLS 1.3 it says why only after we take the handshake for done, so that its words may be lost.
#[derive(Debug, Default)]
pub(super) struct NothingToShow(AtomicBool);

impl NothingToShow {
    pub(super) fn was_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl ResolvesClientCert for NothingToShow {
    fn resolve(&self, _hints: &[&[u8]], _schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.0.store(true, Ordering::Relaxed);
        None
    }

    /// Not true, but who says `false` is not asked.
    fn has_certs(&self) -> bool {
        true
    }
}
