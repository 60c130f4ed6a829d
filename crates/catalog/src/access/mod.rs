//! Who may do what: users, what they are granted, their tokens, and what was changed of all that.
//!
//! [`Access`] is the handle; each file beside it has one operation, or one kind of value. What is changed writes its
//! row of the audit log in its own transaction.
//!
//! Not here: passwords and how they are hashed, nor whether a request is let in. What arrives here is a hash.

mod action;
mod add_user;
pub(crate) mod audit;
mod change_user;
mod create_token;
mod delete_user;
mod grant;
mod grant_rows;
mod handle;
mod note_used;
mod revoke_token;
mod secrets;
mod token;
mod tokens;
mod user;
mod user_name;
mod users;

pub use action::{Action, ActionError, Actions};
pub use add_user::{AddUser, NewUser};
pub use audit::{AuditAction, AuditEntry};
pub use change_user::{ChangeUser, UserChange};
pub use create_token::{CreateToken, NewToken};
pub use delete_user::DeleteUser;
pub use grant::{Grant, Grants, PatternError, RepositoryPattern};
pub use handle::Access;
pub use revoke_token::RevokeToken;
pub use secrets::PasswordHash;
pub use token::{Token, TokenError, TokenName};
pub use tokens::{KnownToken, ListedToken};
pub use user::{Role, RoleError, User, UserId};
pub use user_name::{UserName, UserNameError};
