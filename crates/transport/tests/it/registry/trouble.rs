//! Hosts that cannot be talked to.

use portolan_testkit::registry::Registry;
use portolan_transport::{
    RegistrySettings, Source as _, TlsMode, TlsSettings, TransportError, TransportResult,
};

use super::support::{places, repository, tag, trusting, unset};

async fn ask(settings: RegistrySettings) -> TransportResult<()> {
    let host = settings.host.to_string();
    repository(&places(vec![settings]), &host, "r").resolve(&tag("a")).await.map(drop)
}

fn with_mode(host: &str, mode: TlsMode) -> RegistrySettings {
    RegistrySettings { tls: Some(TlsSettings::Mode(mode)), ..unset(host) }
}

#[tokio::test]
async fn a_host_without_an_address_is_unknown() {
    // No resolver is asked about a name of this shape.
    let host = format!("{}.example", "a".repeat(64));
    let error = ask(with_mode(&host, TlsMode::Off)).await.unwrap_err();
    assert!(matches!(&error, TransportError::UnknownHost { host: named, .. } if *named == host), "{error:?}");
}

#[tokio::test]
async fn a_certificate_of_a_stranger_is_not_accepted() {
    let Some(registry) = Registry::builder().tls().start().await else { return };
    let error = ask(unset(registry.host())).await.unwrap_err();
    let TransportError::Tls { host, cause } = error else { panic!("{error:?}") };
    assert_eq!(host, registry.host());
    assert_eq!(cause.to_string(), "invalid peer certificate: UnknownIssuer");
    assert!(ask(trusting(&registry)).await.unwrap_err().is_not_found());
    assert!(ask(with_mode(registry.host(), TlsMode::Insecure)).await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn a_registry_that_wants_a_certificate_of_ours_says_so() {
    let Some(registry) = Registry::builder().client_ca().start().await else { return };
    let error = ask(trusting(&registry)).await.unwrap_err();
    let TransportError::Tls { cause, .. } = error else { panic!("{error:?}") };
    assert_eq!(cause.to_string(), "it wants to see a client certificate, and there is none for it");
}

#[tokio::test]
async fn a_registry_with_tls_does_not_answer_without() {
    let Some(registry) = Registry::builder().tls().start().await else { return };
    let plain = places(vec![with_mode(registry.host(), TlsMode::Off)]);
    let error = repository(&plain, registry.host(), "r").tags().await.unwrap_err();
    let TransportError::Rejected { message, .. } = error else { panic!("{error:?}") };
    assert!(message.contains("HTTPS"), "{message}");
}

#[tokio::test]
async fn nobody_listens() {
    let Some(mut registry) = Registry::start().await else { return };
    registry.stop();
    let error = ask(unset(registry.host())).await.unwrap_err();
    let TransportError::Unavailable { cause, .. } = error else { panic!("{error:?}") };
    assert!(cause.to_string().starts_with("Connection refused"), "{cause}");
}
