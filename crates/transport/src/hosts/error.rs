//! What can be wrong with what is set for a host. Always the cause of a
//! [`TransportError::Settings`](crate::TransportError::Settings), which names the file, helper or setting.

use std::time::Duration;

/// Why a setting, a file or a helper cannot be used. Never holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum HostsError {
    /// Two settings for one registry.
    #[error("there are two entries for this registry")]
    Duplicate,
    /// A password that belongs to nobody.
    #[error("there is a password without a username")]
    NoUsername,
    /// A user who cannot log in.
    #[error("there is a username without a password")]
    NoPassword,
    /// A certificate without its key, or the other way round.
    #[error("a client certificate needs both `cert` and `key`")]
    HalfPair,
    /// The same in a folder.
    #[error("{file} has no {missing} beside it")]
    HalfPairFile {
        /// The file that is there.
        file: String,
        /// The file that is not.
        missing: String,
    },
    /// No certificate in a file that should hold one.
    #[error("the file holds no certificate in PEM form")]
    NoCertificate,
    /// A file that breaks the rules of its format.
    #[error("line {line}, column {column}: {problem}")]
    Malformed {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
        /// What is wrong there.
        problem: String,
    },
    /// An entry whose login cannot be decoded.
    #[error("the login for {0:?} is not the base64 form of `user:password`")]
    Undecodable(String),
    /// There is no home folder to write to.
    #[error("neither $DOCKER_CONFIG nor $HOME is set")]
    NoHome,
    /// A helper's name that could reach another program.
    #[error("{0:?} is not the name of a credential helper (small letters, digits and hyphens)")]
    HelperName(String),
    /// No such program.
    #[error("the program is not found in $PATH")]
    HelperMissing,
    /// It could not be started or spoken to.
    #[error("the program cannot be run")]
    HelperRun(#[source] std::io::Error),
    /// It took too long.
    #[error("the program gave no answer within {0:?}")]
    HelperTimeout(Duration),
    /// It failed.
    #[error("the program failed: {0}")]
    HelperFailed(String),
    /// It succeeded with an answer of another form than the protocol's.
    #[error("the program gave an answer that cannot be understood")]
    HelperAnswer,
    /// A location that is rewritten to something that is no repository.
    #[error("{0:?} is not a repository of a registry")]
    Location(String),
}

impl HostsError {
    /// A place in a JSON text. Texts of serde that could repeat a value are left out.
    pub(super) fn json(cause: &serde_json::Error) -> Self {
        let problem = match cause.classify() {
            serde_json::error::Category::Data => "something else is expected here".to_owned(),
            _ => {
                let text = cause.to_string();
                text.split(" at line ").next().unwrap_or_default().to_owned()
            }
        };
        Self::Malformed { line: cause.line(), column: cause.column(), problem }
    }

    /// A place in a text, by the number of bytes before it.
    pub(super) fn at(text: &str, offset: usize, problem: impl Into<String>) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Self::Malformed { line, column, problem: problem.into() }
    }
}
