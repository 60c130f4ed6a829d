//! What systemd, or another service manager, is told of the daemon: `sd_notify(3)` and the watchdog.
//!
//! Our own few lines over a datagram: the kept crate for it knows no abstract sockets.

use std::convert::Infallible;
use std::ffi::OsStr;
use std::future::pending;
use std::io;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;
use std::{env, process};

use portolan_server::http::Heart;
use tokio_util::sync::CancellationToken;

/// What it understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Notice {
    Ready,
    Stopping,
    Watchdog,
}

impl Notice {
    fn text(self) -> &'static str {
        match self {
            Self::Ready => "READY=1",
            Self::Stopping => "STOPPING=1",
            Self::Watchdog => "WATCHDOG=1",
        }
    }
}

/// Tells that the daemon is ready, that it is alive as long as its heart beats, and when it begins to end.
pub(crate) async fn tell(heart: Heart, end: CancellationToken) {
    send(Notice::Ready);
    tokio::select! {
        () = end.cancelled() => send(Notice::Stopping),
        never = tell_of(heart) => match never {},
    }
}

/// Tells of every beat, twice in the time after which silence counts as death. The heart is asked each time: a
/// runtime that turns while nobody takes connections is not alive.
async fn tell_of(heart: Heart) -> Infallible {
    let Some(limit) = watchdog() else { return pending().await };
    let mut ticks = tokio::time::interval(limit / 2);
    loop {
        ticks.tick().await;
        heart.beat().await;
        send(Notice::Watchdog);
    }
}

/// After how much silence the daemon counts as dead; `None` where nobody watches, or watches another process.
fn watchdog() -> Option<Duration> {
    let number = |name: &str| env::var(name).ok()?.parse::<u64>().ok();
    let limit = Duration::from_micros(number("WATCHDOG_USEC")?);
    let is_meant =
        env::var_os("WATCHDOG_PID").is_none() || number("WATCHDOG_PID") == Some(process::id().into());
    // Less could not be told of without doing little else.
    (is_meant && limit >= Duration::from_millis(1)).then_some(limit)
}

fn send(notice: Notice) {
    if let Err(cause) = try_to_send(notice) {
        tracing::warn!(%cause, notice = notice.text(), "the service manager cannot be told");
    }
}

fn try_to_send(notice: Notice) -> io::Result<()> {
    let Some(name) = env::var_os("NOTIFY_SOCKET") else { return Ok(()) };
    let address = match name.as_bytes() {
        [b'@', name @ ..] => SocketAddr::from_abstract_name(name)?,
        path => SocketAddr::from_pathname(OsStr::from_bytes(path))?,
    };
    let socket = UnixDatagram::unbound()?;
    // A manager that takes nothing must not stop what it manages.
    socket.set_nonblocking(true)?;
    socket.send_to_addr(notice.text().as_bytes(), &address)?;
    Ok(())
}
