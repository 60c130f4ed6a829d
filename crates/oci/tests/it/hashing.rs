use portolan_oci::{Algorithm, Digest, Hashing, HashingState, VerifyError};
use proptest::prelude::*;

fn algorithm() -> impl Strategy<Value = Algorithm> {
    prop_oneof![Just(Algorithm::Sha256), Just(Algorithm::Sha512)]
}

fn hashed(algorithm: Algorithm, content: &[u8]) -> Hashing {
    let mut hashing = Hashing::new(algorithm);
    hashing.update(content);
    hashing
}

proptest! {
    #[test]
    fn a_restart_at_any_place_changes_nothing(
        algorithm in algorithm(),
        content in proptest::collection::vec(any::<u8>(), 0..600),
        place in any::<prop::sample::Index>(),
    ) {
        let (before, after) = content.split_at(place.index(content.len() + 1));
        let saved = serde_json::to_string(&hashed(algorithm, before).save()).unwrap();
        let state: HashingState = serde_json::from_str(&saved).unwrap();
        prop_assert_eq!((state.offset(), state.algorithm()), (before.len() as u64, algorithm));
        let mut hashing = Hashing::restore(&state).unwrap();
        prop_assert_eq!((hashing.offset(), hashing.algorithm()), (before.len() as u64, algorithm));
        hashing.update(after);
        let expected = Digest::of(algorithm, &content);
        prop_assert_eq!(hashing.clone().digest(), expected);
        let verified = hashing.prove(&expected, Some(content.len() as u64)).unwrap();
        prop_assert_eq!((*verified.digest(), verified.size()), (expected, content.len() as u64));
    }

    #[test]
    fn a_damaged_state_is_not_continued(
        algorithm in algorithm(),
        content in proptest::collection::vec(any::<u8>(), 0..300),
        place in any::<prop::sample::Index>(),
        put in "[0-9a-z]",
    ) {
        let saved = serde_json::to_string(&hashed(algorithm, &content).save()).unwrap();
        let place = place.index(saved.len());
        let mut damaged = saved.clone();
        damaged.replace_range(place..=place, &put);
        prop_assume!(damaged != saved);
        if let Ok(state) = serde_json::from_str::<HashingState>(&damaged) {
            prop_assert!(Hashing::restore(&state).is_none(), "{damaged}");
        }
    }
}

/// What is proven needs no size; what is wrong says what differs.
#[test]
fn a_digest_that_comes_last_is_proven_or_refused() {
    let (content, other) = (b"12345", Digest::sha256(b"other"));
    let right = Digest::sha256(content);
    let hashing = hashed(Algorithm::Sha256, content);
    assert_eq!(hashing.clone().prove(&right, None).unwrap().size(), 5);
    let errors = [
        hashing.clone().prove(&other, None),
        hashing.clone().prove(&right, Some(4)),
        hashing.clone().prove(&right, Some(6)),
        hashing.prove(&Digest::sha512(content), None),
    ]
    .map(|proof| proof.unwrap_err());
    assert_eq!(errors[0], VerifyError::Digest { expected: other, actual: right });
    assert_eq!(errors[1], VerifyError::Long { digest: right, expected: 4 });
    assert_eq!(errors[2], VerifyError::Short { digest: right, expected: 6, actual: 5 });
    assert!(
        matches!(errors[3], VerifyError::Algorithm { hashed: Algorithm::Sha256, .. }),
        "a digest of another algorithm says nothing of these bytes: {:?}",
        errors[3]
    );
}

/// A state as it lies in catalogues. If this fails after the hashing library was updated, its layout has
/// changed: the name of the layout must change with it, so that older states are not continued.
#[test]
fn the_layout_of_states_is_pinned() {
    insta::assert_json_snapshot!(hashed(Algorithm::Sha512, &[7; 200]).save());
}
