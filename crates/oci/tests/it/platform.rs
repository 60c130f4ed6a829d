use portolan_oci::Platform;
use proptest::prelude::*;

proptest! {
    #[test]
    fn prints_as_written(text in "[a-z0-9_]{1,8}/[a-z0-9]{1,8}(/[a-z0-9]{1,4})?") {
        prop_assert_eq!(text.parse::<Platform>().unwrap().to_string(), text);
    }

    #[test]
    fn arbitrary_text_is_refused_or_stable(text in "\\PC{0,30}|[a/9_]{0,10}|linux/(x86_64|aarch64|arm64)(/v8)?") {
        if let Ok(platform) = text.parse::<Platform>() {
            prop_assert_eq!(platform.to_string().parse::<Platform>().unwrap(), platform);
        }
    }

    #[test]
    fn json_and_back(
        os in "[a-z]{0,5}", architecture in "[a-z]{0,5}", variant in proptest::option::of("[a-z]{1,5}"),
        os_version in proptest::option::of("[0-9.]{1,9}"), os_features in proptest::collection::vec("[a-z]{1,5}", 0..3),
    ) {
        let platform = Platform { architecture, os, os_version, os_features, variant };
        let json = serde_json::to_string(&platform).unwrap();
        prop_assert_eq!(serde_json::from_str::<Platform>(&json).unwrap(), platform);
    }
}

#[test]
fn json_names_are_those_of_the_specification() {
    let json =
        r#"{"architecture":"amd64","os":"windows","os.version":"10.0.14393.1066","os.features":["win32k"]}"#;
    let platform: Platform = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_string(&platform).unwrap(), json);
    let go: Platform =
        serde_json::from_str(r#"{"architecture":"arm","os":"linux","os.features":null}"#).unwrap();
    assert_eq!(go, "linux/arm".parse().unwrap());
    assert_eq!(serde_json::from_str::<Platform>("{}").unwrap().to_string(), "/");
}

#[test]
fn what_serves_a_request() {
    let cases = [
        ("linux/amd64", "linux/amd64", true),
        ("linux/x86_64", "linux/amd64", true),
        ("linux/aarch64", "linux/arm64/v8", true),
        ("linux/arm64/v8", "linux/arm64", true),
        ("linux/arm64", "linux/arm64/v8", true),
        ("linux/arm64/v9", "linux/arm64", false),
        ("linux/arm/v7", "linux/arm/v6", false),
        ("linux/arm/v7", "linux/arm", false),
        ("linux/arm", "linux/arm/v7", true),
        ("linux/amd64", "windows/amd64", false),
        ("linux/amd64", "linux/386", false),
    ];
    for (wanted, found, serves) in cases {
        let (wanted, found): (Platform, Platform) = (wanted.parse().unwrap(), found.parse().unwrap());
        assert_eq!(wanted.accepts(&found), serves, "{wanted} by {found}");
    }
    assert!(Platform::host().accepts(&Platform::host()));
}

#[test]
fn what_is_wrong_is_said() {
    for bad in ["", "linux", "linux/", "/amd64", "linux/arm/v7/x", "linux/arm/", "Linux/amd64", "linux arm"] {
        assert!(bad.parse::<Platform>().is_err(), "{bad}");
    }
    insta::assert_snapshot!("linux".parse::<Platform>().unwrap_err());
}
