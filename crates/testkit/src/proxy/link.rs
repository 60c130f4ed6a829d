//! The connection to the upstream that belongs to one connection of a client.

use std::io;
use std::sync::Arc;

use futures::future::AbortHandle;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::serve::Broken;
use super::tap::Tap;
use super::watched::{Flushes, Watched};
use crate::tls;

/// Where requests go.
#[derive(Debug, Clone)]
pub(super) struct Upstream {
    /// `host:port`.
    pub(super) host: String,
    pub(super) tls: Option<Arc<rustls::ClientConfig>>,
}

impl Upstream {
    /// From `http://host:port` or `https://host:port`.
    pub(super) fn parse(url: &str) -> Self {
        let url = url.trim_end_matches('/');
        if let Some(host) = url.strip_prefix("https://") {
            Self { host: host.to_owned(), tls: Some(Arc::new(tls::client_config(None))) }
        } else {
            Self { host: url.trim_start_matches("http://").to_owned(), tls: None }
        }
    }
}

/// A connection; dropping it breaks it.
pub(super) struct Link {
    sender: SendRequest<Tap>,
    pub(super) flushes: Arc<Flushes>,
    task: AbortHandle,
}

impl Drop for Link {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Link {
    pub(super) async fn connect(upstream: &Upstream) -> io::Result<Self> {
        let stream = TcpStream::connect(&upstream.host).await?;
        stream.set_nodelay(true)?;
        match &upstream.tls {
            None => Self::over(stream).await,
            Some(config) => {
                let name = ServerName::try_from("localhost").map_err(io::Error::other)?;
                Self::over(TlsConnector::from(Arc::clone(config)).connect(name, stream).await?).await
            }
        }
    }

    async fn over<S: AsyncRead + AsyncWrite + Send + Unpin + 'static>(stream: S) -> io::Result<Self> {
        let (stream, flushes) = Watched::new(stream);
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
        let (connection, task) = futures::future::abortable(connection);
        tokio::spawn(connection);
        Ok(Self { sender, flushes, task })
    }

    /// Whether another request can go over it.
    pub(super) async fn is_open(&mut self) -> bool {
        self.sender.ready().await.is_ok()
    }

    pub(super) async fn send(&mut self, request: Request<Tap>) -> Result<Response<Incoming>, Broken> {
        self.sender.send_request(request).await.map_err(Broken::Connection)
    }
}
