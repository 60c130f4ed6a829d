use portolan_transport::{Source as _, TransportError};

use portolan_testkit::registry::Registry;

use super::support::{places, repository};

#[tokio::test]
async fn a_repository_that_does_not_exist_has_no_tags_to_list() {
    let Some(registry) = Registry::start().await else { return };
    let nowhere = repository(&places(Vec::new()), registry.host(), "no/where");
    let error = nowhere.tags().await.unwrap_err();
    assert!(matches!(error, TransportError::NotFound { .. }), "{error:?}");
}
