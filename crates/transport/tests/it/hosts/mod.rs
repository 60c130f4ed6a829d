//! What is known about hosts: files of every shape in a folder of their own, real helper programs, real
//! handshakes.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod certs_dir;
mod edit;
mod handshake;
mod helper;
mod lookup;
mod registries_conf;
mod settings;
mod support;
