//! Images on the command line.

use std::error::Error;

use portolan_transport::Endpoint;

/// Reads an image's name, or says all that is wrong with it: the argument parser shows no causes.
pub(crate) fn parse_endpoint(text: &str) -> Result<Endpoint, String> {
    text.parse::<Endpoint>().map_err(|error| match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    })
}
