//! From two files to what a handshake needs.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{Error, InconsistentKeys, ServerConfig};

use super::TlsError;
use super::expiry::expiry;

/// What others may do with a file that they can read.
const READ_BY_OTHERS: u32 = 0o004;

/// Where the certificate is, and how often it is looked for a new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// PEM file with the certificate and those between it and its authority.
    pub cert: PathBuf,
    /// PEM file with its key.
    pub key: PathBuf,
    /// How long a new certificate may go unnoticed.
    pub look_every: Duration,
}

/// A certificate that can be shown.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) config: Arc<ServerConfig>,
    /// Until when it is valid.
    pub(super) expires: Option<Timestamp>,
}

impl TlsFiles {
    /// These files, looked at every five seconds.
    pub fn new(cert: PathBuf, key: PathBuf) -> Self {
        Self { cert, key, look_every: Duration::from_secs(5) }
    }

    pub(super) async fn read(&self) -> Result<Pair, TlsError> {
        let (chain, key) = (self.chain().await?, self.key().await?);
        let expires = chain.first().and_then(expiry);
        let provider = Arc::new(default_provider());
        let key = provider
            .key_provider
            .load_private_key(key)
            .map_err(|cause| TlsError::Key { file: self.key.clone(), cause })?;
        let pair = CertifiedKey::new(chain, key);
        match pair.keys_match() {
            Ok(()) | Err(Error::InconsistentKeys(InconsistentKeys::Unknown)) => {}
            Err(Error::InconsistentKeys(_)) => {
                return Err(TlsError::Mismatch { cert: self.cert.clone(), key: self.key.clone() });
            }
            Err(cause) => return Err(TlsError::Certificate { file: self.cert.clone(), cause }),
        }
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(TlsError::Protocol)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(SingleCertAndKey::from(pair)));
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Pair { config: Arc::new(config), expires })
    }

    /// What is no fault but should be mended.
    pub(super) async fn warn(&self, pair: &Pair) {
        let others_read = |file: &std::fs::Metadata| file.permissions().mode() & READ_BY_OTHERS != 0;
        if tokio::fs::metadata(&self.key).await.is_ok_and(|file| others_read(&file)) {
            tracing::warn!(file = %self.key.display(), "everybody on this machine can read the key");
        }
        if let Some(expired) = pair.expires.filter(|expires| *expires < Timestamp::now()) {
            tracing::warn!(file = %self.cert.display(), %expired, "the certificate has expired");
        }
    }

    async fn chain(&self) -> Result<Vec<CertificateDer<'static>>, TlsError> {
        let file = || self.cert.clone();
        let bytes = bytes(&self.cert).await?;
        let chain: Vec<_> = CertificateDer::pem_slice_iter(&bytes)
            .collect::<Result<_, _>>()
            .map_err(|_| TlsError::Malformed(file()))?;
        if chain.is_empty() { Err(TlsError::NoCertificate(file())) } else { Ok(chain) }
    }

    async fn key(&self) -> Result<PrivateKeyDer<'static>, TlsError> {
        let file = || self.key.clone();
        PrivateKeyDer::from_pem_slice(&bytes(&self.key).await?).map_err(|cause| match cause {
            pem::Error::NoItemsFound => TlsError::NoKey(file()),
            _ => TlsError::Malformed(file()),
        })
    }
}

async fn bytes(file: &Path) -> Result<Vec<u8>, TlsError> {
    tokio::fs::read(file).await.map_err(|cause| TlsError::Unreadable { file: file.to_owned(), cause })
}
