//! The handle on what is condemned and deleted.

use crate::opening::Opening;
use crate::writer::WriterHandle;

/// The handle on what is condemned and deleted; clones are cheap. What it writes is on the disk when the call
/// returns.
#[derive(Debug, Clone)]
pub struct Condemned {
    pub(super) writer: WriterHandle,
    pub(super) opening: Opening,
}

impl Condemned {
    pub(crate) fn new(writer: WriterHandle, opening: Opening) -> Self {
        Self { writer, opening }
    }
}
