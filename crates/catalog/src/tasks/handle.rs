//! The handle on the tasks.

use crate::opening::Opening;
use crate::writer::WriterHandle;

/// The handle on the tasks; clones are cheap.
#[derive(Debug, Clone)]
pub struct Tasks {
    pub(super) writer: WriterHandle,
    pub(super) opening: Opening,
}

impl Tasks {
    pub(crate) fn new(writer: WriterHandle, opening: Opening) -> Self {
        Self { writer, opening }
    }
}
