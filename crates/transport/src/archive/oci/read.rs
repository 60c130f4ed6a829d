//! Reading an archive as the layout that it is.

use std::collections::HashMap;
use std::sync::Arc;

use portolan_oci::Digest;

use crate::TransportResult;
use crate::archive::open::Opened;
use crate::archive::stored::{Stored, StoredFiles};
use crate::layout::{IndexJson, invalid, must_be_version_1};

/// How large an `index.json` may be: a hundred thousand entries.
const INDEX_LIMIT: usize = 64 * 1024 * 1024;

/// How large an `oci-layout` may be.
const MARKER_LIMIT: usize = 4096;

pub(in crate::archive) async fn read(archive: &Opened) -> TransportResult<StoredFiles> {
    let members = archive.members();
    if members.file("oci-layout").is_none() {
        let hint = match members.file("manifest.json") {
            Some(_) => ", but a manifest.json: read it as docker-archive:",
            None => "",
        };
        return Err(archive.rejected(format!("it is no OCI layout: it has no member \"oci-layout\"{hint}")));
    }
    let place = archive.location().to_string();
    must_be_version_1(&archive.read("oci-layout", MARKER_LIMIT).await?, &place)?;
    let index = archive.read("index.json", INDEX_LIMIT).await?;
    let index =
        IndexJson::parse(&index).map_err(|cause| invalid(format!("reading index.json of {place}"), cause))?;
    let mut blobs = HashMap::new();
    for path in members.paths() {
        if let (Some(digest), Some(extents)) = (digest_of(path), members.file(path)) {
            blobs.insert(digest, Stored::Member(extents.to_vec()));
        }
    }
    Ok(StoredFiles { reading: archive.reading(), blobs, index: Arc::new(index) })
}

/// The digest of the blob at this path, if it is the path of a blob.
pub(in crate::archive) fn digest_of(path: &str) -> Option<Digest> {
    let (algorithm, encoded) = path.strip_prefix("blobs/")?.split_once('/')?;
    format!("{algorithm}:{encoded}").parse().ok()
}
