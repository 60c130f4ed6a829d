//! The end of content comes only with its proof.

use bytes::Bytes;
use futures::StreamExt as _;
use portolan_oci::{Descriptor, MediaType, Verifier, VerifyError};
use portolan_transport::{ByteStream, Content, Piece, TransportError};
use proptest::prelude::*;

fn stream(parts: &[Vec<u8>]) -> ByteStream {
    let parts: Vec<_> = parts.iter().map(|part| Ok(Bytes::copy_from_slice(part))).collect();
    futures::stream::iter(parts).boxed()
}

fn content_of(blob: &Descriptor, parts: &[Vec<u8>]) -> Content {
    Content::verifying(Verifier::new(blob), blob.size, stream(parts), "the blob".to_owned())
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

proptest! {
    #[test]
    fn right_content_comes_whole_and_ends_with_the_proof(
        parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..8),
    ) {
        let whole = parts.concat();
        let blob = Descriptor::of(MediaType::OCTET_STREAM, &whole);
        let content = content_of(&blob, &parts);
        prop_assert_eq!(content.remaining(), blob.size);
        let pieces: Vec<_> = run(content.into_pieces().map(Result::unwrap).collect());
        let got: Vec<u8> = pieces.iter().flat_map(|piece| piece.bytes().to_vec()).collect();
        prop_assert_eq!(got, whole);
        let (last, before) = pieces.split_last().unwrap();
        prop_assert!(matches!(last, Piece::Last(_, verified) if *verified.digest() == blob.digest));
        prop_assert!(before.iter().all(|piece| matches!(piece, Piece::Data(_))));
    }

    #[test]
    fn wrong_content_fails_before_its_last_byte(
        parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..40), 1..8),
        flip in any::<prop::sample::Index>(),
    ) {
        let mut whole = parts.concat();
        let blob = Descriptor::of(MediaType::OCTET_STREAM, &whole);
        let at = flip.index(whole.len());
        whole[at] ^= 1;
        let mut rest = whole.as_slice();
        let parts: Vec<Vec<u8>> = parts
            .iter()
            .map(|part| {
                let (head, tail) = rest.split_at(part.len());
                rest = tail;
                head.to_vec()
            })
            .collect();
        let pieces: Vec<_> = run(content_of(&blob, &parts).into_pieces().collect());
        let passed: usize = pieces.iter().flatten().map(|piece| piece.bytes().len()).sum();
        prop_assert!(passed < whole.len());
        let wrong = matches!(
            pieces.last(),
            Some(Err(TransportError::Content { cause: VerifyError::Digest { .. }, .. }))
        );
        prop_assert!(wrong);
    }
}

#[test]
fn short_and_long_content_fail() {
    let blob = Descriptor::of(MediaType::OCTET_STREAM, b"four");
    let end = |parts: &[Vec<u8>]| run(content_of(&blob, parts).into_pieces().collect::<Vec<_>>()).pop();
    assert!(matches!(
        end(&[b"fo".to_vec(), b"u".to_vec()]),
        Some(Err(TransportError::Content { cause: VerifyError::Short { actual: 3, .. }, .. }))
    ));
    assert!(matches!(
        end(&[b"four".to_vec(), b"!".to_vec()]),
        Some(Err(TransportError::Content { cause: VerifyError::Long { .. }, .. }))
    ));
}
