//! Users, grants, tokens, and the log of what was changed of them.

use std::time::Duration;

use jiff::Timestamp;
use portolan_catalog::{
    Access, Action, AddUser, AuditAction, ChangeUser, CreateToken, DeleteUser, Grant, Grants, NewToken,
    NewUser, PasswordHash, RevokeToken, Role, Token, User, UserChange, UserName,
};

use crate::Scratch;
use crate::scratch::on_each_database;

on_each_database!(
    a_user_is_kept_with_what_he_is_granted,
    a_change_counts_and_what_is_so_does_not,
    a_deleted_user_leaves_only_what_he_did,
    a_token_is_found_by_its_secret_only,
    of_many_who_add_one_user_one_does,
);

fn name(text: &str) -> UserName {
    text.parse().unwrap()
}

fn grant(text: &str) -> Grant {
    let (pattern, actions) = text.split_once(' ').unwrap();
    Grant { pattern: pattern.parse().unwrap(), actions: actions.parse().unwrap() }
}

fn anna() -> NewUser {
    NewUser {
        name: name("anna"),
        password: Some(PasswordHash::new("$argon2id$one".to_owned())),
        role: Role::Member,
        grants: Grants::new(vec![grant("team/** pull,push"), grant("base/* pull")]),
    }
}

async fn user(access: &Access) -> User {
    access.user(&name("anna")).await.unwrap().unwrap()
}

async fn change(access: &Access, change: &UserChange) -> ChangeUser {
    access.change_user(&name("anna"), change, "root").await.unwrap()
}

/// What was done so far, the first first.
async fn audit(access: &Access) -> Vec<(AuditAction, String)> {
    let entries = access.audit(Timestamp::UNIX_EPOCH, 100).await.unwrap();
    assert!(entries.iter().all(|entry| entry.actor == "root" && entry.object == "anna"), "{entries:?}");
    assert!(entries.windows(2).all(|pair| pair[0].id > pair[1].id && pair[0].at >= pair[1].at));
    entries.into_iter().rev().map(|entry| (entry.action, entry.detail)).collect()
}

async fn a_user_is_kept_with_what_he_is_granted(scratch: &Scratch) {
    let access = scratch.open().await.access();
    assert_eq!(access.user(&name("anna")).await.unwrap(), None);
    assert_eq!(access.add_user(&anna(), "root").await.unwrap(), AddUser::Added);
    let other = NewUser { role: Role::Admin, ..anna() };
    assert_eq!(access.add_user(&other, "root").await.unwrap(), AddUser::Exists);
    let robot = NewUser { name: name("Anna"), password: None, role: Role::Admin, grants: Grants::default() };
    access.add_user(&robot, "root").await.unwrap();

    let user = user(&access).await;
    assert_eq!((user.name, user.password, user.role), (anna().name, anna().password, Role::Member));
    assert_eq!(user.grants, Grants::new(vec![grant("base/* pull"), grant("team/** pull,push")]));
    assert!(user.disabled_at.is_none());
    let users = access.users().await.unwrap();
    let users: Vec<_> = users
        .iter()
        .map(|user| (user.name.as_str(), user.password.is_some(), user.grants.iter().count()))
        .collect();
    assert_eq!(users, [("Anna", false, 0), ("anna", true, 2)]);
    let all = access.users().await.unwrap();
    assert_eq!(access.users_after(None, 2).await.unwrap(), all);
    assert_eq!(access.users_after(None, 1).await.unwrap(), all[..1]);
    assert_eq!(access.users_after(Some("Anna"), 1).await.unwrap(), all[1..]);
    assert_eq!(access.users_after(Some("anna"), 1).await.unwrap(), []);
    let told = access.audit(Timestamp::UNIX_EPOCH, 1).await.unwrap();
    assert_eq!((told[0].object.as_str(), told[0].detail.as_str()), ("Anna", "admin"));
    let later = Timestamp::now() + Duration::from_secs(60);
    assert!(access.audit(later, 100).await.unwrap().is_empty());
}

async fn a_change_counts_and_what_is_so_does_not(scratch: &Scratch) {
    let access = scratch.open().await.access();
    assert_eq!(change(&access, &UserChange::Disable).await, ChangeUser::NoSuchUser);
    access.add_user(&anna(), "root").await.unwrap();
    let changes = [
        UserChange::Grant(grant("base/* pull,delete")),
        UserChange::Revoke("team/**".parse().unwrap()),
        UserChange::Role(Role::Admin),
        UserChange::Password(None),
        UserChange::Disable,
    ];
    for each in &changes {
        let before = user(&access).await.version;
        assert_eq!(change(&access, each).await, ChangeUser::Changed, "{each:?}");
        assert_eq!(change(&access, each).await, ChangeUser::Unchanged, "{each:?}");
        assert_eq!(user(&access).await.version, before + 1);
    }
    let changed = user(&access).await;
    assert_eq!(changed.grants, Grants::new(vec![grant("base/* pull,delete")]));
    assert_eq!((changed.role, changed.password), (Role::Admin, None));
    assert!(changed.disabled_at.is_some());
    assert_eq!(change(&access, &UserChange::Enable).await, ChangeUser::Changed);
    assert_eq!(user(&access).await.disabled_at, None);
    let told = [
        (AuditAction::AddUser, "member; team/** pull,push; base/* pull"),
        (AuditAction::Grant, "base/* pull,delete"),
        (AuditAction::Revoke, "team/**"),
        (AuditAction::SetRole, "admin"),
        (AuditAction::SetPassword, "taken away"),
        (AuditAction::DisableUser, ""),
        (AuditAction::EnableUser, ""),
    ];
    assert_eq!(audit(&access).await, told.map(|(action, detail)| (action, detail.to_owned())));
}

fn token(narrowed: Grants) -> NewToken {
    NewToken { user: name("anna"), note: "the build".to_owned(), narrowed, expires_at: None }
}

async fn create(access: &Access, new: &NewToken) -> Token {
    match access.create_token(new, "root").await.unwrap() {
        CreateToken::Created(token) => token,
        CreateToken::NoSuchUser => panic!("no such user"),
    }
}

async fn a_deleted_user_leaves_only_what_he_did(scratch: &Scratch) {
    let access = scratch.open().await.access();
    access.add_user(&anna(), "root").await.unwrap();
    let before = user(&access).await.id;
    let token = create(&access, &token(Grants::new(vec![grant("** pull")]))).await;
    assert_eq!(access.delete_user(&name("anna"), "root").await.unwrap(), DeleteUser::Deleted);
    assert_eq!(access.delete_user(&name("anna"), "root").await.unwrap(), DeleteUser::NoSuchUser);
    assert_eq!(access.user(&name("anna")).await.unwrap(), None);
    assert_eq!(access.token(token.name()).await.unwrap(), None);
    assert!(access.tokens().await.unwrap().is_empty());
    access.add_user(&NewUser { grants: Grants::default(), ..anna() }, "root").await.unwrap();
    let again = user(&access).await;
    assert_ne!(again.id, before, "what was remembered of the first one would hold for the second");
    assert!(again.grants.is_empty());
    assert_eq!(audit(&access).await.len(), 4);
}

async fn a_token_is_found_by_its_secret_only(scratch: &Scratch) {
    let access = scratch.open().await.access();
    let missing = access.create_token(&token(Grants::default()), "root").await.unwrap();
    assert_eq!(missing, CreateToken::NoSuchUser);
    access.add_user(&anna(), "root").await.unwrap();
    let narrow = Grants::new(vec![grant("base/* pull"), grant("team/** pull")]);
    let ends = Timestamp::from_second(4_000_000_000).unwrap();
    let wide = create(&access, &token(Grants::default())).await;
    let narrowed = create(&access, &NewToken { expires_at: Some(ends), ..token(narrow.clone()) }).await;

    let known = access.token(narrowed.name()).await.unwrap().unwrap();
    assert_eq!((known.name, known.expires_at, known.revoked_at), (narrowed.name(), Some(ends), None));
    assert!(known.is_good(Timestamp::now()) && !known.is_good(ends));
    assert_eq!((known.narrowed, known.user.clone()), (narrow.clone(), user(&access).await));
    assert!(known.user.grants.allow(Action::Push, &"team/app".parse().unwrap()));
    // The name of one with the secret of the other.
    let forged = narrowed.reveal().replace(&narrowed.name().to_string(), &wide.name().to_string());
    let known = access.token(wide.name()).await.unwrap().unwrap();
    assert!(known.is(&wide) && !known.is(&forged.parse().unwrap()) && !known.is(&narrowed));
    assert!(known.is_good(ends));

    access.note_used(wide.name());
    assert_eq!(access.revoke_token(wide.name(), "root").await.unwrap(), RevokeToken::Revoked);
    assert_eq!(access.revoke_token(wide.name(), "root").await.unwrap(), RevokeToken::Before);
    let unknown = access.revoke_token(Token::random().name(), "root").await.unwrap();
    assert_eq!(unknown, RevokeToken::NoSuchToken);
    let revoked = access.token(wide.name()).await.unwrap().unwrap();
    assert!(revoked.revoked_at.is_some() && !revoked.is_good(Timestamp::now()));
    let listed = access.tokens().await.unwrap();
    let mut by_name = listed.clone();
    by_name.sort_by_key(|token| token.name.to_string());
    assert_eq!(access.tokens_after(None, 2).await.unwrap(), by_name);
    assert_eq!(access.tokens_after(None, 1).await.unwrap(), by_name[..1]);
    let first = by_name[0].name.to_string();
    assert_eq!(access.tokens_after(Some(&first), 2).await.unwrap(), by_name[1..]);
    let listed: Vec<_> = listed
        .into_iter()
        .map(|token| {
            (token.name, token.note, token.narrowed, token.revoked_at.is_some(), token.used_at.is_some())
        })
        .collect();
    let note = || "the build".to_owned();
    assert_eq!(
        listed,
        [
            (wide.name(), note(), Grants::default(), true, true),
            (narrowed.name(), note(), narrow, false, false),
        ]
    );
    let told = audit(&access).await;
    assert_eq!(told[1], (AuditAction::CreateToken, wide.name().to_string()));
    assert_eq!(told[3], (AuditAction::RevokeToken, wide.name().to_string()));
    let text = wide.reveal();
    let (_, secret) = text.rsplit_once('_').unwrap();
    assert!(told.iter().all(|(_, detail)| !detail.contains(secret)), "{told:?}");
}

async fn of_many_who_add_one_user_one_does(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let adding = (0..16).map(|_| {
        let access = catalog.access();
        tokio::spawn(async move { access.add_user(&anna(), "root").await.unwrap() })
    });
    let mut added = 0;
    for each in adding.collect::<Vec<_>>() {
        added += usize::from(each.await.unwrap() == AddUser::Added);
    }
    assert_eq!(added, 1);
    assert_eq!(audit(&catalog.access()).await.len(), 1);
}
