//! Every follower gets exactly the bytes from its start on, whatever the others do.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt as _;
use portolan_oci::{Descriptor, Digest, MediaType, RawManifest, Tag, TagOrDigest, Verifier};
use portolan_transport::{
    BlobRead, Capabilities, Location, Piece, Referrers, Source, TransportError, TransportResult,
};
use proptest::prelude::*;
use tokio::sync::Notify;

use super::{Fanout, Follower, pump};

/// A source that holds one blob and gives it in pieces of some size.
struct OneBlob {
    location: Location,
    content: Bytes,
    piece: usize,
}

#[async_trait]
impl Source for OneBlob {
    fn location(&self) -> &Location {
        &self.location
    }
    fn capabilities(&self) -> Capabilities {
        Capabilities::default()
    }
    async fn resolve(&self, _: &TagOrDigest) -> TransportResult<Descriptor> {
        Err(TransportError::NotFound { what: "a manifest".into() })
    }
    async fn manifest(&self, _: &TagOrDigest) -> TransportResult<RawManifest> {
        Err(TransportError::NotFound { what: "a manifest".into() })
    }
    async fn blob(&self, _: &Descriptor, offset: u64) -> TransportResult<BlobRead> {
        let rest = self.content.slice(usize::try_from(offset).unwrap()..);
        let piece = self.piece;
        let pieces: Vec<_> = rest.chunks(piece).map(|part| Ok(Bytes::copy_from_slice(part))).collect();
        Ok(BlobRead { offset, stream: futures::stream::iter(pieces).boxed() })
    }
    async fn tags(&self) -> TransportResult<Vec<Tag>> {
        Ok(Vec::new())
    }
    async fn referrers(&self, _: &Digest, _: Option<&MediaType>) -> TransportResult<Referrers> {
        Err(TransportError::Unsupported { what: "referrers".into() })
    }
}

fn content(len: usize) -> Bytes {
    (0..len).map(|n| u8::try_from((n * 31 + n / 251) % 251).unwrap()).collect::<Vec<u8>>().into()
}

struct Case {
    source: OneBlob,
    blob: Descriptor,
    chunk: u64,
}

impl Case {
    fn new(len: usize, piece: usize, chunk: u64) -> Self {
        let content = content(len);
        let blob = Descriptor::of(MediaType::OCTET_STREAM, &content);
        Self { source: OneBlob { location: Location::Layout("x".into()), content, piece }, blob, chunk }
    }

    fn fanout(&self, starts: &[u64], window: u64) -> Arc<Fanout> {
        Fanout::new(0, starts, window, std::env::temp_dir())
    }

    async fn pump(&self, fanout: &Fanout) {
        let read = self.source.blob(&self.blob, 0).await.unwrap();
        pump(read, &self.blob, Verifier::new(&self.blob), self.chunk, fanout).await;
    }
}

/// Takes a follower's bytes in chunks up to its end, the rest with the proof.
async fn collect(follower: Follower, start: u64, size: u64, step: u64) -> TransportResult<(Vec<u8>, bool)> {
    let mut taken = Vec::new();
    let mut at = start;
    while step > 0 && size - at > step {
        let mut chunk = follower.chunk(step).into_stream();
        while let Some(bytes) = chunk.next().await {
            taken.extend_from_slice(&bytes?);
        }
        at += step;
    }
    let mut proven = false;
    let mut rest = follower.rest(size - at).into_pieces();
    while let Some(piece) = rest.next().await {
        let piece = piece?;
        taken.extend_from_slice(piece.bytes());
        proven = matches!(piece, Piece::Last(..));
        // Others run in between.
        tokio::task::yield_now().await;
    }
    follower.leave();
    Ok((taken, proven))
}

proptest! {
    #[test]
    fn every_follower_gets_its_bytes_and_the_proof(
        len in 0usize..5000,
        piece in 1usize..700,
        chunk in 1u64..900,
        window in 1u64..1500,
        followers in prop::collection::vec((0u64..5000, 0u64..600), 1..5),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let case = Case::new(len, piece, chunk);
            let size = len as u64;
            let starts: Vec<u64> = followers.iter().map(|(start, _)| (*start).min(size)).collect();
            let fanout = case.fanout(&starts, window);
            let taking = followers.iter().zip(&starts).enumerate().map(|(index, ((_, step), start))| {
                collect(Follower::new(&fanout, index), *start, size, *step)
            });
            let ((), taken) = tokio::join!(case.pump(&fanout), futures::future::join_all(taking));
            for (start, taken) in starts.iter().zip(taken) {
                let (bytes, proven) = taken.unwrap();
                prop_assert_eq!(&bytes[..], &case.source.content[usize::try_from(*start).unwrap()..]);
                prop_assert!(proven);
            }
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn a_follower_that_stands_still_does_not_hold_up_the_others() {
    let case = Case::new(1 << 20, 1000, 1 << 16);
    let size = case.blob.size;
    let fanout = case.fanout(&[0, 0], 10_000);
    let gate = Arc::new(Notify::new());
    let slow = async {
        gate.notified().await;
        collect(Follower::new(&fanout, 1), 0, size, 50_000).await
    };
    let fast = async {
        let taken = collect(Follower::new(&fanout, 0), 0, size, 0).await;
        // Only now does the slow one begin.
        gate.notify_one();
        taken
    };
    let ((), fast, slow) = tokio::join!(case.pump(&fanout), fast, slow);
    assert_eq!(fast.unwrap().0, case.source.content);
    assert_eq!(slow.unwrap().0, case.source.content);
}

#[tokio::test]
async fn a_single_follower_sets_the_pace_and_nothing_is_spooled() {
    let case = Case::new(1 << 20, 1000, 1 << 16);
    // A folder for the spool that cannot be made: using it would be seen.
    let fanout = Fanout::new(0, &[0], 10_000, "/dev/null/none".into());
    let taken = collect(Follower::new(&fanout, 0), 0, case.blob.size, 999);
    let ((), taken) = tokio::join!(case.pump(&fanout), taken);
    assert_eq!(taken.unwrap().0, case.source.content);
}

#[tokio::test]
async fn without_a_spool_the_slowest_sets_the_pace() {
    let case = Case::new(1 << 20, 1000, 1 << 16);
    let fanout = Fanout::new(0, &[0, 0], 10_000, "/dev/null/none".into());
    let one = collect(Follower::new(&fanout, 0), 0, case.blob.size, 0);
    let two = collect(Follower::new(&fanout, 1), 0, case.blob.size, 50_000);
    let ((), one, two) = tokio::join!(case.pump(&fanout), one, two);
    assert_eq!(one.unwrap().0, case.source.content);
    assert_eq!(two.unwrap().0, case.source.content);
}

#[tokio::test]
async fn wrong_content_never_reaches_its_end() {
    let mut case = Case::new(5000, 100, 1000);
    case.blob.digest = Digest::sha256(b"something else");
    let fanout = case.fanout(&[0, 0], 300);
    let one = collect(Follower::new(&fanout, 0), 0, 5000, 0);
    let two = collect(Follower::new(&fanout, 1), 0, 5000, 700);
    let ((), one, two) = tokio::join!(case.pump(&fanout), one, two);
    assert!(one.is_err() && two.is_err());
    let cause = fanout.source_failure().expect("the source is to blame");
    assert!(matches!(*cause, TransportError::Content { .. }), "{cause:?}");
}

#[tokio::test]
async fn a_follower_that_leaves_does_not_stop_the_others() {
    let case = Case::new(100_000, 100, 1000);
    let fanout = case.fanout(&[0, 0], 300);
    Follower::new(&fanout, 1).leave();
    let taken = collect(Follower::new(&fanout, 0), 0, 100_000, 0);
    let ((), taken) = tokio::join!(case.pump(&fanout), taken);
    assert_eq!(taken.unwrap().0, case.source.content);
}

#[tokio::test]
async fn the_hash_can_be_taken_up_at_every_boundary() {
    let case = Case::new(10_000, 77, 1000);
    let fanout = case.fanout(&[0], 20_000);
    let taken = collect(Follower::new(&fanout, 0), 0, 10_000, 0);
    let ((), taken) = tokio::join!(case.pump(&fanout), taken);
    taken.unwrap();
    for boundary in (0..=9000).step_by(1000) {
        let mut verifier = fanout.verifier_at(boundary + 500).unwrap();
        assert_eq!(verifier.offset(), boundary);
        verifier.update(&case.source.content[usize::try_from(boundary).unwrap()..]).unwrap();
        assert_eq!(*verifier.finish().unwrap().digest(), case.blob.digest);
    }
}
