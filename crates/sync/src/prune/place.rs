//! From a place in the catalogue back to one that can be opened.

use portolan_catalog::Place;
use portolan_transport::{Endpoint, Location};

/// The place as it is opened; `None` if it is none that a mirror writes to.
pub(super) fn location(place: &Place) -> Option<Location> {
    let text = match place.host.as_str() {
        "oci" => return Some(Location::Layout(place.repository.clone().into())),
        "store" => return place.repository.parse().ok().map(Location::Store),
        _ => place.to_string(),
    };
    let endpoint: Endpoint = text.parse().ok()?;
    matches!(endpoint.location, Location::Registry(..)).then_some(endpoint.location)
}

/// A place as it is written on a command line.
pub(super) fn shown(place: &Place) -> String {
    location(place).map_or_else(|| place.to_string(), |location| location.to_string())
}
