//! The database of what Portolan knows: tables, migrations and SQL, one folder a subject.
//!
//! [`Catalog`] opens the database (creating and migrating it if need be); each subject is a cheap handle
//! got from it: the [`Journal`], the [`Runs`] of mirrors, the [`Nodes`] that there are and the [`Tasks`] that they share,
//! what mirrors have [`Brought`], what prunes have [`Condemned`]; what the store holds, its [`Content`], and the [`Changes`] of it; who may do what there
//! ([`Access`]). Everything that is
//! written goes through the one writer task of the process, which has it committed in a group or side by
//! side; everything that is read goes through a few connections of its own. The database is an SQLite file, or
//! one of a PostgreSQL, MySQL or MariaDB server; nobody outside sees which. No type of the database libraries
//! appears in what this crate offers.
//!
//! Not here: what the values mean to the copy engine (`portolan-sync`), nor the content itself.
//!
//! # Conventions of storage
//! - A digest is one byte for the algorithm, then the raw bytes ([`portolan_oci::Digest::to_stored`]).
//! - A time is a `BIGINT` of microseconds since 1970, UTC.
//! - Names are compared byte by byte.
//! - Lists are read in pages by key, so that no reader holds an old state of the database for long.
//! - Migrations first expand, and contract in a later release. They run under a lock, all or none; what is half
//!   done in MySQL is done again.
//! - On a server a transaction locks the row that stands for a thing, or its name in `catalog_lock`, before it looks.
//!
//! # Tables
//! ```text
//! journal_place                        journal_tree                      journal_blob
//! ─────────────                        ────────────                      ────────────
//! id          PK ◄───┬──────────────── place_id     PK     ┌──────────── place_id  PK
//! host        unique │                 reference    PK     │             digest    PK, indexed with seen_at
//! repository  with   │                 digest              │             seen_at
//!             host   │                 started_at          │
//!                    │                 confirmed_at NULL = unfinished
//!                    ├─────────────────────────────────────┘
//!                    │
//!                    │  journal_upload                     journal_seen                journal_realm
//!                    │  ──────────────                     ────────────                ─────────────
//!                    ├─ place_id       PK        ┌──────── place_id    PK              registry   PK
//!                    │  digest         PK        │         tag         PK              realm
//!                    │  upload_offset            │         digest      PK              pinned_at
//!                    │  session        JSON      │         first_seen
//!                    │  verifier       JSON      │         last_seen
//!                    │  updated_at     indexed   │
//!                    ├───────────────────────────┘
//!                    │
//!                    │  journal_belongings                 journal_host
//!                    │  ──────────────────                 ────────────
//!                    └─ place_id       PK                  host        PK
//!                       digest         PK                  fact        PK
//!                       fingerprint                        holds
//!                       checked_at                         checked_at
//!
//! journal_child     journal_kinds     journal_rewritten
//! ─────────────     ─────────────     ─────────────────
//! child   PK        digest  PK        rule       PK
//! parent  PK        kinds             digest     PK
//!                                     rewritten
//!
//! run                              run_failure                    run_lease
//! ───                              ───────────                    ─────────
//! id          PK ◄────┬─────────── run_id     PK                  mirror      PK
//! mirror      indexed │            number     PK           ┌───── run_id
//!             with id │            source                  │      owner
//! started_at          │            target                  │      expires_at
//! ended_at            │            cause                   │
//! outcome             │            retryable               │
//! totals, 8 numbers   └────────────────────────────────────┘
//!
//! mirror_pause
//! ────────────
//! mirror      PK
//! paused_at
//! paused_by
//!
//! mirror_schedule                  when it is run in place of what the configuration says
//! ───────────────
//! mirror      PK
//! schedule
//! set_at
//! set_by
//!
//! awaited_image                    told to be new at its source, not yet seen to
//! ─────────────
//! mirror      PK
//! image       PK
//! told_at                          part_run
//! told_by                          ────────
//! moved_at    NULL                 run_id      PK → run
//!
//! owed_report                      what a sender of webhooks is to hear
//! ───────────
//! id          PK
//! mirror      indexed with became
//! image
//! url
//! told_at
//! became      waiting, brought, failed
//! cause       NULL
//! tried_at    NULL
//!
//! stored_mirror                    asked_run                      cancelled_run
//! ─────────────                    ─────────                      ─────────────
//! name        PK                   mirror      PK                 run_id       PK → run
//! settings    JSON                 asked_at                       cancelled_at
//! revision                         asked_by                       cancelled_by
//! changed_at                       retries     NULL
//! changed_by                       arrival                        when an image came to be at a target
//!                                  ───────
//!                                  mirror, target PK              source, digest, moved_after NULL,
//!                                                                 moved_before, visible_at
//!
//! node                             run_task                  what a run gives to the nodes
//! ────                             ────────
//! id          PK ◄───────────┐     run_id      PK → run
//! name                       │     number      PK
//! what                       │     mirror      indexed with run_id
//! host                       │     form        of `what`
//! started_at                 │     what        JSON
//! seen_at                    │     state       open, taken, done, left
//! expires_at                 └──── node_id     NULL
//!                                  token       grows with each who takes it
//!                                  takeovers   by others than the first
//!                                  expires_at  NULL
//!                                  outcome     JSON, NULL
//!
//! answered_request                 a write of the API that is done once
//! ────────────────
//! id          PK, of its sender and key
//! request     what it was, as a digest
//! attempt     who is at it
//! begun_at    indexed
//! answer      sealed, NULL
//!
//! condemned_tag                    deletion
//! ─────────────                    ────────
//! place_id    PK → journal_place   id         PK
//! tag         PK                   run_id     → run           indexed with
//! digest                           place_id   → journal_place place_id, id
//! condemned_at                     tag        NULL = by digest only
//! reason                           digest
//!                                  media_type
//!                                  manifest   the bytes
//!                                  deleted_at
//!
//! brought_tag                      brought_names
//! ───────────                      ─────────────
//! mirror      PK                   mirror      PK
//! place_id    PK → journal_place   fingerprint
//! tag         PK, indexed with place_id
//!
//! content_repository                   content_manifest                      content_part
//! ──────────────────                   ────────────────                      ────────────
//! id          PK ◄───┬──────────────── repository_id unique        ┌──────── manifest_id  PK
//! name        unique │                 digest        with it       │         digest       PK, indexed first
//! revision           │        ┌──────► id            PK ◄──────────┤         role
//! manifests   to be  │        │        media_type                  │
//!             seen   │        │        artifact_type NULL          │         content_referrer
//! created_at         │        │        subject       NULL          │         ────────────────
//!                    │        │        size                        │    ┌─── repository_id PK
//! content_tag        │        │        revision, pushed_at         │    │    subject       PK
//! ───────────        │        │        deleted_at    NULL, indexed │    │    artifact_type PK
//! repository_id PK ──┤        │        body                        │    │    digest        PK
//! name          PK   │        │                                    └────┼─── manifest_id   indexed
//! manifest_id ───────┼────────┘ indexed                                 │    descriptor    JSON
//! digest, media_type │                                                  │
//! size, revision     ├──────────────────────────────────────────────────┘
//! moved_at           │
//!                    │  content_tag_event                  content_upload
//!                    │  ─────────────────                  ──────────────
//!                    ├─ repository_id  PK, indexed     ┌── repository_id
//!                    │  name           PK  with digest │   id              PK
//!                    │  revision       PK              │   owner           indexed
//!                    │  digest         NULL = deleted  │   expected        NULL
//!                    │  at             indexed         │   upload_offset
//!                    │  cause, actor                   │   hashing         JSON, NULL
//!                    ├─────────────────────────────────┘   backend         JSON
//!                    │                                     lease_owner, lease_token, lease_until
//!                    │  content_link                       started_at, touched_at indexed
//!                    │  ────────────
//!                    └─ repository_id  PK, indexed         content_blob            content_pack
//!                       digest         PK  the other way   ────────────            ────────────
//!                       linked_at                          digest      PK          id        PK ◄─┐
//!                                                          size                    name    unique │
//! content_store                                            state       indexed     size           │
//! ─────────────                                            generation  with digest state          │
//! one          PK                                          state_at                state_at       │
//! uuid                                                     pack_id     NULL ──────────────────────┘
//! holder, host, token, expires_at                          pack_offset NULL
//!
//! change_log                           change_pending      change_sequencer        change_cursor
//! ──────────                           ──────────────      ────────────────        ─────────────
//! seq           PK                     id          PK      one         PK          consumer   PK
//! at            indexed                and the rest        next                    seq
//! kind                                 as in the log       token                   token
//! repository_id → content_repository                       owner                   owner
//! tag, digest, previous                                    expires_at              expires_at
//! revision, cause, actor, node                                                     moved_at
//!
//! access_user               access_grant          access_token             access_token_grant
//! ───────────               ────────────          ────────────             ──────────────────
//! id          PK ◄───┬───── user_id    PK    ┌──► name        PK    ┌───── token      PK
//! name        unique │      pattern    PK    │    secret            │      pattern    PK
//! password    NULL   │      actions          │    note              │      actions
//! role               │                       │    created_at        │
//! version            │                       │    expires_at  NULL  │
//! created_at         │                       │    revoked_at  NULL  │      access_audit
//! disabled_at NULL   │                       │    used_at     NULL  │      ────────────
//!                    └───────────────────────┼─── user_id  indexed  │      id    PK
//!                                            └──────────────────────┘      at    indexed
//!                                                                          actor, action, object, detail
//! ```

mod access;
mod brought;
mod catalog;
mod changes;
mod condemned;
mod content;
mod database;
mod error;
mod journal;
mod location;
mod migrations;
mod mysql;
mod nodes;
mod opening;
mod postgres;
mod requests;
mod runs;
mod server;
mod sql;
mod sqlite;
mod stored;
mod tasks;
mod upload_id;
mod writer;

pub use access::{
    Access, Action, ActionError, Actions, AddUser, AuditAction, AuditEntry, ChangeUser, CreateToken,
    DeleteUser, Grant, Grants, KnownToken, ListedToken, NewToken, NewUser, PasswordHash, PatternError,
    RepositoryPattern, RevokeToken, Role, RoleError, Token, TokenError, TokenName, User, UserChange, UserId,
    UserName, UserNameError,
};
pub use brought::{Brought, Names};
pub use catalog::Catalog;
pub use changes::{
    By, Change, ChangeCause, ChangeKind, Changes, ChangesAfter, ClaimSequencer, Consume, ConsumerLease,
    Cursor, CursorStart, KeptChanges, MoveCursor, Sequenced, SequencerLease,
};
pub use condemned::{CondemnReason, Condemned, CondemnedTag, Deletion, DeletionId, Doomed};
pub use content::{
    Batch, BlobGeneration, BlobPlace, BlobToWrite, BlobWithBytes, Broken, Children, CommitBlob, Content,
    DeleteManifest, DeleteTag, DoomedBlobs, DumpedEvent, DumpedEvents, DumpedManifest, DumpedManifests,
    DumpedRepository, EndIdle, EventKey, FoundManifest, HoldStore, LinkKey, ManifestKey, ManifestStat,
    ManifestWas, MarkDamaged, MountBlob, MovePacked, MovedBlob, NamedManifest, NewBlob, NewManifest,
    PackName, PackNameError, PackUse, PackedBlob, PutManifest, ReferrerKey, ReferrerPage, RenewLink,
    RenewStore, RepositoryPage, RepositoryState, RestoredBlob, RestoredManifest, RestoredPack, RestoredTag,
    RetirePack, RollBack, RollBackTo, RolledBack, SaveUpload, StoreHost, StoreLease, StoredBlob,
    StoredManifest, TagEvent, TagPage, TagRange, TagTexts, TakeUpload, UnlinkBlob, UploadSession,
};
pub use error::{CatalogError, Cause};
pub use journal::{
    Answer, Carried, Confirmed, HostFact, Journal, KnownFact, PinnedRealm, Place, SavedUpload, SeenDigest,
    TreeStart,
};
pub use location::DatabaseLocation;
pub use nodes::{NewNode, Node, NodeId, Nodes, RenewNode};
pub use requests::{Attempt, BeginRequest, Requests};
pub use runs::{
    Arrival, AskedRun, Awaited, Became, CancelRun, CancelledRun, Expected, FailedImage, KeptMirrors,
    LeaseKey, LeftOver, MirrorChange, NewAwaited, NotRetried, OwedReport, Pause, Renewal, Reschedule,
    RetryRun, Run, RunEnd, RunEnded, RunId, RunLease, RunOutcome, RunReport, RunStart, RunTotals, Runs,
    Standing, StoredMirror, Taking,
};
pub use server::{Server, ServerConnections, ServerUrl, ServerUrlError};
pub use tasks::{
    AddTasks, ClaimTasks, ClaimedTask, ClearTasks, EndTask, EndedTask, LeftTask, NewTasks, RenewTask,
    TaskEnd, TaskLease, Tasks,
};
pub use upload_id::{UploadId, UploadIdError};
pub use writer::WriterStats;
