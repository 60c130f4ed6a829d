//! Configurations of images.

use crate::ImageConfig;

/// What a layer's entry cannot be written shorter than.
const SHORTEST_DIFF_ID: usize = 71;

/// A configuration names no more layers than its bytes can hold.
pub fn image_config(data: &[u8]) {
    if let Ok(config) = ImageConfig::parse(data) {
        assert!(config.rootfs.diff_ids.len() * SHORTEST_DIFF_ID <= data.len());
        assert!(config.platform.accepts(&config.platform));
    }
}
