//! From files to a TLS configuration.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rustls::client::WantsClientCert;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

use super::SystemRoots;
use super::accept_any::AcceptAny;
use super::nothing::NothingToShow;
use super::trust::Trust;
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

/// The files that matter for one host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::hosts) struct CertificateFiles {
    /// PEM files of authorities that are trusted besides the system's.
    pub(in crate::hosts) authorities: Vec<PathBuf>,
    /// What we show if we are asked.
    pub(in crate::hosts) client: Option<ClientPair>,
}

/// A TLS configuration that is made when it is first wanted.
#[derive(Debug)]
pub(in crate::hosts) struct LazyTls {
    verification: Verification,
    files: CertificateFiles,
    roots: Arc<SystemRoots>,
    made: OnceLock<Arc<ClientConfig>>,
    nothing: Arc<NothingToShow>,
}

impl LazyTls {
    pub(in crate::hosts) fn new(
        verification: Verification,
        files: CertificateFiles,
        roots: Arc<SystemRoots>,
    ) -> Self {
        Self { verification, files, roots, made: OnceLock::new(), nothing: Arc::default() }
    }

    /// The configuration. A failure is not kept: the files may be there at the next call.
    pub(in crate::hosts) fn get(&self) -> TransportResult<Arc<ClientConfig>> {
        if let Some(made) = self.made.get() {
            return Ok(Arc::clone(made));
        }
        let config = Arc::new(self.make()?);
        Ok(Arc::clone(self.made.get_or_init(|| config)))
    }

    /// Whether a host has asked for a certificate of ours when there was none.
    pub(in crate::hosts) fn lacks_certificate(&self) -> bool {
        self.nothing.was_asked()
    }

    fn make(&self) -> TransportResult<ClientConfig> {
        let provider = Arc::new(default_provider());
        let verifier: Arc<dyn ServerCertVerifier> = match self.verification {
            Verification::Certificate => {
                Arc::new(Trust::new(given(&self.files)?, Arc::clone(&self.roots), Arc::clone(&provider)))
            }
            Verification::Nothing => Arc::new(AcceptAny(provider.signature_verification_algorithms)),
        };
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|cause| settings("TLS", cause))?
            .dangerous()
            .with_custom_certificate_verifier(verifier);
        let mut config = match &self.files.client {
            Some(pair) => client_auth(builder, pair)?,
            None => builder.with_client_cert_resolver(Arc::clone(&self.nothing) as _),
        };
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(config)
    }
}

/// The certificates that the user has given, each found fit to be an authority.
fn given(files: &CertificateFiles) -> TransportResult<Vec<CertificateDer<'static>>> {
    let mut given = Vec::new();
    for file in &files.authorities {
        for certificate in certificates(file)? {
            RootCertStore::empty()
                .add(certificate.clone())
                .map_err(|cause| settings(certificate_file(file), cause))?;
            given.push(certificate);
        }
    }
    Ok(given)
}

fn client_auth(
    builder: rustls::ConfigBuilder<ClientConfig, WantsClientCert>,
    ClientPair { cert, key }: &ClientPair,
) -> TransportResult<ClientConfig> {
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

pub(super) fn settings(what: impl Into<String>, cause: impl Into<crate::Cause>) -> TransportError {
    TransportError::Settings { what: what.into(), cause: cause.into() }
}
