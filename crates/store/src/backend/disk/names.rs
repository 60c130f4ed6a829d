//! Which file is what. Names are made of digests, generations and session names only: no text of a client gets
//! into a path.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use portolan_catalog::{PackName, UploadId};
use portolan_oci::{Algorithm, Digest};

use crate::backend::BlobKey;

/// The algorithms that blobs may have, a folder each.
pub(crate) const ALGORITHMS: [Algorithm; 2] = [Algorithm::Sha256, Algorithm::Sha512];

/// A folder of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Folder {
    /// `blobs/<algorithm>`
    Blobs(Algorithm),
    /// `uploads`
    Uploads,
    /// `quarantine`
    Quarantine,
    /// `packs`
    Packs,
    /// `records`
    Records,
}

/// Gives files their names, and reads them.
#[derive(Debug, Clone)]
pub(super) struct Names(PathBuf);

impl Names {
    pub(super) fn below(root: PathBuf) -> Self {
        Self(root)
    }

    pub(super) fn root(&self) -> &Path {
        &self.0
    }

    pub(super) fn folder(&self, folder: Folder) -> PathBuf {
        match folder {
            Folder::Blobs(algorithm) => self.0.join("blobs").join(algorithm.as_str()),
            Folder::Uploads => self.0.join("uploads"),
            Folder::Quarantine => self.0.join("quarantine"),
            Folder::Packs => self.0.join("packs"),
            Folder::Records => self.0.join("records"),
        }
    }

    pub(super) fn blob(&self, key: &BlobKey) -> PathBuf {
        self.folder(Folder::Blobs(key.digest.algorithm())).join(value(key))
    }

    pub(super) fn part(&self, id: &UploadId) -> PathBuf {
        self.folder(Folder::Uploads).join(id.to_string())
    }

    pub(super) fn pack(&self, name: &PackName) -> PathBuf {
        self.folder(Folder::Packs).join(format!("{name}.pack"))
    }

    pub(super) fn aside(&self, key: &BlobKey) -> PathBuf {
        let (algorithm, hex) = (key.digest.algorithm(), key.digest.encoded());
        self.folder(Folder::Quarantine).join(format!("{algorithm}-{hex}.{}", key.generation))
    }
}

fn value(key: &BlobKey) -> String {
    match key.generation {
        0 => key.digest.encoded(),
        generation => format!("{}.{generation}", key.digest.encoded()),
    }
}

/// The blob whose file in `blobs/<algorithm>` has this name.
pub(super) fn blob_of(algorithm: Algorithm, name: &OsStr) -> Option<BlobKey> {
    let name = name.to_str()?;
    let (hex, generation) = match name.split_once('.') {
        None => (name, 0),
        Some((hex, generation)) => (hex, generation.parse().ok()?),
    };
    let key = BlobKey { digest: digest(algorithm, hex)?, generation };
    // One key, one name: `.0`, `.01` and `.+1` are nobody's.
    (value(&key) == name).then_some(key)
}

/// The blob that was set aside under this name.
pub(super) fn aside_of(name: &OsStr) -> Option<BlobKey> {
    let (algorithm, rest) = name.to_str()?.split_once('-')?;
    let (hex, generation) = rest.split_once('.')?;
    Some(BlobKey { digest: digest(algorithm.parse().ok()?, hex)?, generation: generation.parse().ok()? })
}

/// The session whose bytes have this name.
pub(super) fn part_of(name: &OsStr) -> Option<UploadId> {
    name.to_str()?.parse().ok()
}

/// The pack whose file has this name.
pub(super) fn pack_of(name: &OsStr) -> Option<PackName> {
    name.to_str()?.strip_suffix(".pack")?.parse().ok()
}

fn digest(algorithm: Algorithm, hex: &str) -> Option<Digest> {
    format!("{algorithm}:{hex}").parse().ok()
}

#[cfg(test)]
mod tests {
    use std::path::Component;

    use proptest::prelude::*;

    use super::*;

    fn keys() -> impl Strategy<Value = BlobKey> {
        (any::<[u8; 8]>(), any::<bool>(), prop_oneof![Just(0), any::<u64>()]).prop_map(
            |(seed, short, generation)| {
                let algorithm = if short { Algorithm::Sha256 } else { Algorithm::Sha512 };
                BlobKey { digest: Digest::of(algorithm, &seed), generation }
            },
        )
    }

    /// The folder and the file of a path below the root.
    fn split(path: &Path) -> (Vec<String>, String) {
        let below = path.strip_prefix("/store").unwrap();
        assert!(below.components().all(|part| matches!(part, Component::Normal(_))), "{path:?}");
        let mut parts: Vec<_> = below.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
        let file = parts.pop().unwrap();
        (parts, file)
    }

    proptest! {
        #[test]
        fn names_stay_in_their_folder_and_read_back(key in keys(), other in keys()) {
            let names = Names::below("/store".into());
            let (folder, file) = split(&names.blob(&key));
            prop_assert_eq!(folder, ["blobs", key.digest.algorithm().as_str()]);
            prop_assert_eq!(blob_of(key.digest.algorithm(), OsStr::new(&file)), Some(key));
            let (folder, aside) = split(&names.aside(&key));
            prop_assert_eq!(folder, ["quarantine"]);
            prop_assert_eq!(aside_of(OsStr::new(&aside)), Some(key));
            prop_assert_eq!(names.blob(&key) == names.blob(&other), key == other);
            let id = UploadId::random();
            let (folder, part) = split(&names.part(&id));
            prop_assert_eq!(folder, ["uploads"]);
            prop_assert_eq!(part_of(OsStr::new(&part)), Some(id));
        }

        #[test]
        fn no_other_name_is_a_blobs(name in "[0-9a-f.+/-]{0,70}") {
            if let Some(key) = blob_of(Algorithm::Sha256, OsStr::new(&name)) {
                prop_assert_eq!(value(&key), name);
            }
        }
    }

    #[test]
    fn strange_names_are_nobodys() {
        let hex = "0".repeat(64);
        let strange =
            ["", ".", "..", "x", ".0", ".01", ".+1", ".1.1", "/", " "].map(|end| format!("{hex}{end}"));
        let named: Vec<_> =
            strange.iter().filter(|name| blob_of(Algorithm::Sha256, OsStr::new(name)).is_some()).collect();
        assert_eq!(named, [&hex]);
        assert_eq!(blob_of(Algorithm::Sha512, OsStr::new(&hex)), None);
    }
}
