//! `store.json`: which store this is.

use std::io;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::disk_backend::Disk;
use crate::backend::error::BackendResult;
use crate::backend::{BackendError, StoreId};

const NAME: &str = "store.json";

/// What every version of the file has.
#[derive(Deserialize)]
struct Version {
    version: u64,
}

/// Version 1.
#[derive(Serialize, Deserialize)]
struct StoreJson {
    version: u64,
    uuid: StoreId,
}

impl Disk {
    pub(super) fn identity(&self) -> BackendResult<Option<StoreId>> {
        let path = self.names.root().join(NAME);
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(BackendError::io(format!("reading {}", path.display()), cause)),
        };
        let malformed =
            |cause: serde_json::Error| BackendError::Malformed { path: path.clone(), cause: cause.into() };
        let Version { version } = serde_json::from_slice(&text).map_err(malformed)?;
        if version != 1 {
            return Err(BackendError::Version { path, version });
        }
        let StoreJson { uuid, .. } = serde_json::from_slice(&text).map_err(malformed)?;
        Ok(Some(uuid))
    }

    pub(super) fn set_identity(&self, id: &StoreId) -> BackendResult<()> {
        let path = self.names.root().join(NAME);
        let beside = self.names.root().join("store.json.new");
        let text = serde_json::to_vec(&StoreJson { version: 1, uuid: *id });
        let write = || {
            let file = self.files.create(&beside)?;
            self.files.cut(&file, 0)?;
            self.files.write_at(&file, &[Bytes::from(text?)], 0)?;
            self.files.sync_data(&file)?;
            self.files.rename(&beside, &path)?;
            self.files.sync_folder(self.names.root())
        };
        write().map_err(|cause| BackendError::io(format!("writing {}", path.display()), cause))
    }
}
