//! Real handshakes: with a server in this process, and with a real registry.

use std::sync::Arc;
use std::time::Duration;

use portolan_testkit::registry::Registry as RealRegistry;
use portolan_testkit::tls::{Authority, Identity};
use portolan_transport::{RegistrySettings, TransportResult};
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, date_time_ymd};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection};
use serde_json::json;

use super::support::{Home, told};

const HOST: &str = "localhost:5000";

fn tls(home: &Home, host: &str) -> TransportResult<Arc<ClientConfig>> {
    home.profile(&format!("{host}/app")).unwrap().writing().unwrap().tls()
}

fn settings(host: &str, tls: &serde_json::Value) -> RegistrySettings {
    serde_json::from_value(json!({"host": host, "tls": tls})).unwrap()
}

/// A server with `identity` that offers HTTP/2 and wants a certificate of `clients`, if one is given.
fn server(identity: &Identity, clients: Option<&Authority>) -> ServerConfig {
    let provider = Arc::new(default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap();
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(authority.der().into()).unwrap();
            builder.with_client_cert_verifier(
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap(),
            )
        }
    };
    let chain = vec![CertificateDer::from_pem_slice(identity.certificate.as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(identity.key.as_bytes()).unwrap();
    let mut config = builder.with_single_cert(chain, key).unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    config
}

/// Lets both ends talk until they agree; tells the protocol that they agreed upon, or what the first to be
/// unhappy said.
fn handshake(client: &Arc<ClientConfig>, server: ServerConfig, name: &str) -> Result<Vec<u8>, String> {
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let mut client = ClientConnection::new(Arc::clone(client), name).unwrap();
    let mut server = ServerConnection::new(Arc::new(server)).unwrap();
    while client.is_handshaking() || server.is_handshaking() {
        let mut wire = Vec::new();
        client.write_tls(&mut wire).unwrap();
        server.read_tls(&mut &wire[..]).unwrap();
        server.process_new_packets().map_err(|error| format!("server: {error}"))?;
        let mut wire = Vec::new();
        server.write_tls(&mut wire).unwrap();
        client.read_tls(&mut &wire[..]).unwrap();
        client.process_new_packets().map_err(|error| format!("client: {error}"))?;
    }
    Ok(client.alpn_protocol().unwrap_or_default().to_vec())
}

/// A certificate that is its own authority, as `openssl req -x509` makes it, valid until `year`.
fn self_signed(year: i32) -> Identity {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.not_after = date_time_ymd(year, 1, 1);
    let key = KeyPair::generate().unwrap();
    Identity { certificate: params.self_signed(&key).unwrap().pem(), key: key.serialize_pem() }
}

#[test]
fn a_private_authority_is_trusted_where_it_is_named() {
    let (ours, other) = (Authority::new("ours"), Authority::new("other"));
    let mut home = Home::new();
    let unknown = "client: invalid peer certificate: UnknownIssuer";
    let shake = |home: &Home, authority: &Authority| {
        handshake(&tls(home, HOST).unwrap(), server(&authority.server(), None), "localhost")
    };
    assert_eq!(shake(&home, &ours).unwrap_err(), unknown);

    // In a folder,
    home.write("certs/system/localhost:5000/ca.crt", &ours.pem());
    assert_eq!(shake(&home, &ours), Ok(b"h2".to_vec()));
    assert_eq!(shake(&home, &other).unwrap_err(), unknown);
    // in the configuration besides,
    let ca = home.write("other.pem", &other.pem());
    home.settings = vec![settings(HOST, &json!({"ca": ca}))];
    assert_eq!(shake(&home, &other), Ok(b"h2".to_vec()));
    assert_eq!(shake(&home, &ours), Ok(b"h2".to_vec()));
    // and for no other host.
    home.settings = vec![settings("localhost:5001", &json!({"ca": ca}))];
    assert_eq!(shake(&home, &other).unwrap_err(), unknown);
}

#[test]
fn the_name_in_the_certificate_counts() {
    let authority = Authority::new("ours");
    let home = Home::new();
    home.write("certs/user/localhost:5000/ca.crt", &authority.pem());
    let error =
        handshake(&tls(&home, HOST).unwrap(), server(&authority.server(), None), "r.example").unwrap_err();
    assert!(error.starts_with("client: invalid peer certificate: certificate not valid for name"), "{error}");
}

#[test]
fn every_authority_of_a_file_and_of_a_folder_is_trusted() {
    let authorities = [Authority::new("one"), Authority::new("two"), Authority::new("three")];
    let home = Home::new();
    home.write("certs/user/localhost:5000/a.crt", &(authorities[0].pem() + &authorities[1].pem()));
    home.write("certs/user/localhost:5000/b.crt", &authorities[2].pem());
    home.write("certs/user/localhost:5000/README", "not looked at");
    for authority in &authorities {
        assert!(
            handshake(&tls(&home, HOST).unwrap(), server(&authority.server(), None), "localhost").is_ok()
        );
    }
}

#[test]
fn insecure_takes_any_certificate_of_that_host_only() {
    let authority = Authority::new("ours");
    let mut home = Home::new();
    home.settings = vec![settings("localhost:5000", &json!("insecure"))];
    home.write("etc/registries.conf", "[[registry]]\nlocation = 'localhost:5001'\ninsecure = true");
    let shake =
        |host: &str| handshake(&tls(&home, host).unwrap(), server(&authority.server(), None), "r.example");
    assert_eq!(shake("localhost:5000"), Ok(b"h2".to_vec()));
    assert_eq!(shake("localhost:5001"), Ok(b"h2".to_vec()));
    assert!(shake("localhost:5002").is_err());
}

#[test]
fn a_self_signed_certificate_that_was_given_is_taken_from_the_host_itself() {
    let identity = self_signed(2200);
    let home = Home::new();
    let shake =
        |identity: &Identity, name: &str| handshake(&tls(&home, HOST).unwrap(), server(identity, None), name);
    home.write("certs/user/localhost:5000/ca.crt", &identity.certificate);
    assert_eq!(shake(&identity, "localhost"), Ok(b"h2".to_vec()));
    // Not for another name, not another one like it, and not after its time.
    let error = shake(&identity, "r.example").unwrap_err();
    assert!(error.contains("not valid for name"), "{error}");
    assert!(shake(&self_signed(2200), "localhost").is_err());
    let expired = self_signed(2020);
    home.write("certs/user/localhost:5000/ca.crt", &expired.certificate);
    let error = shake(&expired, "localhost").unwrap_err();
    assert!(error.contains("certificate expired"), "{error}");
}

#[test]
fn an_authority_that_was_given_may_not_speak_for_a_host_with_another_authoritys_certificate() {
    let (given, shown) = (self_signed(2200), self_signed(2200));
    let home = Home::new();
    home.write("certs/user/localhost:5000/ca.crt", &given.certificate);
    let mut config = server(&shown, None);
    config.alpn_protocols.clear();
    assert!(handshake(&tls(&home, HOST).unwrap(), config, "localhost").is_err());
}

#[test]
fn our_certificate_is_shown_where_it_is_set() {
    let authority = Authority::new("ours");
    let client = authority.client("ann");
    let shake = |home: &Home| {
        handshake(&tls(home, HOST).unwrap(), server(&authority.server(), Some(&authority)), "localhost")
    };
    let mut home = Home::new();
    home.write("certs/user/localhost:5000/ca.crt", &authority.pem());
    assert_eq!(shake(&home).unwrap_err(), "server: peer sent no certificates");

    let cert = home.write("ann.pem", &client.certificate);
    let key = home.write("ann.key.pem", &client.key);
    home.settings = vec![settings(HOST, &json!({"cert": cert, "key": key}))];
    assert_eq!(shake(&home), Ok(b"h2".to_vec()));

    // The configuration's pair comes before the folder's.
    let stranger = Authority::new("stranger").client("ann");
    home.write("certs/user/localhost:5000/bob.cert", &stranger.certificate);
    home.write("certs/user/localhost:5000/bob.key", &stranger.key);
    assert_eq!(shake(&home), Ok(b"h2".to_vec()));
    home.settings.clear();
    assert!(shake(&home).unwrap_err().starts_with("server: invalid peer certificate"));
}

#[test]
fn of_several_certificates_the_first_by_name_is_shown() {
    let authority = Authority::new("ours");
    let (client, stranger) = (authority.client("ann"), Authority::new("stranger").client("ann"));
    for first in ["a", "aa", "aaa", "aaaa"] {
        let home = Home::new();
        let write = |name: &str, pair: &Identity| {
            home.write(&format!("certs/user/localhost:5000/{name}.cert"), &pair.certificate);
            home.write(&format!("certs/user/localhost:5000/{name}.key"), &pair.key);
        };
        home.write("certs/user/localhost:5000/ca.crt", &authority.pem());
        write("bob", &stranger);
        write("eve", &stranger);
        write(first, &client);
        write("dan", &stranger);
        write("zoe", &stranger);
        let config = server(&authority.server(), Some(&authority));
        assert_eq!(handshake(&tls(&home, HOST).unwrap(), config, "localhost"), Ok(b"h2".to_vec()), "{first}");
    }
}

#[test]
fn a_key_that_is_none_or_another_ones_is_refused_without_showing_it() {
    let authority = Authority::new("ours");
    let (ann, bob) = (authority.client("ann"), authority.client("bob"));
    for (key, problem) in [
        ("no key".to_owned(), "key file HOME/certs/user/localhost:5000/a.key cannot be used: "),
        (
            bob.key,
            "certificate file HOME/certs/user/localhost:5000/a.cert cannot be used: keys may not be consistent",
        ),
    ] {
        let home = Home::new();
        home.write("certs/user/localhost:5000/a.cert", &ann.certificate);
        home.write("certs/user/localhost:5000/a.key", &key);
        let told = told(&tls(&home, HOST).unwrap_err(), &home);
        assert!(told.starts_with(problem), "{told}");
        assert!(!told.contains("no key"), "{told}");
    }
}

#[test]
fn one_host_has_one_configuration() {
    let home = Home::new();
    let hosts = home.hosts();
    let tls = |host: &str, repository: &str| {
        let profile = hosts.clone().profile(&host.parse().unwrap(), &repository.parse().unwrap()).unwrap();
        profile.endpoints[0].tls().unwrap()
    };
    assert!(Arc::ptr_eq(&tls("r.example", "a"), &tls("r.example", "b")));
    assert!(!Arc::ptr_eq(&tls("r.example", "a"), &tls("s.example", "a")));
}

/// Asks a registry whether it is one, with the TLS configuration that the hosts give.
async fn ask(home: &Home, registry: &RealRegistry) -> Result<(u16, reqwest::Version), reqwest::Error> {
    let config = tls(home, registry.host()).unwrap();
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(ClientConfig::clone(&config))
        .no_proxy()
        // A connection that is refused while the request goes out may leave it without any answer.
        .timeout(Duration::from_secs(30))
        .build()
        .unwrap();
    let answer = client.get(format!("{}/v2/", registry.url())).send().await?;
    Ok((answer.status().as_u16(), answer.version()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_registry_with_a_private_authority() {
    let Some(registry) = RealRegistry::builder().tls().start().await else { return };
    let home = Home::new();
    assert!(ask(&home, &registry).await.unwrap_err().is_connect());
    let ca = std::fs::read_to_string(registry.ca_file()).unwrap();
    home.write(&format!("certs/user/{}/ca.crt", registry.host()), &ca);
    assert_eq!(ask(&home, &registry).await.unwrap(), (200, reqwest::Version::HTTP_2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_registry_that_wants_our_certificate() {
    let Some(registry) = RealRegistry::builder().client_ca().start().await else { return };
    let home = Home::new();
    let folder = format!("certs/user/{}", registry.host());
    home.write(&format!("{folder}/ca.crt"), &std::fs::read_to_string(registry.ca_file()).unwrap());
    assert!(ask(&home, &registry).await.is_err());
    home.write(&format!("{folder}/client.cert"), &registry.client_identity().certificate);
    home.write(&format!("{folder}/client.key"), &registry.client_identity().key);
    assert_eq!(ask(&home, &registry).await.unwrap(), (200, reqwest::Version::HTTP_2));
}
