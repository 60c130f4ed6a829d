//! From what a request shows to who sent it.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderName;
use http::request::Parts;
use jiff::Timestamp;
use portolan_catalog::{Access, CatalogError, Grants, KnownToken, Token, User, UserName};

use super::caller::{Caller, KnownCaller, Proof};
use super::credentials::Credentials;
use super::passes::{self, Bearer, Passes};
use super::passwords::{Compared, Passwords};
use super::people::People;
use crate::http::Peer;

/// Whom a proxy in front answers.
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Who is let in.
#[derive(Debug, Clone)]
pub enum Admission {
    /// Everybody on this machine, without being asked.
    ThisMachine,
    /// Who logs in; and everybody, for this.
    Logins {
        /// What may be done without a login.
        anonymous: Grants,
    },
}

/// How somebody without a login is asked for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Login {
    /// By `Basic`: nothing goes without a login.
    Basic,
    /// By `Bearer`, at the token endpoint, where also who has no login gets on.
    Endpoint,
}

/// Why a request is not let in.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// What it shows is wrong, or no longer good. Which of it is not told.
    #[error("the login is wrong or no longer good")]
    Wrong,
    /// Too many logins are being compared.
    #[error("too many logins at once: try again")]
    Busy,
    /// The catalogue cannot say.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

/// The gate of all doors; clones are the same.
#[derive(Debug, Clone)]
pub struct Gate(Option<Arc<Closed>>);

#[derive(Debug)]
struct Closed {
    people: People,
    passwords: Passwords,
    passes: Passes,
    everybody: Arc<Grants>,
}

impl Gate {
    /// A gate that lets in these, by the users and tokens of the catalogue.
    pub fn new(admission: Admission, access: Access) -> Self {
        match admission {
            Admission::ThisMachine => Self(None),
            Admission::Logins { anonymous } => Self(Some(Arc::new(Closed {
                people: People::new(access),
                passwords: Passwords::new(),
                passes: Passes::new(),
                everybody: Arc::new(anonymous),
            }))),
        }
    }

    /// Whether nobody is asked for a login, so that only this machine may be answered.
    pub fn is_open(&self) -> bool {
        self.0.is_none()
    }

    /// How a login is asked for; nothing where none is.
    pub fn login(&self) -> Option<Login> {
        let closed = self.0.as_ref()?;
        Some(if closed.everybody.is_empty() { Login::Basic } else { Login::Endpoint })
    }

    /// Who sent a request with this head. A login that is refused stands in the log.
    ///
    /// # Errors
    /// [`Refusal`] if it shows what is not good.
    pub async fn caller(&self, head: &Parts) -> Result<Caller, Refusal> {
        let Some(closed) = &self.0 else { return Ok(Caller::Anybody) };
        let shown = Credentials::of(&head.headers);
        let caller = closed.caller(&shown).await;
        if matches!(caller, Err(Refusal::Wrong | Refusal::Busy)) {
            let peer = head.extensions.get::<Peer>().map(ToString::to_string);
            let forwarded = head.headers.get(FORWARDED_FOR).and_then(|value| value.to_str().ok());
            tracing::warn!(?shown, peer, forwarded, "a login was refused");
        }
        caller
    }

    /// A pass for this caller, and how long it is good; nothing where nobody is asked.
    pub fn pass(&self, caller: &Caller) -> Option<(String, Duration)> {
        let bearer = match caller {
            Caller::Anybody => return None,
            Caller::Stranger(_) | Caller::Guest(_) => Bearer::Guest,
            Caller::Known(known) => known.bearer(),
        };
        let pass = self.0.as_ref()?.passes.make(bearer, Timestamp::now());
        match pass {
            Ok(pass) => Some((pass, passes::LASTS)),
            Err(cause) => {
                tracing::error!(%cause, "a pass cannot be made");
                None
            }
        }
    }
}

impl KnownCaller {
    fn bearer(&self) -> Bearer {
        match &self.proof {
            Proof::Token(token) => Bearer::Token { name: token.name },
            Proof::Password(user) => {
                Bearer::User { name: user.name.clone(), id: user.id.number(), version: user.version }
            }
        }
    }
}

impl Closed {
    async fn caller(&self, shown: &Credentials) -> Result<Caller, Refusal> {
        match shown {
            Credentials::None => Ok(Caller::Stranger(Arc::clone(&self.everybody))),
            Credentials::Basic { user, password } => self.basic(user, password).await,
            Credentials::Bearer(text) => self.bearer(text).await,
            Credentials::Unreadable => Err(Refusal::Wrong),
        }
    }

    /// A user with his password; or anybody with a token in its place, who is its user, whatever name he gives.
    async fn basic(&self, user: &str, password: &str) -> Result<Caller, Refusal> {
        if let Ok(token) = password.parse::<Token>() {
            return Ok(self.by_token(self.token(&token).await?));
        }
        let user = match user.parse::<UserName>() {
            Ok(name) => self.people.user(&name).await?,
            Err(_) => None,
        };
        match (self.passwords.compare(user.as_deref(), password).await, user) {
            (Compared::Good, Some(user)) if user.disabled_at.is_none() => Ok(self.by_password(user)),
            (Compared::Busy, _) => Err(Refusal::Busy),
            _ => Err(Refusal::Wrong),
        }
    }

    async fn bearer(&self, text: &str) -> Result<Caller, Refusal> {
        if let Ok(token) = text.parse::<Token>() {
            return Ok(self.by_token(self.token(&token).await?));
        }
        match self.passes.read(text, Timestamp::now()).ok_or(Refusal::Wrong)? {
            Bearer::Guest => Ok(Caller::Guest(Arc::clone(&self.everybody))),
            Bearer::User { name, id, version } => {
                let user = self.people.user(&name).await?.ok_or(Refusal::Wrong)?;
                let same = user.id.number() == id && user.version == version && user.disabled_at.is_none();
                if same { Ok(self.by_password(user)) } else { Err(Refusal::Wrong) }
            }
            Bearer::Token { name } => {
                let token = self.people.token(name).await?.ok_or(Refusal::Wrong)?;
                if token.is_good(Timestamp::now()) { Ok(self.by_token(token)) } else { Err(Refusal::Wrong) }
            }
        }
    }

    async fn token(&self, token: &Token) -> Result<Arc<KnownToken>, Refusal> {
        let known = self.people.token(token.name()).await?.ok_or(Refusal::Wrong)?;
        if !known.is(token) || !known.is_good(Timestamp::now()) {
            return Err(Refusal::Wrong);
        }
        Ok(known)
    }

    fn by_password(&self, user: Arc<User>) -> Caller {
        self.known(Proof::Password(user))
    }

    fn by_token(&self, token: Arc<KnownToken>) -> Caller {
        self.people.in_use(token.name);
        self.known(Proof::Token(token))
    }

    fn known(&self, proof: Proof) -> Caller {
        Caller::Known(Arc::new(KnownCaller { proof, everybody: Arc::clone(&self.everybody) }))
    }
}
