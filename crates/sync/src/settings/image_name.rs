//! An image by its name.

use std::fmt;
use std::str::FromStr;

use portolan_transport::{Endpoint, EndpointError};

use super::setting_text;

/// An image by its name: `registry.example.com/app:1.0`, by tag or digest, or in any other place
/// (`oci:DIR:TAG`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageName(Endpoint);
setting_text!(ImageName);

impl ImageName {
    /// Where it is.
    pub fn endpoint(&self) -> &Endpoint {
        &self.0
    }
}

impl From<Endpoint> for ImageName {
    fn from(endpoint: Endpoint) -> Self {
        Self(endpoint)
    }
}

impl FromStr for ImageName {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        text.parse().map(Self)
    }
}

impl fmt::Display for ImageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
