//! The certificate that is shown.

use std::convert::Infallible;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use portolan_oci::with_causes;
use rustls::ServerConfig;

use super::files::Pair;
use super::{TlsError, TlsFiles};
use crate::live::FileStamp;
use crate::metrics::Metrics;

/// The certificate that is shown to whoever connects; clones show the same.
#[derive(Clone)]
pub struct Tls(Arc<Shared>);

struct Shared {
    files: TlsFiles,
    metrics: Metrics,
    shown: RwLock<Shown>,
}

#[derive(Clone)]
struct Shown {
    config: Arc<ServerConfig>,
    /// Of the files as they were when they were read.
    stamps: Stamps,
}

/// The stamps of certificate and key.
type Stamps = (Option<FileStamp>, Option<FileStamp>);

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tls").field(&self.0.files).finish()
    }
}

impl Tls {
    /// Reads the files; `metrics` are told until when the certificate is valid, now and whenever there is a new one.
    ///
    /// # Errors
    /// [`TlsError`] if they cannot be read or are no pair.
    pub async fn open(files: TlsFiles, metrics: Metrics) -> Result<Self, TlsError> {
        let (stamps, pair) = read(&files, &metrics).await;
        let shown = RwLock::new(Shown { config: pair?.config, stamps });
        Ok(Self(Arc::new(Shared { files, metrics, shown })))
    }

    /// What a handshake needs. Connections that are there keep what they began with.
    pub(crate) fn config(&self) -> Arc<ServerConfig> {
        self.shown().config
    }

    /// Looks at the files from time to time, and shows what they hold if it is a pair. If it is none, it may become one:
    /// the old one is shown until then.
    pub(crate) async fn keep_current(&self) -> Infallible {
        let mut complaint = None;
        loop {
            tokio::time::sleep(self.0.files.look_every).await;
            let is_wrong = self.renew().await.err().map(|error| with_causes(&error));
            if let Some(cause) = is_wrong.as_ref().filter(|_| is_wrong != complaint) {
                tracing::error!(cause, "the new certificate cannot be used, the old one is still shown");
            }
            complaint = is_wrong;
        }
    }

    pub(super) async fn renew(&self) -> Result<(), TlsError> {
        let Shared { files, metrics, shown } = &*self.0;
        if stamps(files).await == self.shown().stamps {
            return Ok(());
        }
        let (stamps, pair) = read(files, metrics).await;
        let new = Shown { config: pair?.config, stamps };
        *shown.write().unwrap_or_else(PoisonError::into_inner) = new;
        tracing::info!(file = %files.cert.display(), "a new certificate is shown");
        Ok(())
    }

    fn shown(&self) -> Shown {
        self.0.shown.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The stamps are those of what was there before it was read: what changes meanwhile is read again.
async fn read(files: &TlsFiles, metrics: &Metrics) -> (Stamps, Result<Pair, TlsError>) {
    let stamps = stamps(files).await;
    let pair = files.read().await;
    if let Ok(pair) = &pair {
        files.warn(pair).await;
        metrics.note_certificate(pair.expires);
    }
    (stamps, pair)
}

async fn stamps(files: &TlsFiles) -> Stamps {
    (FileStamp::of(&files.cert).await, FileStamp::of(&files.key).await)
}
