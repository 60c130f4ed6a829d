//! How a host is connected to: what the configuration, `registries.conf` and `certs.d` say together.

use std::path::PathBuf;
use std::sync::Arc;

use portolan_oci::Registry;

use super::Scheme;
use super::tls::{CertificateFiles, ClientPair, LazyTls, SystemRoots, Verification, certs_dir};
use crate::{TlsFiles, TlsMode, TlsSettings, TransportResult};

/// How a host is connected to.
#[derive(Debug, Clone)]
pub(super) struct Access {
    pub(super) scheme: Scheme,
    pub(super) tls: Arc<LazyTls>,
}

impl Access {
    /// What the user has set counts before `insecure` of `registries.conf`. A host for which there are
    /// certificates is never spoken to without TLS.
    pub(super) fn new(
        registry: &Registry,
        settings: Option<&TlsSettings>,
        verification: Verification,
        certs_dirs: &[PathBuf],
        roots: &Arc<SystemRoots>,
    ) -> TransportResult<Self> {
        let found = certs_dir::find(certs_dirs, registry)?;
        let (scheme, verification) = match settings {
            Some(TlsSettings::Mode(TlsMode::Off)) => (Scheme::Http, Verification::Certificate),
            Some(TlsSettings::Mode(TlsMode::Insecure)) => (Scheme::Https, Verification::Nothing),
            None if verification == Verification::Nothing => (Scheme::HttpsThenHttp, Verification::Nothing),
            None if registry.is_loopback() && found.is_none() => {
                (Scheme::HttpsThenHttp, Verification::Certificate)
            }
            Some(TlsSettings::Files(_)) | None => (Scheme::Https, Verification::Certificate),
        };
        let mut files = found.unwrap_or_default();
        if let Some(TlsSettings::Files(set)) = settings {
            files.add(set);
        }
        Ok(Self { scheme, tls: Arc::new(LazyTls::new(verification, files, Arc::clone(roots))) })
    }
}

impl CertificateFiles {
    fn add(&mut self, set: &TlsFiles) {
        self.authorities.extend(set.ca.clone());
        if let (Some(cert), Some(key)) = (&set.cert, &set.key) {
            self.client = Some(ClientPair { cert: cert.clone(), key: key.clone() });
        }
    }
}
