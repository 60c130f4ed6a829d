//! Who asks, and what he may do.
//!
//! `gate` takes the headers of a request and says who sent it: `credentials` reads what he shows, `people` knows
//! users and tokens, `passwords` compares passwords, `passes` are what the token endpoint hands out.
//!
//! Not here: how a door says no (each has its own words for it), nor what users and tokens are
//! ([`portolan_catalog::Access`]).

mod caller;
mod credentials;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod gate;
mod passes;
mod passwords;
mod people;
mod secret;
mod site;
mod this_machine;

pub use caller::{Caller, KnownCaller};
pub use gate::{Admission, Gate, Login, Refusal};
pub use passwords::{PasswordError, hash};
pub(crate) use secret::is_secret;
pub(crate) use site::is_of_another_site;
pub use this_machine::this_machine;
