use portolan_oci::{Algorithm, Descriptor, Digest, MediaType, Verifier, VerifierState, VerifyError};
use proptest::prelude::*;

fn described(algorithm: Algorithm, content: &[u8]) -> Descriptor {
    Descriptor::new(MediaType::OCTET_STREAM, Digest::of(algorithm, content), content.len() as u64)
}

fn algorithm() -> impl Strategy<Value = Algorithm> {
    prop_oneof![Just(Algorithm::Sha256), Just(Algorithm::Sha512)]
}

/// As through a journal: the state is written as JSON and read again.
fn restart(verifier: &Verifier) -> Verifier {
    let saved = serde_json::to_string(&verifier.save()).unwrap();
    Verifier::restore(&serde_json::from_str(&saved).unwrap()).unwrap()
}

proptest! {
    #[test]
    fn a_restart_at_any_place_changes_nothing(
        algorithm in algorithm(),
        content in proptest::collection::vec(any::<u8>(), 0..600),
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..5),
    ) {
        let descriptor = described(algorithm, &content);
        let mut places: Vec<_> = cuts.iter().map(|cut| cut.index(content.len() + 1)).collect();
        places.sort_unstable();
        places.push(content.len());
        let mut verifier = Verifier::new(&descriptor);
        let mut done = 0;
        for place in places {
            verifier.update(&content[done..place]).unwrap();
            done = place;
            verifier = restart(&verifier);
            prop_assert_eq!(verifier.offset(), done as u64);
            prop_assert_eq!(verifier.save().offset(), done as u64);
        }
        let verified = verifier.finish().unwrap();
        prop_assert_eq!(verified.digest(), &descriptor.digest);
        prop_assert_eq!(verified.size(), descriptor.size);
        prop_assert_eq!(verified, Verifier::check(&descriptor, &content).unwrap());
    }

    #[test]
    fn a_damaged_state_is_not_continued(
        algorithm in algorithm(),
        content in proptest::collection::vec(any::<u8>(), 0..300),
        place in any::<prop::sample::Index>(),
        put in "[0-9a-z]",
    ) {
        let mut verifier = Verifier::new(&described(algorithm, &content));
        verifier.update(&content).unwrap();
        let saved = serde_json::to_string(&verifier.save()).unwrap();
        let place = place.index(saved.len());
        let mut damaged = saved.clone();
        damaged.replace_range(place..=place, &put);
        prop_assume!(damaged != saved);
        if let Ok(state) = serde_json::from_str::<VerifierState>(&damaged) {
            prop_assert!(Verifier::restore(&state).is_none(), "{damaged}");
        }
    }

    #[test]
    fn wrong_content_has_no_proof(
        algorithm in algorithm(),
        content in proptest::collection::vec(any::<u8>(), 1..300),
        place in any::<prop::sample::Index>(),
        bit in 0..8_u32,
    ) {
        let descriptor = described(algorithm, &content);
        let mut wrong = content.clone();
        wrong[place.index(content.len())] ^= 1 << bit;
        let actual = Digest::of(algorithm, &wrong);
        let expected = descriptor.digest;
        prop_assert_eq!(Verifier::check(&descriptor, &wrong), Err(VerifyError::Digest { expected, actual }));
    }
}

#[test]
fn short_and_long_content() {
    let descriptor = described(Algorithm::Sha256, b"12345");
    let errors = [&b""[..], b"1234", b"123456"].map(|content| {
        let error = Verifier::check(&descriptor, content).unwrap_err();
        error.to_string()
    });
    insta::assert_snapshot!(errors.join("\n"));
}

#[test]
fn what_came_too_much_stays_wrong() {
    let mut verifier = Verifier::new(&described(Algorithm::Sha256, b"12345"));
    verifier.update(b"12345").unwrap();
    assert!(matches!(verifier.update(b"6"), Err(VerifyError::Long { expected: 5, .. })));
    assert!(matches!(verifier.finish(), Err(VerifyError::Long { expected: 5, .. })));
}

#[test]
fn a_digest_alone_takes_any_length() {
    let mut verifier = Verifier::of_digest(Digest::sha256(b"12345"));
    for byte in b"12345" {
        verifier.update(&[*byte]).unwrap();
    }
    assert_eq!(verifier.finish().unwrap().size(), 5);
}

/// A state as it lies in journals. If this fails after the hashing library was updated, its layout has
/// changed: the name of the layout must change with it, so that older states are not continued.
#[test]
fn the_layout_of_states_is_pinned() {
    let mut verifier = Verifier::new(&described(Algorithm::Sha256, &[7; 200]));
    verifier.update(&[7; 100]).unwrap();
    insta::assert_json_snapshot!(verifier.save());
}

#[test]
fn a_state_of_another_layout_is_not_continued() {
    let verifier = Verifier::new(&described(Algorithm::Sha256, b"12345"));
    let mut state = serde_json::to_value(verifier.save()).unwrap();
    state["layout"] = "sha2-0.10".into();
    assert!(Verifier::restore(&serde_json::from_value(state).unwrap()).is_none());
}
