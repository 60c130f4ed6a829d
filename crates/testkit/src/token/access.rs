//! Who may do what.

use serde_json::{Value, json};

/// A user of the token server.
#[derive(Debug, Clone)]
pub(super) struct User {
    pub(super) password: String,
    pub(super) rights: Rights,
}

/// What somebody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rights {
    Everything,
    Pull,
    PullPublic,
    Nothing,
}

/// The `access` claim: of what the scopes ask for, what these rights grant.
pub(super) fn grant(rights: Rights, scopes: &[String]) -> Vec<Value> {
    scopes.iter().filter_map(|scope| grant_one(rights, scope)).collect()
}

/// `type:name:action,action`; the name may have colons of its own.
fn grant_one(rights: Rights, scope: &str) -> Option<Value> {
    let (kind, rest) = scope.split_once(':')?;
    let (name, actions) = rest.rsplit_once(':')?;
    let actions: Vec<&str> = actions.split(',').filter(|action| allows(rights, name, action)).collect();
    Some(json!({"type": kind, "name": name, "actions": actions}))
}

fn allows(rights: Rights, name: &str, action: &str) -> bool {
    match rights {
        Rights::Everything => true,
        Rights::Pull => action == "pull",
        Rights::PullPublic => action == "pull" && name.starts_with("public/"),
        Rights::Nothing => false,
    }
}
