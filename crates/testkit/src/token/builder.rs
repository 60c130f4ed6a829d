//! What a token server is asked to be, before it starts.

use std::collections::HashMap;

use super::TokenServer;
use super::access::{Rights, User};

/// Options of a token server; see [`TokenServer::builder`].
#[derive(Debug)]
pub struct TokenServerBuilder {
    pub(super) users: HashMap<String, User>,
    pub(super) anonymous: Rights,
    pub(super) lifetime: i64,
    pub(super) claimed: Option<i64>,
    pub(super) scheme: Scheme,
}

/// How clients reach the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    Http,
    Https,
}

impl Default for TokenServerBuilder {
    fn default() -> Self {
        Self {
            users: HashMap::new(),
            anonymous: Rights::PullPublic,
            lifetime: 300,
            claimed: None,
            scheme: Scheme::Http,
        }
    }
}

impl TokenServerBuilder {
    /// A user who may do anything.
    pub fn user(self, name: &str, password: &str) -> Self {
        self.with(name, password, Rights::Everything)
    }

    /// A user who may pull anything.
    pub fn reader(self, name: &str, password: &str) -> Self {
        self.with(name, password, Rights::Pull)
    }

    fn with(mut self, name: &str, password: &str, rights: Rights) -> Self {
        self.users.insert(name.to_owned(), User { password: password.to_owned(), rights });
        self
    }

    /// Refuses everyone without a login with 401; otherwise they may pull what lies below `public/`.
    pub fn without_anonymous(mut self) -> Self {
        self.anonymous = Rights::Nothing;
        self
    }

    /// For how many seconds the registry takes a token, or up to one less (default 300): a token ends at a full second.
    pub fn lifetime(mut self, seconds: i64) -> Self {
        self.lifetime = seconds;
        self
    }

    /// What `expires_in` says where it is not the truth, so that a token expires while a client still trusts
    /// it.
    pub fn claims_lifetime(mut self, seconds: i64) -> Self {
        self.claimed = Some(seconds);
        self
    }

    /// Speaks TLS, with a certificate of its own authority ([`TokenServer::ca_pem`]).
    pub fn tls(mut self) -> Self {
        self.scheme = Scheme::Https;
        self
    }

    /// Starts the server.
    pub async fn start(self) -> TokenServer {
        TokenServer::launch(self).await
    }
}
