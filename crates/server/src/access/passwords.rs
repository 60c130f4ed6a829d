//! Comparing passwords: slow on purpose, bounded, and remembered for a while.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use argon2::password_hash::PasswordHasher as _;
use argon2::password_hash::phc::{self, Output};
use argon2::{Argon2, Block, Params};
use portolan_catalog::{PasswordHash, User};
use ring::hmac;
use tokio::sync::Semaphore;

/// Passwords that are compared at once: each takes 19 MiB.
const SLOTS: usize = 2;

/// Those that wait for a slot.
const WAITING: usize = 64;

/// For how long a good password is not compared again.
const REMEMBERED: Duration = Duration::from_secs(5 * 60);

/// How many good ones are remembered.
const MOST: usize = 10_000;

/// Characters of the shortest password.
const SHORTEST: usize = 8;

/// What manuals and examples of older programs say; it is in every attacker's list.
const KNOWN: [&str; 4] = ["TestToken", "this-is-a-token", "password", "12345678"];

/// Compared with where there is no user, so that this takes as long.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// It is too short.
    #[error("the password is shorter than 8 characters")]
    TooShort,
    /// It stands in manuals.
    #[error("this password stands in manuals: choose another one")]
    Known,
    /// The hash cannot be made.
    #[error("the password cannot be hashed: {0}")]
    Hash(argon2::password_hash::Error),
}

/// What is kept of a password (argon2id, 19 MiB, 2 passes, 1 lane; a random salt).
///
/// # Errors
/// [`PasswordError`] if it is none to be used.
pub fn hash(password: &str) -> Result<PasswordHash, PasswordError> {
    if password.chars().count() < SHORTEST {
        return Err(PasswordError::TooShort);
    }
    if KNOWN.iter().any(|known| known.eq_ignore_ascii_case(password)) {
        return Err(PasswordError::Known);
    }
    let hashed: phc::PasswordHash =
        Argon2::default().hash_password(password.as_bytes()).map_err(PasswordError::Hash)?;
    Ok(PasswordHash::new(hashed.to_string()))
}

/// What a comparison says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compared {
    Good,
    Wrong,
    /// Too many wait already.
    Busy,
}

/// Compares passwords.
pub(super) struct Passwords {
    /// Whose permits pass into the threads that compute: a client that goes away frees nothing.
    slots: Arc<Semaphore>,
    waiting: Semaphore,
    /// Memory to compute in, of those slots that have been used: freed and asked for again by changing threads, it
    /// would be kept many times over by the allocator.
    memory: Arc<Mutex<Vec<Vec<Block>>>>,
    /// For what is remembered; nobody outside this process can compute it.
    key: hmac::Key,
    good: Mutex<HashMap<[u8; 32], Instant>>,
}

impl Passwords {
    pub(super) fn new() -> Self {
        Self {
            slots: Arc::new(Semaphore::new(SLOTS)),
            waiting: Semaphore::new(SLOTS + WAITING),
            memory: Arc::default(),
            key: hmac::Key::new(hmac::HMAC_SHA256, &rand::random::<[u8; 32]>()),
            good: Mutex::default(),
        }
    }

    /// Whether it is the user's password. Without a user, or one without a password, it takes as long and is wrong.
    pub(super) async fn compare(&self, user: Option<&User>, password: &str) -> Compared {
        let user = user.and_then(|user| Some((user, user.password.as_ref()?)));
        let mark = user.map(|(user, _)| self.mark(user, password));
        if mark.is_some_and(|mark| self.remembers(&mark)) {
            return Compared::Good;
        }
        let Ok(_place) = self.waiting.try_acquire() else { return Compared::Busy };
        let Ok(slot) = Arc::clone(&self.slots).acquire_owned().await else { return Compared::Busy };
        let kept = user.map_or(NOBODY, |(_, kept)| kept.as_str()).to_owned();
        let (password, memory) = (password.to_owned(), Arc::clone(&self.memory));
        let comparing = tokio::task::spawn_blocking(move || {
            let mut blocks = locked(&memory).pop().unwrap_or_default();
            let is_it = fits(&kept, &password, &mut blocks);
            locked(&memory).push(blocks);
            drop(slot);
            is_it
        });
        match (comparing.await, mark) {
            (Ok(true), Some(mark)) => {
                self.remember(mark);
                Compared::Good
            }
            _ => Compared::Wrong,
        }
    }

    /// What is remembered of a good password: of this version of this user.
    fn mark(&self, user: &User, password: &str) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(&user.id.number().to_be_bytes());
        context.update(&user.version.to_be_bytes());
        context.update(password.as_bytes());
        let mut mark = [0; 32];
        for (byte, signed) in mark.iter_mut().zip(context.sign().as_ref()) {
            *byte = *signed;
        }
        mark
    }

    fn remembers(&self, mark: &[u8; 32]) -> bool {
        let good = locked(&self.good);
        good.get(mark).is_some_and(|since| since.elapsed() < REMEMBERED)
    }

    fn remember(&self, mark: [u8; 32]) {
        let mut good = locked(&self.good);
        if good.len() >= MOST {
            good.retain(|_, since| since.elapsed() < REMEMBERED);
        }
        if good.len() < MOST {
            good.insert(mark, Instant::now());
        }
    }
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passwords").finish_non_exhaustive()
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn fits(kept: &str, password: &str, blocks: &mut Vec<Block>) -> bool {
    let compared = compute(kept, password, blocks);
    compared.unwrap_or_else(|cause| {
        tracing::error!(%cause, "the hash of a password cannot be read: nobody can log in with it");
        false
    })
}

/// Computes the hash anew as the kept one was, and compares them in constant time.
fn compute(
    kept: &str,
    password: &str,
    blocks: &mut Vec<Block>,
) -> Result<bool, argon2::password_hash::Error> {
    use argon2::password_hash::Error;

    let kept = phc::PasswordHash::new(kept)?;
    let (Some(salt), Some(expected)) = (kept.salt, kept.hash) else { return Err(Error::PasswordInvalid) };
    let params = Params::try_from(&kept)?;
    let version = kept.version.ok_or(Error::Version)?.try_into()?;
    blocks.resize(params.block_count(), Block::default());
    let argon2 = Argon2::new(kept.algorithm.as_str().try_into()?, version, params);
    let mut computed = [0; Output::MAX_LENGTH];
    let computed = computed.get_mut(..expected.len()).ok_or(Error::OutputSize)?;
    argon2.hash_password_into_with_memory(password.as_bytes(), &salt, computed, blocks)?;
    Ok(Output::new(computed)? == expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_easy_to_guess_is_not_taken() {
        assert_eq!(hash("short"), Err(PasswordError::TooShort));
        assert_eq!(hash("testtoken"), Err(PasswordError::Known));
        let (kept, mut blocks) = (hash("correct horse").unwrap(), Vec::new());
        assert!(kept.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", kept.as_str());
        assert!(
            fits(kept.as_str(), "correct horse", &mut blocks)
                && !fits(kept.as_str(), "correct horsf", &mut blocks)
        );
        assert_ne!(hash("correct horse").unwrap(), kept, "each has a salt of its own");
        // It must be readable, or it would be faster than a user.
        assert!(phc::PasswordHash::new(NOBODY).is_ok());
        assert!(!fits("plain text", "plain text", &mut blocks));
    }
}
