//! The token server that was seen first is the one that counts.

use portolan_transport::{MemoryPins, RealmPin, RealmPins};

#[tokio::test]
async fn another_realm_than_the_first_is_noticed() {
    let pins = MemoryPins::default();
    let pin = async |registry: &str, realm: &str| pins.pin(registry, realm).await.unwrap();
    assert_eq!(pin("r", "https://a/token").await, RealmPin::Agreed);
    assert_eq!(pin("r", "https://a/token").await, RealmPin::Agreed);
    assert_eq!(pin("r", "https://b/token").await, RealmPin::Changed { pinned: "https://a/token".to_owned() });
    assert_eq!(pin("s", "https://b/token").await, RealmPin::Agreed);
}
