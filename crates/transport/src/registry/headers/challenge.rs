//! What a registry asks for when it wants to know who asks (RFC 9110, section 11.6.1; the distribution
//! project's token specification).

use super::cursor::Cursor;

/// One way to authenticate that is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::registry) struct Challenge {
    /// In lower case: `basic`, `bearer`.
    pub(in crate::registry) scheme: String,
    /// Names in lower case, with their values.
    pub(super) parameters: Vec<(String, String)>,
}

impl Challenge {
    /// The value of a parameter.
    pub(in crate::registry) fn get(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The scopes that are asked for: several may stand in one value, separated by spaces, and there may be
    /// several values.
    pub(in crate::registry) fn scopes(&self) -> impl Iterator<Item = &str> {
        self.parameters
            .iter()
            .filter(|(name, _)| name == "scope")
            .flat_map(|(_, value)| value.split_ascii_whitespace())
    }
}

/// All challenges of one `WWW-Authenticate` header. What is malformed is left out.
pub(in crate::registry) fn challenges(header: &str) -> Vec<Challenge> {
    let mut found: Vec<Challenge> = Vec::new();
    let mut cursor = Cursor::new(header);
    while !cursor.is_at_end() {
        let word = cursor.token();
        if word.is_empty() {
            cursor.skip_one();
            continue;
        }
        cursor.skip_space();
        if !cursor.eat('=') {
            found.push(Challenge { scheme: word.to_ascii_lowercase(), parameters: Vec::new() });
            continue;
        }
        cursor.skip_space();
        let value = cursor.value(',');
        if let Some(challenge) = found.last_mut() {
            challenge.parameters.push((word.to_ascii_lowercase(), value));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_what_registries_send() {
        let all = challenges(
            r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull""#,
        );
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].scheme, "bearer");
        assert_eq!(all[0].get("realm"), Some("https://auth.docker.io/token"));
        assert_eq!(all[0].get("service"), Some("registry.docker.io"));
        assert_eq!(all[0].scopes().collect::<Vec<_>>(), ["repository:a/b:pull"]);
    }

    #[test]
    fn two_scopes_may_share_one_value() {
        let all = challenges(r#"Bearer scope="repository:a:pull repository:b:pull,push" , error="denied""#);
        assert_eq!(all[0].scopes().collect::<Vec<_>>(), ["repository:a:pull", "repository:b:pull,push"]);
        assert_eq!(all[0].get("error"), Some("denied"));
    }

    #[test]
    fn several_challenges_and_odd_spacing() {
        let all =
            challenges(r#"Negotiate, BASIC realm = "a \"b\", c" ,,Bearer   realm=https://x/t service="s""#);
        let schemes: Vec<_> = all.iter().map(|challenge| challenge.scheme.as_str()).collect();
        assert_eq!(schemes, ["negotiate", "basic", "bearer"]);
        assert_eq!(all[1].get("realm"), Some(r#"a "b", c"#));
        assert_eq!(all[2].get("realm"), Some("https://x/t"));
        assert_eq!(all[2].get("service"), Some("s"));
    }

    fn quoted(value: &str) -> String {
        format!("\"{}\"", value.replace('\\', r"\\").replace('"', r#"\""#))
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            all in prop::collection::vec(
                ("[A-Za-z]{1,8}", prop::collection::vec(("[a-z]{1,8}", "[ -~]{0,20}"), 0..4)),
                0..4,
            ),
            space in "[ \t]{0,3}",
        ) {
            let header = all
                .iter()
                .map(|(scheme, parameters)| {
                    let parameters: Vec<_> = parameters
                        .iter()
                        .map(|(name, value)| format!("{name}{space}={space}{}", quoted(value)))
                        .collect();
                    format!("{scheme} {}", parameters.join(&format!("{space},{space}")))
                })
                .collect::<Vec<_>>()
                .join(&format!("{space},{space}"));
            let expected: Vec<_> = all
                .into_iter()
                .map(|(scheme, parameters)| Challenge { scheme: scheme.to_ascii_lowercase(), parameters })
                .collect();
            prop_assert_eq!(challenges(&header), expected);
        }

        #[test]
        fn anything_is_survived(header in "\\PC{0,200}") {
            challenges(&header);
        }
    }
}
