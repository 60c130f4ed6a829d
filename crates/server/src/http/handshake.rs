//! From a connection to a secured one.

use std::io;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::tls::Tls;

/// The first byte of every connection that speaks TLS: a record of a handshake follows.
const HANDSHAKE: u8 = 0x16;

/// What is told to whoever speaks plain HTTP.
const PLAIN: &str = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n\
                     Connection: close\r\n\r\n\
                     this port speaks TLS: ask for it with https://…\n";

/// How much of what it still sends is taken.
const UNWANTED: u64 = 1 << 20;

/// Secures a connection; nothing if its client speaks no TLS and was told so.
///
/// # Errors
/// If they do not agree, or the connection breaks.
pub(super) async fn handshake(connection: TcpStream, tls: &Tls) -> io::Result<Option<TlsStream<TcpStream>>> {
    let mut first = [0];
    match connection.peek(&mut first).await? {
        0 => Ok(None),
        _ if first == [HANDSHAKE] => Ok(Some(TlsAcceptor::from(tls.config()).accept(connection).await?)),
        _ => refuse(connection).await.map(|()| None),
    }
}

/// What the client still sends is taken: the answer would be lost with it if the connection was closed before.
async fn refuse(mut connection: TcpStream) -> io::Result<()> {
    connection.write_all(PLAIN.as_bytes()).await?;
    connection.shutdown().await?;
    tokio::io::copy(&mut connection.take(UNWANTED), &mut tokio::io::sink()).await?;
    Ok(())
}
