mod conformance;
mod entries;
mod names;
mod peers;
mod places;
mod processes;
