use portolan_oci::{Algorithm, Digest, DigestError};
use proptest::prelude::*;

fn any_digest() -> impl Strategy<Value = Digest> {
    (any::<bool>(), any::<Vec<u8>>())
        .prop_map(|(long, content)| if long { Digest::sha512(&content) } else { Digest::sha256(&content) })
}

proptest! {
    #[test]
    fn text_and_back(digest in any_digest()) {
        let text = digest.to_string();
        prop_assert_eq!(text.parse::<Digest>().unwrap(), digest);
        prop_assert_eq!(&text, &format!("{}:{}", digest.algorithm(), digest.encoded()));
        let json = serde_json::to_string(&digest).unwrap();
        prop_assert_eq!(&json, &format!("{text:?}"));
        prop_assert_eq!(serde_json::from_str::<Digest>(&json).unwrap(), digest);
    }

    #[test]
    fn stored_form_and_back(digest in any_digest()) {
        let stored = digest.to_stored();
        prop_assert_eq!(stored.len(), 1 + digest.algorithm().len());
        prop_assert_eq!(Digest::from_stored(&stored).unwrap(), digest);
    }

    #[test]
    fn stored_form_is_exact(digest in any_digest(), cut in 0..65_usize, extra in any::<u8>()) {
        let mut stored = digest.to_stored();
        stored.push(extra);
        prop_assert_eq!(Digest::from_stored(&stored), Err(DigestError::BadBytes(stored.len())));
        stored.pop();
        stored.truncate(cut.min(stored.len() - 1));
        prop_assert_eq!(Digest::from_stored(&stored), Err(DigestError::BadBytes(stored.len())));
    }

    #[test]
    fn unknown_code_is_refused(digest in any_digest(), code in 3..=u8::MAX) {
        let mut stored = digest.to_stored();
        stored[0] = code;
        prop_assert!(Digest::from_stored(&stored).is_err());
    }

    #[test]
    fn arbitrary_text_parses_only_as_itself(text in "(sha256|sha512|SHA256|md5)?:?[0-9a-fA-F]{60,130}|\\PC*") {
        if let Ok(digest) = text.parse::<Digest>() {
            prop_assert_eq!(digest.to_string(), text);
        }
    }

    #[test]
    fn fallback_tag_is_a_tag(digest in any_digest()) {
        let tag = digest.fallback_tag();
        prop_assert_eq!(tag.as_str().parse::<portolan_oci::Tag>().unwrap(), tag.clone());
        let value: String = digest.encoded().chars().take(64).collect();
        let expected = format!("{}-{value}", digest.algorithm());
        prop_assert_eq!(tag.as_str(), expected);
    }
}

#[test]
fn known_answers() {
    let empty_object = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    assert_eq!(Digest::sha256(b"{}").to_string(), empty_object);
    // The example of the image-spec's descriptor page, for SHA-512.
    let text = "sha512:401b09eab3c013d4ca54922bb802bec8fd5318192b0a75f201d8b3727429080fb337591abd3e44453b954555b7a0812e1081c39b740293f765eae731f5a65ed1";
    let digest: Digest = text.parse().unwrap();
    assert_eq!((digest.algorithm(), digest.to_string().as_str()), (Algorithm::Sha512, text));
    assert_eq!(Digest::of(Algorithm::Sha512, b"x"), Digest::sha512(b"x"));
}

#[test]
fn what_is_wrong_is_said() {
    let good = Digest::sha256(b"");
    let cases = [
        String::new(),
        "latest".to_owned(),
        "sha256:".to_owned(),
        good.to_string().to_uppercase(),
        format!("sha256:{}", good.encoded().to_uppercase()),
        format!("{good}0"),
        format!("sha512:{}", good.encoded()),
        format!("sha256:{}g", good.encoded().split_off(1)),
        format!(" {good}"),
        "sha256:ééééééééééééééééééééééééééééééii".to_owned(),
        format!("sha256+b64:{}", good.encoded()),
    ];
    let errors = cases.map(|text| text.parse::<Digest>().unwrap_err().to_string());
    insta::assert_snapshot!(errors.join("\n"));
}
