//! Room for so many requests at once, which grows and shrinks.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Room for so many at once. Those who are in it when it shrinks are not put out: the next ones wait the longer.
pub(super) struct Room {
    places: Arc<Semaphore>,
    size: Mutex<usize>,
}

impl Room {
    pub(super) fn new(size: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(size)), size: Mutex::new(size) }
    }

    /// Waits for a place.
    pub(super) async fn enter(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.places).acquire_owned().await.ok()
    }

    /// Makes room for so many.
    pub(super) fn resize(&self, to: usize) {
        let mut size = self.size.lock().unwrap_or_else(PoisonError::into_inner);
        let surplus = size.saturating_sub(to);
        self.places.add_permits(to.saturating_sub(*size));
        *size = to;
        // Free places go at once, the others when they are left, before anybody who waits gets them.
        let taken = surplus - self.places.forget_permits(surplus);
        if let Ok(taken) = u32::try_from(taken)
            && taken > 0
        {
            let places = Arc::clone(&self.places);
            tokio::spawn(async move {
                if let Ok(surplus) = places.acquire_many_owned(taken).await {
                    surplus.forget();
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;
    use tokio::task::yield_now;

    use super::*;

    fn all(room: &Room) -> Vec<OwnedSemaphorePermit> {
        std::iter::from_fn(|| room.enter().now_or_never().flatten()).collect()
    }

    #[tokio::test]
    async fn it_grows_at_once_and_shrinks_as_places_are_left() {
        let room = Room::new(6);
        let mut inside = all(&room);
        assert_eq!(inside.len(), 6);
        room.resize(2);
        yield_now().await;
        inside.truncate(3);
        yield_now().await;
        assert!(room.enter().now_or_never().is_none(), "three are in a room for two");
        inside.truncate(1);
        yield_now().await;
        inside.extend(all(&room));
        assert_eq!(inside.len(), 2);
        room.resize(4);
        inside.extend(all(&room));
        assert_eq!(inside.len(), 4);
    }

    #[tokio::test]
    async fn free_places_go_at_once() {
        let room = Room::new(6);
        room.resize(1);
        assert_eq!(all(&room).len(), 1);
    }
}
