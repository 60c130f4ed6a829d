//! From files to a TLS configuration.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rustls::ClientConfig;
use rustls::client::WantsClientCert;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::SystemRoots;
use super::accept_any::AcceptAny;
use crate::hosts::HostsError;
use crate::{TransportError, TransportResult};

/// How a host shows who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::hosts) enum Verification {
    /// By a certificate of an authority that is trusted.
    Certificate,
    /// Not at all: any certificate is taken.
    Nothing,
}

/// A certificate of ours with its key, as PEM files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::hosts) struct ClientPair {
    /// The certificate, with its chain.
    pub(in crate::hosts) cert: PathBuf,
    /// The key.
    pub(in crate::hosts) key: PathBuf,
}

/// What a TLS configuration is to be made from.
#[derive(Debug)]
pub(in crate::hosts) struct TlsPlan {
    /// Whether certificates count.
    pub(in crate::hosts) verification: Verification,
    /// PEM files of authorities that are trusted besides the system's.
    pub(in crate::hosts) authorities: Vec<PathBuf>,
    /// What we show if we are asked.
    pub(in crate::hosts) client: Option<ClientPair>,
}

/// A TLS configuration that is made when it is first wanted.
#[derive(Debug)]
pub(in crate::hosts) struct LazyTls {
    plan: TlsPlan,
    roots: Arc<SystemRoots>,
    made: OnceLock<Arc<ClientConfig>>,
}

impl LazyTls {
    pub(in crate::hosts) fn new(plan: TlsPlan, roots: Arc<SystemRoots>) -> Self {
        Self { plan, roots, made: OnceLock::new() }
    }

    /// The configuration. A failure is not kept: the files may be there at the next call.
    pub(in crate::hosts) fn get(&self) -> TransportResult<Arc<ClientConfig>> {
        if let Some(made) = self.made.get() {
            return Ok(Arc::clone(made));
        }
        let config = Arc::new(make(&self.plan, &self.roots)?);
        Ok(Arc::clone(self.made.get_or_init(|| config)))
    }
}

fn make(plan: &TlsPlan, roots: &SystemRoots) -> TransportResult<ClientConfig> {
    let provider = Arc::new(default_provider());
    let algorithms = provider.signature_verification_algorithms;
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|cause| settings("TLS", cause))?;
    let builder = match plan.verification {
        Verification::Certificate => {
            let mut roots = roots.get().clone();
            for file in &plan.authorities {
                for certificate in certificates(file)? {
                    roots.add(certificate).map_err(|cause| settings(certificate_file(file), cause))?;
                }
            }
            builder.with_root_certificates(roots)
        }
        Verification::Nothing => {
            builder.dangerous().with_custom_certificate_verifier(Arc::new(AcceptAny(algorithms)))
        }
    };
    let mut config = client_auth(builder, plan.client.as_ref())?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn client_auth(
    builder: rustls::ConfigBuilder<ClientConfig, WantsClientCert>,
    pair: Option<&ClientPair>,
) -> TransportResult<ClientConfig> {
    let Some(ClientPair { cert, key }) = pair else { return Ok(builder.with_no_client_auth()) };
    let chain = certificates(cert)?;
    let secret = PrivateKeyDer::from_pem_file(key)
        .map_err(|cause| settings(format!("key file {}", key.display()), cause))?;
    builder.with_client_auth_cert(chain, secret).map_err(|cause| settings(certificate_file(cert), cause))
}

fn certificates(file: &Path) -> TransportResult<Vec<CertificateDer<'static>>> {
    let found: Vec<_> = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect)
        .map_err(|cause| settings(certificate_file(file), cause))?;
    if found.is_empty() {
        return Err(settings(certificate_file(file), HostsError::NoCertificate));
    }
    Ok(found)
}

fn certificate_file(path: &Path) -> String {
    format!("certificate file {}", path.display())
}

fn settings(what: impl Into<String>, cause: impl Into<crate::Cause>) -> TransportError {
    TransportError::Settings { what: what.into(), cause: cause.into() }
}
