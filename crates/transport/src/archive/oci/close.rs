//! Ending an archive: gaps are closed, the entry points written, and the file gets its name.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use super::partial::Partial;
use super::regions::Region;
use crate::archive::tar::{END_OF_ARCHIVE, header_for, padding};
use crate::layout::{MARKER, off_thread};
use crate::{TransportError, TransportResult};

/// How much is moved at once when a gap is closed.
const MOVE: usize = 1024 * 1024;

/// Ends the archive. One that was given nothing to name does not come to be.
pub(super) async fn close(partial: &Arc<Partial>) -> TransportResult<()> {
    let unfinished = {
        let mut state = partial.state();
        for (_, region) in std::mem::take(&mut state.uploads) {
            state.regions.give_up(region);
        }
        state.unfinished.take()
    };
    let Some(unfinished) = unfinished else { return Ok(()) };
    // Nobody waits for these writes, but what is moved must not be written to.
    while partial.state().regions.is_busy() {
        tokio::task::yield_now().await;
    }
    if partial.state().index.descriptors().next().is_none() {
        return Ok(());
    }
    let partial = Arc::clone(partial);
    off_thread("closing an archive", move || {
        let ended = end(&partial).and_then(|()| unfinished.place());
        ended.map_err(|cause| match cause.kind() {
            io::ErrorKind::AlreadyExists => TransportError::Rejected {
                what: format!("writing {}", partial.location),
                message: "somebody else has made the file meanwhile".to_owned(),
            },
            _ => TransportError::io(format!("writing {}", partial.location), cause),
        })
    })
    .await
}

fn end(partial: &Partial) -> io::Result<()> {
    let mut state = partial.state();
    let mut end = 0;
    let mut regions: Vec<&mut Region> = state.blobs.values_mut().collect();
    regions.sort_by_key(|region| region.start);
    for region in regions {
        shift(&partial.file, region, end)?;
        end = region.end();
    }
    for (name, content) in [("index.json", state.index.to_bytes()?), ("oci-layout", MARKER.to_vec())] {
        let mut member = header_for(name, content.len() as u64);
        member.extend_from_slice(&content);
        member.resize(member.len() + usize::try_from(padding(content.len() as u64)).unwrap_or_default(), 0);
        partial.file.write_all_at(&member, end)?;
        end += member.len() as u64;
    }
    partial.file.write_all_at(&END_OF_ARCHIVE, end)?;
    partial.file.set_len(end + END_OF_ARCHIVE.len() as u64)
}

/// Moves a member down to `start`.
fn shift(file: &File, region: &mut Region, start: u64) -> io::Result<()> {
    if region.start == start {
        return Ok(());
    }
    let mut buffer = vec![0; MOVE];
    let mut moved = 0;
    while moved < region.len() {
        let len = usize::try_from(region.len() - moved).map_or(MOVE, |left| left.min(MOVE));
        let piece = buffer.get_mut(..len).unwrap_or_default();
        file.read_exact_at(piece, region.start + moved)?;
        file.write_all_at(piece, start + moved)?;
        moved += len as u64;
    }
    region.start = start;
    Ok(())
}
