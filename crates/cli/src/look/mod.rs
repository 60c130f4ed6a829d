//! Looking at images: what is read of one to be shown or compared.

mod blob;
pub(crate) mod near;
mod platform;

pub(crate) use blob::read_blob;
pub(crate) use platform::for_platform;
