//! The same with a registry that wants tokens for each repository.

use portolan_testkit::client::Client;
use portolan_testkit::registry::Registry;
use portolan_testkit::token::TokenServer;
use portolan_testkit::zoo;

use crate::desk::{Desk, Manners, PASSWORD, USER, only};
use crate::judge;

/// From a layout, and from there to other repositories of the same registry, which mounts.
#[tokio::test(flavor = "multi_thread")]
async fn everything_survives_a_registry_with_tokens() {
    let server = TokenServer::builder().user(USER, PASSWORD).without_anonymous().start().await;
    let Some(registry) = Registry::builder().token_auth(&server).start().await else { return };
    let desk = Desk::with(Manners::default().login(registry.host())).await;
    let layout = desk.path("layout");
    zoo::write_layout(&layout, &zoo::all());
    let client = Client::login(&registry.url(), USER, PASSWORD);
    for exhibit in zoo::all() {
        let name = exhibit.name;
        let (first, second) = (format!("first/{name}"), format!("second/{name}"));
        for tag in &exhibit.tags {
            let at = format!("oci:{}:{tag}", layout.display());
            only(&desk.copy(&at, &registry.reference(&first, tag)).await);
            let copied = desk.copy(&registry.reference(&first, tag), &registry.reference(&second, tag)).await;
            // docker-registry 2.8 cannot read a blob that it has mounted by its SHA-512 digest.
            let long = exhibit.root.blobs.iter().filter(|blob| blob.digest.starts_with("sha512:"));
            assert_eq!(
                only(&copied).tally.blobs_uploaded,
                long.count() as u64,
                "{name}: all else is mounted"
            );
        }
        judge::in_registry(&client, &first, &exhibit).await;
        judge::in_registry(&client, &second, &exhibit).await;
        let back = desk.path("back");
        for tag in &exhibit.tags {
            let to = format!("oci:{}:{tag}", back.display());
            only(&desk.copy(&registry.reference(&second, tag), &to).await);
        }
        judge::in_layout(&back, &exhibit);
    }
    assert!(server.requests().iter().all(|request| request.status.is_success()));
}
