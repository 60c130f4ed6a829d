//! Real handshakes, both ends in one process.
