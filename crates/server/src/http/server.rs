//! Taking connections, and ending in order.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use http::Request;
use hyper::body::Incoming;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;

use super::handshake::handshake;
use super::reading::Reading;
use super::{Encryption, Heart, HttpLimits, Peer};
use crate::tls::Tls;

/// How long to wait when the system has no file descriptor left for a connection.
const OUT_OF_DESCRIPTORS: Duration = Duration::from_millis(100);

/// Headers of one request, at most.
const HEADERS: usize = 100;

/// Bytes of the head of one request, at most: above all links and tokens fit.
const HEAD_BYTES: u16 = u16::MAX;

/// One listener with what it answers.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    encryption: Encryption,
    answering: Answering,
    heart: Heart,
}

/// How connections are answered.
#[derive(Debug, Clone)]
struct Answering {
    router: Router,
    limits: HttpLimits,
}

impl Server {
    /// Listens at the address.
    ///
    /// # Errors
    /// If the address cannot be had.
    pub async fn bind(
        address: SocketAddr,
        router: Router,
        limits: HttpLimits,
        encryption: Encryption,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let answering = Answering { router, limits };
        Ok(Self { listener, encryption, answering, heart: Heart::default() })
    }

    /// Where it listens: with the port that was found, if none was named.
    ///
    /// # Errors
    /// If the system does not say.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Tells whether connections are taken while it runs.
    pub fn heart(&self) -> Heart {
        self.heart.clone()
    }

    /// Answers until it is told to end. Then it takes no more connections, lets requests under way end for as long
    /// as the limits say, and returns.
    pub async fn run(self, end: CancellationToken) {
        let limits = self.answering.limits;
        let places = Arc::new(Semaphore::new(limits.connections));
        let connections = GracefulShutdown::new();
        let taking = async {
            while let Some((connection, place)) = self.next(&places, &end).await {
                self.take(connection, place, connections.watcher(), &end);
            }
        };
        tokio::select! {
            () = taking => {}
            never = self.encryption.keep_current() => match never {},
        }
        drop(self.listener);
        if tokio::time::timeout(limits.farewell, connections.shutdown()).await.is_err() {
            tracing::warn!("connections were ended before their requests");
        }
    }

    async fn next(
        &self,
        places: &Arc<Semaphore>,
        end: &CancellationToken,
    ) -> Option<((TcpStream, Peer), OwnedSemaphorePermit)> {
        let accepting = async {
            let place = Arc::clone(places).acquire_owned().await.ok()?;
            Some((self.accept().await, place))
        };
        tokio::select! {
            () = end.cancelled() => None,
            accepted = self.heart.during(accepting) => accepted,
        }
    }

    /// The next connection. One that was broken off before it was taken is nobody's fault.
    async fn accept(&self) -> (TcpStream, Peer) {
        loop {
            match self.listener.accept().await {
                Ok((connection, peer)) => return (connection, Peer(peer)),
                Err(cause) if is_of_one_connection(&cause) => {}
                Err(cause) => {
                    tracing::error!(%cause, "a connection cannot be taken");
                    tokio::time::sleep(OUT_OF_DESCRIPTORS).await;
                }
            }
        }
    }

    /// Lets a task of its own answer a connection, and secure it before: nobody waits for the slowness of others.
    fn take(
        &self,
        (connection, peer): (TcpStream, Peer),
        place: OwnedSemaphorePermit,
        watcher: Watcher,
        end: &CancellationToken,
    ) {
        // Small answers go out at once.
        if let Err(cause) = connection.set_nodelay(true) {
            tracing::debug!(%cause, "a connection gathers small answers");
        }
        let (answering, encryption, end) = (self.answering.clone(), self.encryption.clone(), end.clone());
        tokio::spawn(async move {
            match encryption {
                Encryption::Off => answering.answer((connection, peer), watcher).await,
                Encryption::Tls(tls) => {
                    let secured = tokio::select! {
                        () = end.cancelled() => None,
                        secured = answering.secure(connection, &tls) => secured,
                    };
                    if let Some(secured) = secured {
                        answering.answer((secured, peer), watcher).await;
                    }
                }
            }
            drop(place);
        });
    }
}

impl Answering {
    /// The secured connection, if there is one: who connects has as long for it as for the head of a request.
    async fn secure(&self, connection: TcpStream, tls: &Tls) -> Option<TlsStream<TcpStream>> {
        match tokio::time::timeout(self.limits.head, handshake(connection, tls)).await {
            Ok(Ok(secured)) => secured,
            Ok(Err(cause)) => {
                tracing::debug!(%cause, "a connection could not be secured");
                None
            }
            Err(_) => None,
        }
    }

    /// Answers requests until the connection ends, or the server does.
    async fn answer<S>(self, (connection, peer): (S, Peer), watcher: Watcher)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let mut builder = Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.head)
            .max_headers(HEADERS)
            .max_buf_size(HEAD_BYTES.into());
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_header_list_size(HEAD_BYTES.into())
            .keep_alive_interval(Some(self.limits.head));
        let router = TowerToHyperService::new(self.router);
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(peer);
            router.call(request)
        });
        let serving =
            builder.serve_connection(TokioIo::new(Reading::new(connection, self.limits.pause)), service);
        if let Err(cause) = watcher.watch(serving).await {
            tracing::debug!(cause, "a connection broke");
        }
    }
}

fn is_of_one_connection(cause: &io::Error) -> bool {
    matches!(
        cause.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    )
}
