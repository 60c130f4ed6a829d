//! A small blob, whole.

use futures::TryStreamExt as _;
use portolan_oci::{Descriptor, Verifier};
use portolan_transport::{Content, Source};

use crate::error::{CliError, Failure};

/// The largest blob that is read into memory to be looked at.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Reads a blob that is small, such as a configuration, and checks it.
pub(crate) async fn read_blob(source: &dyn Source, blob: &Descriptor) -> Result<Vec<u8>, CliError> {
    let what = format!("{}@{}", source.location(), blob.digest);
    if blob.size > LARGEST {
        return Err(Failure::Refused(format!(
            "{what} of {} bytes is too large to be shown (up to {LARGEST} bytes are)",
            blob.size
        ))
        .into());
    }
    let read = source.blob(blob, 0).await?;
    let mut pieces = Content::verifying(Verifier::new(blob), blob.size, read.stream, what).into_bytes();
    let mut bytes = Vec::new();
    while let Some(piece) = pieces.try_next().await? {
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}
