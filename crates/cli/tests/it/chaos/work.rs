//! The sixty images.

use portolan_testkit::image::{Blob, Image, Layer, Tree, index_of, manifest_of, media};
use portolan_testkit::zoo::Exhibit;
use serde_json::json;

/// How many repositories there are, each with ten images.
pub(crate) const REPOSITORIES: u64 = 6;

/// The name of a repository.
pub(crate) fn repository(nth: u64) -> String {
    format!("app/{nth}")
}

/// The images of a repository, `v0` to `v9`: over two layers of all images and one of the repository, each with
/// one of its own. The first is for two platforms; the second has a signature under a tag of cosign's; the
/// third has one that names it as its subject.
pub(crate) fn images(nth: u64) -> Vec<Exhibit> {
    let base = [Layer::random(1, 100_000), Layer::random(2, 100_000), Layer::random(10 + nth, 100_000)];
    let image = |seed, platform| {
        let layers = base.iter().cloned().chain([Layer::random(seed, 50_000)]);
        layers.fold(Image::oci().platform(platform), Image::layer).build()
    };
    let tagged = (0..10).map(|number| {
        let seed = 100 * (nth + 1) + 2 * number;
        let root = match number {
            0 => index_of(
                media::OCI_INDEX,
                vec![
                    (image(seed, "linux/amd64"), "linux/amd64"),
                    (image(seed + 1, "linux/arm64"), "linux/arm64"),
                ],
            ),
            _ => image(seed, "linux/amd64"),
        };
        let mut exhibit = Exhibit { tags: vec![format!("v{number}")], ..Exhibit::new("chaos", root) };
        match number {
            1 => {
                exhibit
                    .extra_tags
                    .push((format!("sha256-{}.sig", exhibit.root.hex()), signature(seed, None)));
            }
            2 => exhibit.referrers.push(signature(seed, Some(&exhibit.root))),
            _ => {}
        }
        exhibit
    });
    tagged.collect()
}

fn signature(seed: u64, subject: Option<&Tree>) -> Tree {
    let layer = Blob::new("application/vnd.example.signature", format!("signature {seed}"));
    let extra = match subject {
        Some(subject) => {
            json!({"artifactType": "application/vnd.example.signature", "subject": subject.descriptor()})
        }
        None => json!({}),
    };
    manifest_of(Blob::new(media::OCI_EMPTY, "{}"), vec![layer], &extra)
}
