//! What all transports share: names of places, content on its way, joining and limits.

mod content;
mod endpoint;
mod gate;
mod pins;
mod secret;
mod single_flight;
