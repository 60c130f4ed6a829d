//! How much room there is.

/// The room of the volume that a backend lies on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// The volume: places with the same number share their room.
    pub volume: u64,
    /// Bytes that may still be written.
    pub free: u64,
    /// Bytes of the whole volume.
    pub total: u64,
}
