//! The certificate authorities that the system trusts.

use std::sync::{Arc, OnceLock};

use rustls::RootCertStore;

/// The system's authorities, read at first use.
#[derive(Debug, Default)]
pub(in crate::hosts) struct SystemRoots(OnceLock<Arc<RootCertStore>>);

impl SystemRoots {
    /// The authorities. Certificates that cannot be read are left out: a host that needs one of them is
    /// refused in the handshake.
    pub(super) fn get(&self) -> Arc<RootCertStore> {
        let roots = self.0.get_or_init(|| {
            let loaded = rustls_native_certs::load_native_certs();
            for error in &loaded.errors {
                tracing::warn!(%error, "some of the system's certificates cannot be read");
            }
            let mut roots = RootCertStore::empty();
            let (taken, _) = roots.add_parsable_certificates(loaded.certs);
            if taken == 0 {
                tracing::warn!("the system trusts no certificate authority; is ca-certificates installed?");
            }
            Arc::new(roots)
        });
        Arc::clone(roots)
    }
}
