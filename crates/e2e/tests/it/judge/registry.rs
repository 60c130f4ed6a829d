use portolan_testkit::client::Client;
use portolan_testkit::zoo::Exhibit;

use super::{listed, sorted, tags};

/// Panics unless the repository has every manifest and blob, every tag, and the lists of referrers.
pub(crate) async fn in_registry(client: &Client, repository: &str, exhibit: &Exhibit) {
    let name = exhibit.name;
    for (tag, digest) in tags(exhibit) {
        assert_eq!(client.manifest(repository, tag).await.digest, digest, "{name}: tag {tag}");
        client.check_image(repository, tag).await.unwrap();
    }
    for tree in exhibit.manifests() {
        let fetched = client.manifest(repository, &tree.digest).await;
        assert_eq!(
            (fetched.bytes, fetched.media_type),
            (tree.bytes.clone(), tree.media_type.clone()),
            "{name}"
        );
    }
    for referrer in &exhibit.referrers {
        client.check_image(repository, &referrer.digest).await.unwrap();
    }
    let mut found = client.tags(repository).await;
    for (tag, index) in exhibit.fallback_indexes() {
        let listed_by_api = client.referrers(repository, &tag.replacen('-', ":", 1)).await;
        if let Some(by_api) = &listed_by_api {
            assert_eq!(sorted(by_api.clone()), listed(&index.json()), "{name}: referrers of {tag}");
        }
        match found.iter().position(|one| *one == tag) {
            Some(position) => {
                let fetched = client.manifest(repository, &tag).await.json();
                assert_eq!(listed(&fetched), listed(&index.json()), "{name}: referrers under {tag}");
                found.remove(position);
            }
            // Nobody needs the tag where the registry lists them itself.
            None => assert!(listed_by_api.is_some(), "{name}: {tag} is missing"),
        }
    }
    let mut expected: Vec<_> = tags(exhibit).into_iter().map(|(tag, _)| tag.to_owned()).collect();
    expected.sort();
    assert_eq!(found, expected, "{name}: no tag more");
}
