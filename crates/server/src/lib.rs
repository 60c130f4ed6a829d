//! The daemon: what Portolan answers over HTTP, and what runs behind it.
//!
//! A *door* is one HTTP surface; each lies in a folder of [`doors`] and translates, nothing more: what it is
//! asked goes to an engine or to the store. [`access`] says who may do what, [`http`] has what all doors share
//! of the protocol, [`tls`] the certificate that it is secured with, [`metrics`] what is counted, [`machine`] what it runs on, [`telemetry`] what is
//! told to a collector, [`live`] what of the configuration is in force;
//! [`background`] is what happens by the clock, [`mirroring`] the mirrors that do, [`picture_book`] those of a file of
//! Picture-Book; [`wire`] is what the API says.
//!
//! Not here: reading the configuration (`portolan-config`), the command line (`portolan-cli`).

pub mod access;
pub mod background;
pub mod doors;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
pub mod http;
pub mod live;
pub mod machine;
pub mod metrics;
pub mod mirroring;
pub mod picture_book;
pub mod telemetry;
pub mod testing;
pub mod tls;
pub mod wire;
