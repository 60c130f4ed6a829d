//! Reading all bytes again: what is wrong is taken away from readers, and what it breaks is told.

mod check;
mod pace;
mod run;

pub use check::Wrong;
pub(crate) use run::mark;
pub use run::{DamagedBlob, KnownDamage, VerifyObserver, VerifyReport, VerifyStoreError, verify};
