//! A mirror from our registry, to another repository of it and to the store.

use portolan_sync::Mirror;
use portolan_sync::select::Policy;
use portolan_sync::settings::{MirrorSettings, TagSets};
use portolan_testkit::image::{Blob, Tree, manifest_of, media};
use portolan_testkit::workload;
use serde_json::json;

use super::Ours;
use crate::desk::{Desk, Manners};

/// To both of them, asking each time for what belongs to images that have not moved.
fn mirror(ours: &Ours) -> Mirror {
    let settings = json!({
        "name": "ours",
        "source": format!("{}/from", ours.host()),
        "targets": [format!("{}/to", ours.host()), "store:within"],
        "referrers": {"recheck": "0s"},
    });
    let settings: MirrorSettings = serde_json::from_value(settings).unwrap();
    Mirror::new(&settings, &Policy::default(), &TagSets::new()).unwrap()
}

fn signature(of: &Tree) -> Tree {
    let kind = "application/vnd.example.signature.v1+json";
    let extra = json!({"artifactType": kind, "subject": of.descriptor()});
    manifest_of(Blob::new(media::OCI_EMPTY, "{}"), vec![Blob::new(kind, "signed")], &extra)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_moves_and_what_comes_to_belong_to_an_image_arrives_and_nothing_else_is_sent() {
    let ours = Ours::start().await;
    let desk = Desk::with(Manners { store: Some(ours.store()), ..Manners::default() }).await;
    let (client, mirror) = (ours.client(), mirror(&ours));
    let images = workload::two_platforms(4);
    let (last, first) = images.split_last().unwrap();
    for image in first {
        client.push("from", image).await;
    }
    let run = async || {
        let totals = desk.sync(&mirror).await;
        (totals.copied, totals.skipped)
    };
    assert_eq!(run().await, (6, 0));
    assert_eq!(run().await, (0, 6));
    // A tag moves.
    client.push_tree("from", &last.root, &["v1".to_owned()]).await.unwrap();
    assert_eq!(run().await, (2, 4));
    for repository in ["to", "within"] {
        assert_eq!(client.manifest(repository, "v1").await.bytes, last.root.bytes);
        client.check_image(repository, "v0").await.unwrap();
    }
    // An image that has not moved is signed.
    let (signed, signature) = (&images[2].root, signature(&images[2].root));
    client.push_tree("from", &signature, &[]).await.unwrap();
    assert_eq!(run().await, (2, 4));
    for repository in ["to", "within"] {
        let listed = client.referrers(repository, &signed.digest).await.unwrap();
        assert_eq!(listed.len(), 1, "{listed:?}");
        assert_eq!(listed[0]["digest"], signature.digest.as_str());
        client.check_image(repository, &signature.digest).await.unwrap();
        assert_eq!(client.tags(repository).await, ["v0", "v1", "v2"], "no tag is made for it");
    }
    assert_eq!(run().await, (0, 6));
    ours.assert_sound().await;
}
