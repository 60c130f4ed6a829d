//! Servers of our own on a runtime of their own, so that a test that blocks its thread (on a child process,
//! say) does not stop the server that the child is talking to.

use std::net::SocketAddr;
use std::sync::LazyLock;

use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::task::{AbortHandle, JoinSet};

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).thread_name("testkit").enable_all().build().expect("a runtime")
});

/// Accepts connections on a free loopback port; dropping it closes the port and breaks the connections.
#[derive(Debug)]
pub(crate) struct Listener {
    address: SocketAddr,
    task: AbortHandle,
}

impl Listener {
    /// Runs `serve` on each connection.
    pub(crate) fn start<F, S>(serve: S) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
        S: Fn(TcpStream) -> F + Send + 'static,
    {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a listener can be made non-blocking");
        let address = listener.local_addr().expect("a listener has an address");
        let task = RUNTIME.spawn(async move {
            let listener = TcpListener::from_std(listener).expect("the runtime takes the listener");
            accept(&listener, serve).await;
        });
        Self { address, task: task.abort_handle() }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Ends only when it is aborted, and then its connections with it.
async fn accept<F, S>(listener: &TcpListener, serve: S)
where
    F: Future<Output = ()> + Send + 'static,
    S: Fn(TcpStream) -> F,
{
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        // Only a hint; without it small answers are slow.
        let _ = stream.set_nodelay(true);
        connections.spawn(serve(stream));
        while connections.try_join_next().is_some() {}
    }
}
