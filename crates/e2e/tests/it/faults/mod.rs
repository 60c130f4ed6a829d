//! Everything that goes wrong between here and a registry: the copy succeeds, or it fails with its cause, and
//! whatever happens nothing is tagged that cannot be pulled.

mod full_disk;
mod source;
mod stage;
mod target;
mod tokens;
