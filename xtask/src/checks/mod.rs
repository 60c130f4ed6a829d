//! Checks that only the continuous integration runs and that are more than one command line.

pub(crate) mod deny;
pub(crate) mod links;
