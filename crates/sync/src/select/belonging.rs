//! Tags that are no images of their own.

use portolan_oci::Tag;

/// Whether a tag is where registries without a referrers API keep what refers to an image
/// (`sha256-<hex>`; distribution-spec, "Referrers Tag Schema"), or one of cosign's (`sha256-<hex>.sig`). What
/// is there travels with its image.
pub fn is_belonging(tag: &Tag) -> bool {
    let Some((algorithm, rest)) = tag.as_str().split_once('-') else { return false };
    let encoded = rest.split_once('.').map_or(rest, |(encoded, _)| encoded);
    // The fallback tag of a SHA-512 is cut to as many digits.
    ["sha256", "sha512"].contains(&algorithm)
        && encoded.len() == 64
        && encoded.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}
