//! Errors on one line.

use std::error::Error;

/// An error with its causes on one line, for places that keep no chain: logs, reports, answers.
pub fn with_causes(error: &dyn Error) -> String {
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        told.push_str(": ");
        told.push_str(&error.to_string());
        cause = error.source();
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cause_is_told_once() {
        let inner = "sha256:zz".parse::<crate::Digest>().unwrap_err();
        let outer = std::io::Error::other(inner.clone());
        assert_eq!(with_causes(&outer), inner.to_string());
        assert_eq!(
            with_causes(&crate::RawManifestError::from(crate::VerifyError::Long {
                digest: crate::Digest::sha256(b""),
                expected: 1,
            })),
            format!("content of {} is longer than the 1 bytes announced", crate::Digest::sha256(b""))
        );
    }
}
