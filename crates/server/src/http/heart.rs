//! Whether connections are still being taken, asked from outside.

use std::pin::pin;
use std::sync::Arc;

use tokio::sync::Notify;

/// Beats as long as the loop that takes connections turns. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Heart {
    asked: Arc<Notify>,
    beaten: Arc<Notify>,
}

impl Heart {
    /// Returns when the loop has come by: at once while it waits for connections, never if it hangs or has ended.
    pub async fn beat(&self) {
        let beaten = self.beaten.notified();
        self.asked.notify_one();
        beaten.await;
    }

    /// Does the work, and beats meanwhile when somebody asks.
    pub(super) async fn during<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                () = self.asked.notified() => self.beaten.notify_waiters(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use futures::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn it_beats_only_while_the_work_is_done() {
        let heart = Heart::default();
        assert_eq!(heart.beat().now_or_never(), None, "nobody works");
        let other = heart.clone();
        let mut working = tokio::spawn(async move { other.during(pending::<()>()).await });
        for _ in 0..3 {
            heart.beat().await;
        }
        working.abort();
        assert!((&mut working).await.is_err());
        assert_eq!(heart.beat().now_or_never(), None, "it was ended");
    }
}
