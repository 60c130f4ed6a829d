//! The end of a lease.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::watch;

use crate::{TransportError, TransportResult};

/// The end of a lease, by a clock that stands still for nobody. Clones are the same fence.
#[derive(Debug, Clone)]
pub struct Fence(Arc<watch::Sender<Open>>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Until(Instant),
    NeverAgain,
}

impl Fence {
    /// Open until then.
    pub fn until(ends: Instant) -> Self {
        Self(Arc::new(watch::Sender::new(Open::Until(ends))))
    }

    /// The lease was renewed: open until then, unless it is closed for good.
    pub fn go_on(&self, ends: Instant) {
        self.0.send_modify(|open| {
            if let Open::Until(until) = open {
                *until = ends;
            }
        });
    }

    /// Closes it for good: another may have the lease.
    pub fn close(&self) {
        self.0.send_replace(Open::NeverAgain);
    }

    /// Waits while it is shut: when the lease is over, until it is known whether it could be renewed all the same.
    ///
    /// # Errors
    /// [`TransportError::LeaseOver`] if it could not, so that `what` must not be done.
    pub async fn pass(&self, what: &str) -> TransportResult<()> {
        let mut open = self.0.subscribe();
        loop {
            match *open.borrow_and_update() {
                Open::Until(ends) if Instant::now() < ends => return Ok(()),
                Open::Until(_) => {}
                Open::NeverAgain => return Err(over(what)),
            }
            if open.changed().await.is_err() {
                return Err(over(what));
            }
        }
    }
}

fn over(what: &str) -> TransportError {
    TransportError::LeaseOver { what: what.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures::FutureExt as _;

    use super::*;

    const LONG: Duration = Duration::from_secs(3_600);

    #[tokio::test]
    async fn what_is_over_waits_until_it_is_known_whether_it_goes_on() {
        let fence = Fence::until(Instant::now() + LONG);
        assert!(matches!(fence.pass("this").now_or_never(), Some(Ok(()))));
        fence.go_on(Instant::now());
        let mut waiting = Box::pin(fence.pass("this"));
        assert!((&mut waiting).now_or_never().is_none());
        fence.go_on(Instant::now());
        assert!((&mut waiting).now_or_never().is_none());
        fence.go_on(Instant::now() + LONG);
        assert!(matches!(waiting.now_or_never(), Some(Ok(()))));
    }

    #[tokio::test]
    async fn what_is_closed_stays_closed() {
        let fence = Fence::until(Instant::now());
        let waiting = fence.pass("this");
        fence.close();
        let refused = waiting.await.unwrap_err();
        let text = "this is not done: the right to do it is over, and another may have it";
        assert_eq!(refused.to_string(), text);
        assert!(!refused.is_retryable());
        fence.go_on(Instant::now() + LONG);
        assert!(fence.pass("this").await.is_err());
    }
}
