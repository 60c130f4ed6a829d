use portolan_oci::{ReferenceError, RepositoryName, Tag};
use proptest::prelude::*;

/// The grammar of distribution-spec, `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/…)*`, as a machine that eats one
/// character at a time: written apart from the parser, to be compared with it.
fn by_grammar(text: &str) -> bool {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        Start,
        Word,
        Dot,
        Underscore,
        TwoUnderscores,
        Dashes,
    }
    let mut state = State::Start;
    for character in text.chars() {
        state = match (state, character) {
            (_, 'a'..='z' | '0'..='9') => State::Word,
            (State::Word, '/') => State::Start,
            (State::Word, '.') => State::Dot,
            (State::Word, '_') => State::Underscore,
            (State::Underscore, '_') => State::TwoUnderscores,
            (State::Word | State::Dashes, '-') => State::Dashes,
            _ => return false,
        };
    }
    state == State::Word && text.len() <= 255
}

proptest! {
    #[test]
    fn agrees_with_the_grammar(text in "[ab0/._-]{0,12}|[a-z0-9]([._/-]{1,3}[a-z0-9]{1,3}){0,6}|\\PC{0,20}") {
        prop_assert_eq!(text.parse::<RepositoryName>().is_ok(), by_grammar(&text));
    }

    #[test]
    fn prints_as_written(text in "[a-z0-9]{1,8}((\\.|_|__|-{1,4}|/)[a-z0-9]{1,8}){0,8}") {
        let name: RepositoryName = text.parse().unwrap();
        prop_assert_eq!(name.as_str(), &text);
        prop_assert_eq!(serde_json::from_str::<RepositoryName>(&serde_json::to_string(&name).unwrap()).unwrap(), name);
    }

    #[test]
    fn tags_are_as_specified(text in "[a-zA-Z0-9._-]{0,130}|\\PC{0,20}") {
        let first = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let expected = text.chars().count() <= 128
            && text.starts_with(first)
            && text.chars().all(|c| first(c) || ".-".contains(c));
        prop_assert_eq!(text.parse::<Tag>().map(|tag| tag.to_string()).ok(), expected.then_some(text));
    }
}

#[test]
fn length_is_limited() {
    let longest = "a".repeat(255);
    assert!(longest.parse::<RepositoryName>().is_ok());
    assert_eq!(format!("{longest}a").parse::<RepositoryName>(), Err(ReferenceError::TooLong(256)));
    assert_eq!("a/".repeat(1 << 22).parse::<RepositoryName>(), Err(ReferenceError::TooLong(1 << 23)));
}

#[test]
fn cosign_tags() {
    let digest = portolan_oci::Digest::sha256(b"{}");
    assert_eq!(
        Tag::cosign(&digest, "sig").unwrap().as_str(),
        "sha256-44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a.sig"
    );
    assert!(Tag::cosign(&digest, "a/b").is_err());
    assert!(Tag::cosign(&portolan_oci::Digest::sha512(b"{}"), "sig").is_err(), "139 characters");
}
