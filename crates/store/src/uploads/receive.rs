//! Taking in the bytes of one request.

use std::future::Future;
use std::time::Duration;

use portolan_oci::with_causes;
use tokio::sync::MutexGuard;

use super::gather::{Gather, Incoming};
use super::open::Open;
use super::saving::Saving;
use super::session::Session;
use crate::error::Cause;
use crate::{BackendError, Store, StoreError, StoreResult};

/// Does work on a session that goes on to its end, also when nobody waits for it any more: a client that hangs up
/// must not leave a write half done.
pub(super) async fn to_its_end<T, W>(work: W) -> StoreResult<T>
where
    T: Send + 'static,
    W: Future<Output = StoreResult<T>> + Send + 'static,
{
    tokio::spawn(work).await.unwrap_or(Err(StoreError::Closing))
}

/// How long a request waits for one before it: a sender that broke off and comes again is often faster than the
/// end of what it broke off.
const PATIENCE: Duration = Duration::from_secs(2);

/// The session, if nobody else appends for long, and if it is `at` that offset.
pub(super) async fn turn(open: &Open, at: Option<u64>) -> StoreResult<MutexGuard<'_, Session>> {
    let waited = tokio::time::timeout(PATIENCE, open.session.lock()).await;
    let session = waited.map_err(|_| StoreError::OutOfOrder { offset: open.offset() })?;
    if session.is_over() {
        return Err(StoreError::UploadUnknown);
    }
    match at {
        Some(at) if at != session.offset() => Err(StoreError::OutOfOrder { offset: session.offset() }),
        _ => Ok(session),
    }
}

/// How far an upload has come. While somebody appends for longer than a request waits, that is a moment's truth.
pub(super) async fn offset(open: &Open) -> u64 {
    let waited = tokio::time::timeout(PATIENCE, open.session.lock()).await;
    waited.map_or_else(|_| open.offset(), |session| session.offset())
}

/// Takes in all that comes. When the sender breaks off, what came is written down; when the storage fails, the
/// upload goes back to where it was written down last.
pub(super) async fn receive(
    store: &Store,
    open: &Open,
    session: &mut Session,
    incoming: Incoming,
) -> StoreResult<()> {
    let mut saving = Saving::default();
    let taken = take_all(store, open, session, incoming, &mut saving).await;
    let settled = saving.settle(session).await;
    match undone(store, open, session, taken.and_then(|end| settled.map(|()| end))).await? {
        End::Reached => Ok(()),
        End::NoRoom(error) => Err(error),
        End::BrokenOff(cause) => {
            save(store, open, session).await?;
            Err(StoreError::BrokenOff { offset: session.offset(), cause })
        }
    }
}

/// Why no more is taken in, of a session that is as it should be.
enum End {
    Reached,
    BrokenOff(Cause),
    NoRoom(StoreError),
}

async fn take_all(
    store: &Store,
    open: &Open,
    session: &mut Session,
    incoming: Incoming,
    saving: &mut Saving,
) -> StoreResult<End> {
    let mut gather = Gather::new(incoming, store.uploads().senders());
    let mut next = gather.next().await;
    while let Some(pieces) = next {
        let pieces = match pieces {
            Ok(pieces) => pieces,
            Err(cause) => return Ok(End::BrokenOff(cause)),
        };
        let (taken, following) = futures::join!(session.take(store, open, pieces), gather.next());
        taken?;
        saving.follow(store, open, session).await?;
        if let Err(error) = store.takes_content().await {
            return Ok(End::NoRoom(error));
        }
        next = following;
    }
    Ok(End::Reached)
}

/// Writes down where the upload is.
pub(super) async fn save(store: &Store, open: &Open, session: &mut Session) -> StoreResult<()> {
    let saved = session.save(store, open).await;
    undone(store, open, session, saved).await
}

/// What has failed to be written is in doubt: who asks for the upload next finds it as it was written down last.
async fn undone<T>(
    store: &Store,
    open: &Open,
    session: &mut Session,
    written: StoreResult<T>,
) -> StoreResult<T> {
    if let Err(error) = &written {
        let full = matches!(error, StoreError::Backend(BackendError::Full { .. }));
        session.end();
        if full && let Err(error) = session.give_back(store, open.id).await {
            tracing::warn!(cause = with_causes(&error), "the bytes of a refused upload stay for now");
        }
        store.uploads().remove(open.id);
    }
    written
}
