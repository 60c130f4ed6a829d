//! All mirrors that there are, as they come, change and go.

use std::collections::{HashMap, HashSet};
use std::hash::RandomState;
use std::sync::Arc;

use futures::stream::{FuturesUnordered, StreamExt as _};
use portolan_sync::Mirror;
use portolan_sync::settings::MirrorName;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::bell::heard;
use super::keep::{Kept, Means, Room};

/// Who keeps a mirror.
struct Keeper {
    /// How it is told what the mirror is from now on.
    mirror: watch::Sender<Arc<Mirror>>,
    end: CancellationToken,
}

/// Runs mirrors when they are due, and those that are told of images at once, until it is told to end. No mirror is run
/// twice at once; what a daemon left unfinished is gone on with when it begins.
///
/// `mirrors` may change: one that is new is kept from then on; a run of one that is changed goes on by the rules with
/// which it began; a run of one that is gone ends at once, as when the daemon ends.
pub async fn keep_mirrors(
    mut mirrors: watch::Receiver<Arc<[Mirror]>>,
    means: Means<'_>,
    end: &CancellationToken,
) {
    let (places, dice) = (Room::default(), RandomState::new());
    let (mut keepers, mut leaving) = (HashMap::new(), HashSet::new());
    let mut work = FuturesUnordered::new();
    while !end.is_cancelled() {
        let wanted = Arc::clone(&mirrors.borrow_and_update());
        leaving.extend(dismiss(&mut keepers, &wanted));
        for mirror in wanted.iter() {
            if let Some(Keeper { mirror: told, .. }) = keepers.get(&mirror.name) {
                tell(told, mirror);
            } else if !leaving.contains(&mirror.name) {
                let keeper =
                    Keeper { mirror: watch::Sender::new(Arc::new(mirror.clone())), end: end.child_token() };
                let (watched, end) = (means.clock.now(), keeper.end.clone());
                let (current, places, dice) = (keeper.mirror.subscribe(), &places, &dice);
                let kept = Kept { mirror: current, watched, means, places, dice };
                let name = mirror.name.clone();
                work.push(async move {
                    kept.keep(&end).await;
                    name
                });
                keepers.insert(mirror.name.clone(), keeper);
            }
        }
        tokio::select! {
            () = end.cancelled() => {}
            () = heard(&mut mirrors) => {}
            // One that was dismissed may be wanted again.
            Some(name) = work.next() => {
                leaving.remove(&name);
            }
        }
    }
    while work.next().await.is_some() {}
}

/// Mirrors that stay as they are, for [`keep_mirrors`].
pub fn unchanging(mirrors: impl Into<Arc<[Mirror]>>) -> watch::Receiver<Arc<[Mirror]>> {
    watch::Sender::new(mirrors.into()).subscribe()
}

/// Has those end that keep what is no longer wanted: these mirrors.
fn dismiss(keepers: &mut HashMap<MirrorName, Keeper>, wanted: &[Mirror]) -> Vec<MirrorName> {
    let wanted: HashSet<&MirrorName> = wanted.iter().map(|mirror| &mirror.name).collect();
    let gone: Vec<MirrorName> = keepers.keys().filter(|name| !wanted.contains(name)).cloned().collect();
    for name in &gone {
        if let Some(keeper) = keepers.remove(name) {
            keeper.end.cancel();
        }
    }
    gone
}

fn tell(told: &watch::Sender<Arc<Mirror>>, mirror: &Mirror) {
    told.send_if_modified(|known| {
        let is_other = **known != *mirror;
        if is_other {
            *known = Arc::new(mirror.clone());
        }
        is_other
    });
}
