//! Making a folder a layout, and telling whether it is one.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use jiff::Timestamp;
use portolan_oci::Algorithm;
use serde::Deserialize;

use super::folder::Folder;
use super::{IndexJson, invalid};
use crate::{TransportError, TransportResult};

/// What `oci-layout` holds.
pub(crate) const MARKER: &[u8] = br#"{"imageLayoutVersion":"1.0.0"}"#;

/// An upload that nobody has touched for so long is not continued any more.
const UPLOADS_EXPIRE_DAYS: i64 = 7;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Marker {
    image_layout_version: String,
}

/// Checks the content of an `oci-layout` file; `place` names it in errors.
pub(crate) fn must_be_version_1(marker: &[u8], place: &str) -> TransportResult<()> {
    let what = format!("reading oci-layout of {place}");
    let marker: Marker = serde_json::from_slice(marker).map_err(|cause| invalid(&*what, cause))?;
    if marker.image_layout_version == "1.0.0" {
        return Ok(());
    }
    Err(TransportError::Rejected {
        what: place.to_owned(),
        message: format!("image layout version {} is not known (known: 1.0.0)", marker.image_layout_version),
    })
}

/// What a folder is, before anything is written to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// A layout.
    Layout,
    /// Nothing yet, or a layout that was not made to its end.
    Empty,
}

impl Folder {
    /// Looks what is there.
    ///
    /// # Errors
    /// `Rejected` if it is a folder of something else, or a layout of another version.
    pub(super) fn look(&self) -> TransportResult<Found> {
        let place = format!("oci:{}", self.root().display());
        if self.is_marked(&place)? {
            return Ok(Found::Layout);
        }
        if is_unused(self.root()).map_err(|cause| TransportError::io(format!("listing {place}"), cause))? {
            return Ok(Found::Empty);
        }
        // Another may have made it a layout between the two looks.
        if self.is_marked(&place)? {
            return Ok(Found::Layout);
        }
        Err(TransportError::Rejected {
            what: place,
            message: "the folder holds something else: it has no file `oci-layout`".to_owned(),
        })
    }

    /// Whether it has the marker of a layout that is known here.
    fn is_marked(&self, place: &str) -> TransportResult<bool> {
        match fs::read(self.marker()) {
            Ok(marker) => must_be_version_1(&marker, place).map(|()| true),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(cause) => Err(TransportError::io(format!("reading oci-layout of {place}"), cause)),
        }
    }

    /// Makes the folder a layout if it is none. The marker comes last: a folder that has it is whole.
    pub(super) fn prepare(&self) -> TransportResult<()> {
        let found = self.look()?;
        self.make(found).map_err(|cause| {
            TransportError::io(format!("making the layout {}", self.root().display()), cause)
        })
    }

    fn make(&self, found: Found) -> io::Result<()> {
        fs::create_dir_all(self.blobs(Algorithm::Sha256))?;
        fs::create_dir_all(self.uploads())?;
        self.sweep_uploads()?;
        if found == Found::Layout {
            return Ok(());
        }
        let index = IndexJson::default().to_bytes().map_err(io::Error::from)?;
        self.place_new("index.json", &index)?;
        self.durability.sync_folder(&self.root().join("blobs"))?;
        self.durability.sync_folder(self.root())?;
        self.place_new("oci-layout", MARKER)?;
        self.durability.sync_folder(self.root())?;
        match self.root().canonicalize()?.parent() {
            Some(parent) => self.durability.sync_folder(parent),
            None => Ok(()),
        }
    }

    /// A file that comes to be with its content or not at all; one that is there already stays.
    fn place_new(&self, name: &str, content: &[u8]) -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(self.uploads())?;
        file.write_all(content)?;
        make_readable(file.as_file())?;
        self.durability.sync_file(file.as_file())?;
        match file.persist_noclobber(self.root().join(name)) {
            Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => Err(error.error),
            _ => Ok(()),
        }
    }

    /// Removes what is left of uploads that nobody will continue.
    fn sweep_uploads(&self) -> io::Result<()> {
        let expired = Timestamp::now().as_second() - UPLOADS_EXPIRE_DAYS * 24 * 3600;
        for entry in fs::read_dir(self.uploads())? {
            let entry = entry?;
            let modified = entry.metadata().map(|found| std::os::unix::fs::MetadataExt::mtime(&found));
            if modified.is_ok_and(|modified| modified < expired) {
                // Another process may have been quicker.
                let _ = fs::remove_file(entry.path());
            }
        }
        Ok(())
    }
}

/// Temporary files are private; what they become is for whoever may read the folder.
pub(crate) fn make_readable(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

/// Whether a folder is absent, or holds no more than a layout that was not made to its end.
fn is_unused(root: &Path) -> io::Result<bool> {
    let entries = match fs::read_dir(root) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        if !(name.starts_with('.') || ["blobs", "index.json", "lost+found"].contains(&&*name)) {
            return Ok(false);
        }
    }
    Ok(true)
}
