//! The database of what Portolan knows: tables, migrations and SQL, one folder a subject.
//!
//! [`Catalog`] opens the database (creating and migrating it if need be); each subject is a cheap handle
//! got from it: the [`Journal`], the [`Runs`] of mirrors, what they have [`Brought`], what prunes
//! have [`Condemned`]. Everything that is
//! written goes through the one writer task of the process, which commits what is queued as a group;
//! everything that is read goes through a few read-only connections. No type of the database libraries
//! appears in what this crate offers.
//!
//! Not here: what the values mean to the copy engine (`portolan-sync`), nor the content itself.
//!
//! # Conventions of storage
//! - A digest is one byte for the algorithm, then the raw bytes ([`portolan_oci::Digest::to_stored`]).
//! - A time is a `BIGINT` of microseconds since 1970, UTC.
//! - Names are compared byte by byte.
//! - Lists are read in pages by key, so that no reader holds an old state of the database for long.
//! - Migrations first expand, and contract in a later release. They run under a lock, all or none.
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
//! ```

mod brought;
mod catalog;
mod condemned;
mod error;
mod journal;
mod location;
mod migrations;
mod opening;
mod runs;
mod sqlite;
mod stored;
mod upload_id;
mod writer;

pub use brought::{Brought, Names};
pub use catalog::Catalog;
pub use condemned::{CondemnReason, Condemned, CondemnedTag, Deletion, DeletionId, Doomed};
pub use error::{CatalogError, Cause};
pub use journal::{
    Answer, Carried, Confirmed, HostFact, Journal, KnownFact, PinnedRealm, Place, SavedUpload, SeenDigest,
    TreeStart,
};
pub use location::DatabaseLocation;
pub use runs::{
    FailedImage, Renewal, Run, RunEnd, RunEnded, RunId, RunLease, RunOutcome, RunReport, RunStart, RunTotals,
    Runs,
};
pub use upload_id::{UploadId, UploadIdError};
pub use writer::WriterStats;
