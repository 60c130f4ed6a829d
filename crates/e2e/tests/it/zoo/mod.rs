//! Every kind of image and artifact, between any two kinds of places.

pub(crate) mod archives;
mod docker_archive;
mod matrix;
mod readable;
mod token_auth;
