//! Something that was acknowledged.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use jiff::Timestamp;
use portolan_catalog::ChangeCause;
use portolan_oci::{Digest, MediaType, RepositoryName, Tag};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Something that was acknowledged, as a line of the records has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Record {
    /// A manifest is to be seen.
    Manifest {
        /// Where.
        repository: RepositoryName,
        /// The revision of the repository since then.
        revision: u64,
        /// The digest of its bytes.
        digest: Digest,
        /// Its type.
        media_type: MediaType,
        /// When.
        at: Timestamp,
        /// Its bytes.
        #[serde(serialize_with = "to_base64", deserialize_with = "from_base64")]
        body: Bytes,
    },
    /// A manifest is no more.
    ManifestDeleted {
        /// Where.
        repository: RepositoryName,
        /// The revision of the repository since then.
        revision: u64,
        /// The digest of its bytes.
        digest: Digest,
        /// When.
        at: Timestamp,
    },
    /// A tag names something else, or nothing.
    Tag {
        /// Where.
        repository: RepositoryName,
        /// The revision of the repository since then.
        revision: u64,
        /// The tag.
        name: Tag,
        /// What it names since then; nothing if it was deleted.
        digest: Option<Digest>,
        /// When.
        at: Timestamp,
        /// Why.
        #[serde(serialize_with = "to_name", deserialize_with = "from_name")]
        cause: ChangeCause,
        /// Who did it.
        actor: String,
    },
    /// All there was of a repository at this revision stands in the snapshot that has this line: what other files say
    /// of it up to there is over.
    Repository {
        /// Which.
        repository: RepositoryName,
        /// Its revision, read before its content.
        revision: u64,
    },
    /// A blob's bytes are wrong.
    Damaged {
        /// What they should hash to.
        digest: Digest,
        /// Which writing of it.
        generation: u64,
        /// When that was found.
        at: Timestamp,
    },
}

fn to_base64<S: Serializer>(body: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(body))
}

fn from_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
    let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
    STANDARD.decode(text.as_bytes()).map(Bytes::from).map_err(D::Error::custom)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn to_name<S: Serializer>(cause: &ChangeCause, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(cause.name())
}

fn from_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ChangeCause, D::Error> {
    let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
    ChangeCause::named(&text).ok_or_else(|| D::Error::custom("no such cause"))
}
