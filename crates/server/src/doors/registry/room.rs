//! How much of bodies that are held whole is in memory at once: of manifests, and of lists. What is read from a
//! manifest can be several times its bytes, and a list may be of any length; clients that come at once, or that send
//! or read slowly, wait for each other here instead of adding up.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures::stream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::error::RegistryError;

/// Room is counted in units of this many bytes.
const UNIT: usize = 1 << 10;

/// Units of what is large and on its way in, and of what is on its way out.
const ON_THE_WAY: u32 = 8 << 10;

/// Units of large manifests that are read and stored: what is read from one takes up to ten times its bytes.
const AT_WORK: u32 = 4 << 10;

/// Units of manifests that are not large, wherever they are: nearly all are not, and they wait for no large one.
const SMALL: u32 = 2 << 10;

/// Bytes of the largest that is not large. It is handed on at once and needs no place on its way out.
const PIECE: usize = 64 << 10;

/// Room for bodies; clones are the same room.
#[derive(Debug, Clone)]
pub(super) struct Room {
    small: Units,
    incoming: Units,
    at_work: Units,
    outgoing: Units,
    patience: Duration,
}

#[derive(Debug, Clone)]
struct Units {
    free: Arc<Semaphore>,
    all: u32,
}

/// A place in the room, until it is dropped.
#[derive(Debug)]
#[must_use]
pub(super) struct Place {
    _units: OwnedSemaphorePermit,
}

impl Room {
    /// An empty room: who waits for a place waits this long, and who has one and reads nothing keeps it as long.
    pub(super) fn new(patience: Duration) -> Self {
        let (incoming, outgoing) = (Units::new(ON_THE_WAY), Units::new(ON_THE_WAY));
        Self { small: Units::new(SMALL), incoming, at_work: Units::new(AT_WORK), outgoing, patience }
    }

    /// A place for a manifest that is to come, of this many bytes at most.
    ///
    /// # Errors
    /// 503 if others have taken the room for too long.
    pub(super) async fn for_incoming(&self, bytes: usize) -> Result<Place, RegistryError> {
        self.wait(if bytes <= PIECE { &self.small } else { &self.incoming }, bytes).await
    }

    /// A place for one that has come and is read and stored; for the others their first place is enough.
    ///
    /// # Errors
    /// 503 if others have taken the room for too long.
    pub(super) async fn for_work(&self, bytes: usize) -> Result<Option<Place>, RegistryError> {
        if bytes <= PIECE { Ok(None) } else { self.wait(&self.at_work, bytes).await.map(Some) }
    }

    /// What is handed out as it is made, if it is small. What is large is made again once there is a place for it:
    /// only so much is made at once as the catalogue has connections, and the many small ones cost no other question.
    ///
    /// # Errors
    /// What making it fails with; 503 if others have taken the room for too long.
    pub(super) async fn for_outgoing<T, F>(
        &self,
        make: impl Fn() -> F,
        length: impl Fn(&T) -> usize,
    ) -> Result<(T, Option<Place>), RegistryError>
    where
        F: Future<Output = Result<T, RegistryError>>,
    {
        let made = make().await?;
        let bytes = length(&made);
        if bytes <= PIECE {
            return Ok((made, None));
        }
        drop(made);
        let place = self.wait(&self.outgoing, bytes).await?;
        Ok((make().await?, Some(place)))
    }

    /// The body of an answer, which has the place until the client has it, or reads nothing for
    /// too long.
    pub(super) fn hand_out(&self, bytes: Bytes, place: Option<Place>) -> Body {
        let Some(place) = place else { return Body::from(bytes) };
        let (pieces, body) = mpsc::channel(1);
        let (patience, length) = (self.patience, bytes.len());
        tokio::spawn(async move {
            for piece in bytes.chunks(PIECE) {
                // A copy: a part of the whole would keep the whole.
                if pieces.send_timeout(Bytes::copy_from_slice(piece), patience).await.is_err() {
                    break;
                }
            }
            drop(place);
        });
        Body::from_stream(stream::try_unfold((body, length), async |(mut body, left)| {
            match body.recv().await {
                Some(piece) => {
                    let left = left.saturating_sub(piece.len());
                    Ok(Some((piece, (body, left))))
                }
                None if left == 0 => Ok(None),
                None => Err(io::Error::from(io::ErrorKind::TimedOut)),
            }
        }))
    }

    async fn wait(&self, units: &Units, bytes: usize) -> Result<Place, RegistryError> {
        match tokio::time::timeout(self.patience, units.take(bytes)).await {
            Ok(Some(place)) => Ok(place),
            Ok(None) | Err(_) => Err(busy()),
        }
    }
}

impl Units {
    fn new(all: u32) -> Self {
        Self { free: Arc::new(Semaphore::new(all as usize)), all }
    }

    /// A place for so many bytes; for more than there is room for, all of the room.
    async fn take(&self, bytes: usize) -> Option<Place> {
        let units = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX).clamp(1, self.all);
        Some(Place { _units: Arc::clone(&self.free).acquire_many_owned(units).await.ok()? })
    }
}

fn busy() -> RegistryError {
    RegistryError::unavailable("too much is on its way; try again")
}

#[cfg(test)]
mod tests {
    use portolan_oci::MAX_MANIFEST_BYTES;

    use super::*;

    const SHORT: Duration = Duration::from_millis(20);

    async fn leaving(room: &Room, bytes: &Bytes) -> Body {
        let made = room.for_outgoing(|| async { Ok(bytes.clone()) }, Bytes::len).await;
        let (bytes, place) = made.unwrap();
        room.hand_out(bytes, place)
    }

    #[tokio::test]
    async fn large_ones_wait_and_small_ones_pass() {
        let room = Room::new(SHORT);
        let first = room.for_incoming(MAX_MANIFEST_BYTES).await.unwrap();
        let second = room.for_incoming(MAX_MANIFEST_BYTES).await.unwrap();
        let patient = Room { patience: Duration::from_secs(60), ..room.clone() };
        let third = tokio::spawn(async move { patient.for_incoming(MAX_MANIFEST_BYTES).await.is_ok() });
        assert!(room.for_incoming(PIECE + 1).await.is_err());
        for _ in 0..SMALL {
            drop(room.for_incoming(PIECE).await.unwrap());
        }
        drop((first, second));
        assert!(third.await.unwrap());
    }

    #[tokio::test]
    async fn one_of_full_size_is_at_work_and_small_ones_beside_it() {
        let room = Room::new(SHORT);
        let place = room.for_work(MAX_MANIFEST_BYTES).await.unwrap();
        assert!(room.for_work(PIECE + 1).await.is_err());
        assert!(room.for_work(PIECE).await.unwrap().is_none());
        drop(place);
        assert!(room.for_work(PIECE + 1).await.is_ok());
    }

    #[tokio::test]
    async fn more_than_there_is_room_for_has_all_of_it() {
        let room = Room::new(SHORT);
        let body = leaving(&room, &Bytes::from(vec![b' '; 32 << 20])).await;
        assert_eq!(room.outgoing.free.available_permits(), 0);
        assert_eq!(axum::body::to_bytes(body, usize::MAX).await.unwrap().len(), 32 << 20);
    }

    #[tokio::test]
    async fn who_reads_nothing_loses_the_place() {
        let room = Room::new(SHORT);
        let bytes = Bytes::from(vec![b' '; MAX_MANIFEST_BYTES]);
        let mut unread = Vec::new();
        for _ in 0..2 {
            unread.push(leaving(&room, &bytes).await);
        }
        assert_eq!(room.outgoing.free.available_permits(), 0);
        drop(Arc::clone(&room.outgoing.free).acquire_many_owned(ON_THE_WAY).await.unwrap());
        assert!(axum::body::to_bytes(unread.remove(0), usize::MAX).await.is_err());
    }

    #[tokio::test]
    async fn who_reads_gets_all() {
        let room = Room::new(Duration::from_secs(60));
        for length in [0, PIECE, PIECE * 3 + 1] {
            let bytes: Bytes = (0..length).map(|at| at.to_le_bytes()[0]).collect();
            let body = leaving(&room, &bytes).await;
            assert_eq!(axum::body::to_bytes(body, usize::MAX).await.unwrap(), bytes);
        }
    }
}
