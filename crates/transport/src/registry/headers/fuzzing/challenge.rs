use crate::registry::headers::{Challenge, challenges};

/// Challenges are no longer than their header, and mean the same when they are written plainly.
pub fn challenge(data: &[u8]) {
    let Ok(header) = std::str::from_utf8(data) else { return };
    let all = challenges(header);
    assert!(all.iter().map(length).sum::<usize>() <= header.len());
    let plain: Vec<_> = all.iter().map(plain).collect();
    assert_eq!(challenges(&plain.join(", ")), all);
}

fn length(challenge: &Challenge) -> usize {
    let parameters = challenge.parameters.iter().map(|(name, value)| name.len() + value.len());
    challenge.scheme.len() + parameters.sum::<usize>()
}

fn plain(challenge: &Challenge) -> String {
    let quoted = |value: &str| value.replace('\\', r"\\").replace('"', r#"\""#);
    let parameters = challenge.parameters.iter();
    let parameters: Vec<_> =
        parameters.map(|(name, value)| format!("{name}=\"{}\"", quoted(value))).collect();
    format!("{} {}", challenge.scheme, parameters.join(", "))
}
