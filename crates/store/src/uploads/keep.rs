//! Proven content becomes a blob ([decision 26](../../../../docs/src/adr/0026-garbage-collection.md)).

use portolan_catalog::{BlobPlace, BlobToWrite, CommitBlob, NewBlob, UploadId};
use portolan_oci::Verified;

use super::open::Open;
use crate::{BlobKey, PartState, Store, StoreError, StoreResult};

/// How often content is placed anew when the place it got was taken from it.
const ATTEMPTS: u32 = 8;

/// Places the content and writes its row and its link, together with the end of the upload's `row`. When a
/// collector was faster, the content is placed anew: it is the upload's until then.
pub(super) async fn keep(
    store: &Store,
    open: &Open,
    state: &PartState,
    verified: &Verified,
    row: Option<UploadId>,
) -> StoreResult<()> {
    let content = store.content();
    let mut generation = match content.blob_to_write(verified.digest()).await? {
        BlobToWrite::Present { .. } => None,
        BlobToWrite::Absent { generation } => Some(generation),
    };
    for _ in 0..ATTEMPTS {
        // Held until the row is there: what no row names may be swept away.
        let _placed = match generation {
            Some(generation) => {
                let key = BlobKey { digest: *verified.digest(), generation };
                Some(store.backend().place(&open.id, state, &key).await?)
            }
            None => None,
        };
        store.may_write()?;
        let place = generation.map(|generation| BlobPlace::File { generation });
        let blob = NewBlob { digest: *verified.digest(), size: verified.size(), place };
        match content.commit_blobs(&open.repository, vec![blob], row.as_ref()).await?.pop() {
            Some(CommitBlob::WriteAgain { generation: next }) => generation = Some(next),
            Some(CommitBlob::Live | CommitBlob::Superfluous) => return Ok(()),
            None => return Err(StoreError::Closing),
        }
    }
    Err(StoreError::Contended)
}
