//! Users and tokens, as the catalogue knows them, remembered for a moment.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use portolan_catalog::{Access, CatalogError, KnownToken, TokenName, User, UserName};

/// For how long what the catalogue said holds: whoever is disabled is out after that.
const HOLDS: Duration = Duration::from_secs(1);

/// How many answers are remembered.
const MOST: usize = 4_096;

/// How often it is written down that a token is in use.
const NOTED: Duration = Duration::from_secs(60);

/// Users and tokens.
#[derive(Debug)]
pub(super) struct People {
    access: Access,
    users: Remembered<UserName, User>,
    tokens: Remembered<TokenName, KnownToken>,
    noted: Mutex<HashMap<TokenName, Instant>>,
}

impl People {
    pub(super) fn new(access: Access) -> Self {
        let (users, tokens) = (Remembered::default(), Remembered::default());
        Self { access, users, tokens, noted: Mutex::default() }
    }

    pub(super) async fn user(&self, name: &UserName) -> Result<Option<Arc<User>>, CatalogError> {
        self.users.get(name, async || self.access.user(name).await).await
    }

    pub(super) async fn token(&self, name: TokenName) -> Result<Option<Arc<KnownToken>>, CatalogError> {
        self.tokens.get(&name, async || self.access.token(name).await).await
    }

    /// Notes that a token is in use.
    pub(super) fn in_use(&self, name: TokenName) {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.get(&name).is_some_and(|at| at.elapsed() < NOTED) {
            return;
        }
        if noted.len() >= MOST {
            noted.retain(|_, at| at.elapsed() < NOTED);
        }
        noted.insert(name, Instant::now());
        self.access.note_used(name);
    }
}

/// Answers of the catalogue, that there is none among them.
#[derive(Debug)]
struct Remembered<K, V>(Mutex<HashMap<K, Answer<V>>>);

#[derive(Debug)]
struct Answer<V> {
    at: Instant,
    what: Option<Arc<V>>,
}

impl<K, V> Default for Remembered<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Hash + Eq + Clone, V> Remembered<K, V> {
    async fn get(
        &self,
        key: &K,
        ask: impl AsyncFnOnce() -> Result<Option<V>, CatalogError>,
    ) -> Result<Option<Arc<V>>, CatalogError> {
        if let Some(what) = self.still(key) {
            return Ok(what);
        }
        // What changes while the catalogue is asked is not in its answer.
        let at = Instant::now();
        let what = ask().await?.map(Arc::new);
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= MOST {
            answers.retain(|_, answer| answer.at.elapsed() < HOLDS);
        }
        if answers.len() < MOST {
            answers.insert(key.clone(), Answer { at, what: what.clone() });
        }
        Ok(what)
    }

    fn still(&self, key: &K) -> Option<Option<Arc<V>>> {
        let answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        answers.get(key).filter(|answer| answer.at.elapsed() < HOLDS).map(|answer| answer.what.clone())
    }
}
