//! Proving who asks: only when a registry wants it, only to whom the credentials belong.
//!
//! A host that was never asked gets the first request without credentials. Its challenge says what it wants;
//! that is remembered, so later requests bring it at once. Access tokens are kept for each scope and renewed
//! before they end.

mod grant;
mod keeper;
mod realm;
mod scope;
mod shared_error;
mod token;

pub(super) use grant::Grant;
pub(super) use keeper::Auth;
pub(super) use scope::Scope;
