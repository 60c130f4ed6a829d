//! Blobs that are somewhere else in the same place.

use super::check::{Outcome, hold};
use super::place::PlaceUnderTest;
use super::samples::Blob;
use super::steps::{finish, send};
use crate::{Begun, Location, MountFrom, Support, Target};

fn from(target: &dyn Target) -> Option<MountFrom> {
    match target.location() {
        Location::Registry(_, name) => Some(MountFrom::Repository(name.clone())),
        _ => None,
    }
}

pub(super) async fn from_another_repository(place: &dyn PlaceUnderTest) -> Outcome {
    let blob = Blob::random("mounted", 100_000);
    let (first, second) = (place.target().await?, place.target().await?);
    let Some(mount) = from(&*first) else { return Ok(()) };
    if !second.capabilities().mount.is_possible() {
        return Ok(());
    }
    send(&*first, &blob).await?;
    match second.begin(&blob.descriptor, &mount).await? {
        Begun::Mounted => {}
        Begun::Upload(_) if second.capabilities().mount == Support::Yes => {
            return Err(super::check::Broken("the place can mount, but did not".to_owned()));
        }
        Begun::Upload(state) => finish(&*second, &state, &blob).await?,
    }
    hold!(second.has_blob(&blob.descriptor).await?, "a mounted blob is not there");
    Ok(())
}

/// A mount that cannot be is not an error: the upload begins.
pub(super) async fn of_what_is_nowhere(place: &dyn PlaceUnderTest) -> Outcome {
    let blob = Blob::random("nowhere", 1000);
    let (first, second) = (place.target().await?, place.target().await?);
    for mount in from(&*first).into_iter().chain([MountFrom::Anywhere, MountFrom::Nowhere]) {
        let begun = second.begin(&blob.descriptor, &mount).await?;
        let Begun::Upload(state) = begun else {
            return Err(super::check::Broken("a blob that is nowhere was mounted".to_owned()));
        };
        second.abort(&state).await?;
    }
    hold!(!second.has_blob(&blob.descriptor).await?, "a blob that was never sent is there");
    Ok(())
}
