//! Users, tokens, and what was changed.

use std::fmt;

use jiff::Timestamp;
use portolan_catalog::{
    Action, Actions, AuditEntry, Grant, Grants, ListedToken, PatternError, RepositoryPattern, Role, User,
};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

/// A user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = User)]
pub struct UserData {
    /// His name.
    pub name: String,
    /// What he is.
    pub role: RoleWord,
    /// Whether he has a password; without one he logs in by tokens only.
    pub password: bool,
    /// What he may do; an admin may do everything.
    pub grants: Vec<GrantData>,
    /// Since when he is known.
    pub created_at: Timestamp,
    /// Since when he may no longer log in.
    #[schema(required)]
    pub disabled_at: Option<Timestamp>,
}

/// What a user is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Role)]
pub enum RoleWord {
    /// He may do what he is granted.
    #[default]
    Member,
    /// He may do everything everywhere.
    Admin,
}

/// What may be done in some repositories.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Grant)]
pub struct GrantData {
    /// Which: a glob, in which `**` goes over slashes.
    #[schema(example = "team/**", min_length = 1, max_length = 255)]
    pub repositories: String,
    /// What.
    #[schema(min_items = 1)]
    pub actions: Vec<ActionName>,
}

/// What can be done in a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Action)]
pub enum ActionName {
    /// Reading.
    Pull,
    /// Putting content and moving tags.
    Push,
    /// Deleting.
    Delete,
}

/// A user to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewUser)]
pub struct NewUserData {
    /// His name: lower-case letters, digits, and `.`, `_`, `-` between them.
    pub name: String,
    /// What he is.
    #[serde(default)]
    pub role: RoleWord,
    /// His password; without one he logs in by tokens only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// What he may do.
    #[serde(default)]
    pub grants: Vec<GrantData>,
}

/// What is to be changed of a user; what is not named stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ChangedUser {
    /// What he is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<RoleWord>,
    /// His new password; `null` takes it away, and he logs in by tokens only.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "named")]
    #[schema(value_type = Option<String>)]
    pub password: Option<Option<String>>,
    /// Whether he may no longer log in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
    /// All that he may do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grants: Option<Vec<GrantData>>,
}

/// A token, without what is secret of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Token)]
pub struct TokenData {
    /// Its name.
    pub name: String,
    /// Whose it is.
    pub user: String,
    /// What it is for.
    pub note: String,
    /// All that it allows, of what its user may do; without any, everything that he may do.
    pub only: Vec<GrantData>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    #[schema(required)]
    pub expires_at: Option<Timestamp>,
    /// Since when it is no longer good.
    #[schema(required)]
    pub revoked_at: Option<Timestamp>,
    /// When it was last used, to about a minute.
    #[schema(required)]
    pub used_at: Option<Timestamp>,
    /// Whether it is good.
    pub state: TokenState,
}

/// Whether a token is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TokenState {
    /// It is.
    Good,
    /// It has ended.
    Expired,
    /// It was revoked.
    Revoked,
}

/// A token to be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = NewToken)]
pub struct NewTokenData {
    /// What it is for.
    #[schema(max_length = 255)]
    pub note: String,
    /// All that it is to allow; without any, everything that its user may do.
    pub only: Vec<GrantData>,
    /// When it ends; without a time, never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// A token that was made. It is told now and never again: only a hash of it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MadeToken {
    /// Its name.
    pub name: String,
    /// It, to be kept secret.
    pub token: String,
    /// Whose it is.
    pub user: String,
    /// When it ends.
    #[schema(required)]
    pub expires_at: Option<Timestamp>,
}

/// Something that was done to users, tokens or mirrors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AuditEntry)]
pub struct AuditLine {
    /// Its number: later ones have larger ones.
    pub id: u64,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: String,
    /// What.
    #[schema(example = "mirror.pause")]
    pub action: String,
    /// To whom, or to what.
    pub object: String,
    /// And what of it.
    pub detail: String,
}

/// What is named, be it with `null`.
fn named<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(from).map(Some)
}

impl RoleWord {
    /// Its word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Admin => "admin",
        }
    }
}

/// As commands have it: `team/**=pull,push`.
impl fmt::Display for GrantData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=", self.repositories)?;
        match Actions::of(self.actions.iter().map(|action| Action::from(*action))) {
            Some(actions) => actions.fmt(f),
            None => Ok(()),
        }
    }
}

impl TokenState {
    /// Its word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

impl From<&User> for UserData {
    fn from(user: &User) -> Self {
        Self {
            name: user.name.to_string(),
            role: user.role.into(),
            password: user.password.is_some(),
            grants: user.grants.iter().map(GrantData::from).collect(),
            created_at: user.created_at,
            disabled_at: user.disabled_at,
        }
    }
}

impl From<Role> for RoleWord {
    fn from(role: Role) -> Self {
        match role {
            Role::Member => Self::Member,
            Role::Admin => Self::Admin,
        }
    }
}

impl From<RoleWord> for Role {
    fn from(role: RoleWord) -> Self {
        match role {
            RoleWord::Member => Self::Member,
            RoleWord::Admin => Self::Admin,
        }
    }
}

impl From<Action> for ActionName {
    fn from(action: Action) -> Self {
        match action {
            Action::Pull => Self::Pull,
            Action::Push => Self::Push,
            Action::Delete => Self::Delete,
        }
    }
}

impl From<ActionName> for Action {
    fn from(action: ActionName) -> Self {
        match action {
            ActionName::Pull => Self::Pull,
            ActionName::Push => Self::Push,
            ActionName::Delete => Self::Delete,
        }
    }
}

impl From<&Grant> for GrantData {
    fn from(grant: &Grant) -> Self {
        let actions = grant.actions.iter().map(ActionName::from).collect();
        Self { repositories: grant.pattern.to_string(), actions }
    }
}

/// Why a grant is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// Its repositories are none.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// It grants nothing.
    #[error("the grant on `{0}` names no action")]
    Nothing(String),
}

impl GrantData {
    /// The grants.
    ///
    /// # Errors
    /// [`GrantError`] if one is none.
    pub fn grants(all: &[Self]) -> Result<Grants, GrantError> {
        let grant = |one: &Self| {
            let pattern: RepositoryPattern = one.repositories.parse()?;
            let actions = Actions::of(one.actions.iter().map(|action| Action::from(*action)));
            let actions = actions.ok_or_else(|| GrantError::Nothing(one.repositories.clone()))?;
            Ok(Grant { pattern, actions })
        };
        Ok(Grants::new(all.iter().map(grant).collect::<Result<_, GrantError>>()?))
    }
}

impl TokenData {
    /// A token as it is at this time.
    pub fn of(token: ListedToken, now: Timestamp) -> Self {
        let state = match token {
            ListedToken { revoked_at: Some(_), .. } => TokenState::Revoked,
            ListedToken { expires_at: Some(ends), .. } if ends <= now => TokenState::Expired,
            _ => TokenState::Good,
        };
        Self {
            name: token.name.to_string(),
            user: token.user.to_string(),
            only: token.narrowed.iter().map(GrantData::from).collect(),
            note: token.note,
            created_at: token.created_at,
            expires_at: token.expires_at,
            revoked_at: token.revoked_at,
            used_at: token.used_at,
            state,
        }
    }
}

impl From<AuditEntry> for AuditLine {
    fn from(entry: AuditEntry) -> Self {
        let AuditEntry { id, at, actor, action, object, detail } = entry;
        Self { id, at, actor, action: action.to_string(), object, detail }
    }
}
