//! The store as a whole: which one it is, its room, its locks.

use super::check::{Outcome, hold};
use super::samples::{content, key};
use super::under_test::BackendUnderTest;
use crate::StoreId;

pub(super) async fn is_nobodys_at_first(it: &dyn BackendUnderTest) -> Outcome {
    let backend = it.empty().await?;
    hold!(backend.identity().await?.is_none(), "a new store has an identity already");
    let id = StoreId::random();
    backend.set_identity(&id).await?;
    hold!(backend.identity().await? == Some(id), "the store is another one than was said");
    let backend = it.again(backend).await?;
    hold!(backend.identity().await? == Some(id), "the store is another one after a restart");
    Ok(())
}

pub(super) async fn has_room(it: &dyn BackendUnderTest) -> Outcome {
    let room = it.empty().await?.room().await?;
    hold!(room.free > 0 && room.free <= room.total, "room is {room:?}");
    Ok(())
}

pub(super) async fn is_collected_by_one(it: &dyn BackendUnderTest) -> Outcome {
    let backend = it.empty().await?;
    let one = backend.collecting().await?;
    hold!(one.is_some(), "nobody collects, and it cannot be collected");
    hold!(backend.collecting().await?.is_none(), "two collect at once");
    drop(one);
    hold!(backend.collecting().await?.is_some(), "a collection that has ended keeps others out");
    Ok(())
}

pub(super) async fn is_swept_when_nothing_is_placed(it: &dyn BackendUnderTest) -> Outcome {
    let (backend, bytes) = (it.empty().await?, content(1, 10));
    let placed = backend.put(&key(&bytes), bytes).await?;
    let mut sweep = backend.sweeping();
    hold!(futures::poll!(&mut sweep).is_pending(), "it is swept while a blob is placed and not committed");
    drop(placed);
    hold!(sweep.await?.is_some(), "nothing is placed, and it cannot be swept");
    Ok(())
}
