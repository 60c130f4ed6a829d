//! Proxies that the environment names.

use std::process::Command;

use portolan_transport::{RegistrySettings, Source as _, TlsMode, TlsSettings};

use super::support::{behind_proxy, places, repository, tag, unset};

const TEST: &str = "registry::proxies::the_environment_names_a_proxy_but_not_for_this_machine";
const CHILD: &str = "PORTOLAN_TEST_LOOPBACK_HOST";

/// The environment is read once, when connections are made, so the test asks as a process of its own.
#[tokio::test(flavor = "multi_thread")]
async fn the_environment_names_a_proxy_but_not_for_this_machine() {
    if let Ok(host) = std::env::var(CHILD) {
        return ask(&host).await;
    }
    let Some((registry, proxy)) = behind_proxy().await else { return };
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", TEST, "--nocapture"]).env(CHILD, registry.host()).env("HTTP_PROXY", proxy.url());
    child.env_remove("NO_PROXY").env_remove("no_proxy").env_remove("REQUEST_METHOD");
    let output = tokio::task::spawn_blocking(move || child.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let asked: Vec<_> = proxy.records().into_iter().map(|record| (record.host, record.path)).collect();
    assert_eq!(asked, [("registry.example:5000".to_owned(), "/v2/r/manifests/a".to_owned())]);
}

async fn ask(loopback: &str) {
    let plain = |host: &str| RegistrySettings { tls: Some(TlsSettings::Mode(TlsMode::Off)), ..unset(host) };
    let places = places(vec![plain("registry.example:5000"), plain(loopback)]);
    for host in ["registry.example:5000", loopback] {
        let error = repository(&places, host, "r").resolve(&tag("a")).await.unwrap_err();
        assert!(error.is_not_found(), "{host}: {error:?}");
    }
}
