//! Talk to the person (or the log) that runs a chore: always on stderr.

use std::fmt;
use std::io::{self, Write as _};

/// Writes one line. A closed stderr is nothing that a chore could mend.
pub(crate) fn line(text: fmt::Arguments<'_>) {
    drop(writeln!(io::stderr().lock(), "{text}"));
}
