//! The handle on requests.

use crate::opening::Opening;
use crate::writer::WriterHandle;

/// The handle on requests that are done once; clones are cheap.
#[derive(Debug, Clone)]
pub struct Requests {
    pub(super) writer: WriterHandle,
    pub(super) opening: Opening,
}

impl Requests {
    pub(crate) fn new(writer: WriterHandle, opening: Opening) -> Self {
        Self { writer, opening }
    }
}
