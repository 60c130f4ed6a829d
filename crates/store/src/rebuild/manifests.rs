//! Manifests, by the lines that count.

use futures::TryStreamExt as _;
use portolan_catalog::{Content, RestoredManifest};
use portolan_oci::RawManifest;

use super::batches::Batches;
use super::index::Index;
use super::{RebuildError, Rebuilt};
use crate::{ReadRecord, Record, RecordKeeper};

pub(super) async fn restore(
    records: &dyn RecordKeeper,
    content: &Content,
    (index, rebuilt): (&mut Index, &mut Rebuilt),
) -> Result<(), RebuildError> {
    let (mut batches, mut lines) = (Batches::new(), records.read_all());
    while let Some(line) = lines.try_next().await? {
        let ReadRecord::Record(Record::Manifest { repository, revision, digest, media_type, at, body }) =
            line
        else {
            continue;
        };
        if !index.counts(&repository, &digest, revision) {
            continue;
        }
        let bytes = body.len();
        match RawManifest::with_digest(body, Some(&media_type), digest) {
            Err(cause) => {
                tracing::warn!(%repository, %digest, %cause, "a recorded manifest is wrong");
                rebuilt.wrong_manifests.push((repository, digest));
            }
            Ok(raw) => {
                rebuilt.manifests += 1;
                index.restored(&repository, digest);
                let manifest = RestoredManifest { raw, revision, at };
                for (repository, manifests) in batches.add(repository, manifest, bytes) {
                    content.restore_manifests(&repository, manifests).await?;
                }
            }
        }
    }
    for (repository, manifests) in batches.take() {
        content.restore_manifests(&repository, manifests).await?;
    }
    let shown = index.repositories().filter(|(_, repository)| repository.restored() > 0);
    rebuilt.repositories = shown.count() as u64;
    Ok(())
}
