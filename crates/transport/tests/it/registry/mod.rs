mod conformance;
mod reading;
mod support;
