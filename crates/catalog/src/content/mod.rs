//! What the store holds: repositories with their manifests and tags, blobs and who may read them, upload
//! sessions, and the catalogue's part in collecting garbage.
//!
//! [`Content`] is the handle; each file beside it has one operation. Each read is one statement, so that it sees
//! all of a write or nothing; each write is one transaction, acknowledged when it is on the disk. Registries are
//! asked thousands of times a second, so the statements are written out ([`sql`](crate::sql)). Bytes of blobs
//! are not here: what is written first and what then, and who moves the bytes, is the store's business.

mod blob_place;
mod blob_state;
mod blob_to_write;
mod collection;
mod commit_blobs;
mod delete_manifest;
mod delete_tag;
mod dump;
mod find_blob;
mod find_blobs;
mod find_manifest;
mod handle;
mod hold_store;
mod idle_uploads;
mod linked_in;
mod manifest_rows;
mod mount_blob;
mod packs;
#[cfg(test)]
mod plans;
mod put_manifest;
mod referrers;
mod renew_link;
mod repositories;
mod repository;
mod repository_state;
mod restore;
mod roll_back;
mod stat_manifest;
mod stored_blobs;
mod tag_history;
mod tag_rows;
mod tagged;
mod tags;
mod take_upload;
mod unlink_blob;
mod upload_session;
mod whose_store;

pub use blob_place::{BlobPlace, PackName, PackNameError};
pub use blob_to_write::BlobToWrite;
pub use collection::{
    Batch, BlobGeneration, Broken, DoomedBlobs, EventKey, LinkKey, ManifestKey, MarkDamaged,
};
pub use commit_blobs::{CommitBlob, NewBlob};
pub use delete_manifest::DeleteManifest;
pub use delete_tag::DeleteTag;
pub use dump::{DumpedEvent, DumpedEvents, DumpedManifest, DumpedManifests, DumpedRepository};
pub use find_blob::StoredBlob;
pub use find_manifest::FoundManifest;
pub use handle::Content;
pub use hold_store::{HoldStore, RenewStore, StoreHost, StoreLease};
pub use idle_uploads::EndIdle;
pub use mount_blob::MountBlob;
pub use packs::{MovePacked, MovedBlob, PackUse, PackedBlob, RetirePack};
pub use put_manifest::{Children, ManifestWas, NewManifest, PutManifest, StoredManifest};
pub use referrers::{ReferrerKey, ReferrerPage};
pub use renew_link::RenewLink;
pub use repositories::RepositoryPage;
pub use repository_state::RepositoryState;
pub use restore::{RestoredBlob, RestoredManifest, RestoredPack, RestoredTag};
pub use roll_back::{RollBack, RollBackTo, RolledBack};
pub use stat_manifest::ManifestStat;
pub use stored_blobs::BlobWithBytes;
pub use tag_history::TagEvent;
pub use tagged::NamedManifest;
pub use tags::{TagPage, TagRange, TagTexts};
pub use take_upload::TakeUpload;
pub use unlink_blob::UnlinkBlob;
pub use upload_session::{SaveUpload, UploadSession};
