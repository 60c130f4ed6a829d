//! The listener speaks TLS.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use portolan_catalog::DatabaseLocation;
use portolan_server::access::Admission;
use portolan_server::http::{Encryption, HttpLimits, Server};
use portolan_server::metrics::Metrics;
use portolan_server::testing::{Doors, Running};
use portolan_server::tls::{Tls, TlsFiles};
use portolan_testkit::tls::{Authority, Identity};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, ProtocolVersion, RootCertStore, SupportedProtocolVersion};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_util::sync::CancellationToken;

use crate::door::settings;

const ASK: &[u8] = b"GET /v2/ HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// A daemon with a certificate of an authority of its own.
struct Secured {
    running: Running,
    authority: Authority,
    files: TlsFiles,
    _folder: TempDir,
}

fn limits() -> HttpLimits {
    HttpLimits { head: Duration::from_secs(2), farewell: Duration::ZERO, ..HttpLimits::default() }
}

/// Shown from the next look on.
fn show(files: &TlsFiles, identity: &Identity) {
    fs::write(&files.cert, &identity.certificate).unwrap();
    fs::write(&files.key, &identity.key).unwrap();
}

fn files(folder: &TempDir) -> TlsFiles {
    let path = |name: &str| -> PathBuf { folder.path().join(name) };
    TlsFiles { look_every: Duration::from_millis(10), ..TlsFiles::new(path("tls.crt"), path("tls.key")) }
}

impl Secured {
    async fn start() -> Self {
        let (folder, authority) = (TempDir::new().unwrap(), Authority::new("ours"));
        let files = files(&folder);
        show(&files, &authority.server());
        let database = DatabaseLocation::SqliteFile(folder.path().join("portolan.db"));
        let certificate = Some(files.clone());
        let doors = Doors { limits: limits(), certificate, admission: Admission::ThisMachine };
        let running = Running::start_with(folder.path(), &database, settings(), doors).await;
        Self { running: running.unwrap(), authority, files, _folder: folder }
    }

    /// A client that believes nobody but the authority.
    fn client(&self, versions: &[&'static SupportedProtocolVersion]) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        roots.add(self.authority.der().into()).unwrap();
        let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()));
        let builder = builder.with_protocol_versions(versions).unwrap();
        builder.with_root_certificates(roots).with_no_client_auth()
    }

    async fn connect(&self, client: ClientConfig) -> TlsStream<TcpStream> {
        let connection = TcpStream::connect(self.running.host()).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(Arc::new(client)).connect(name, connection).await.unwrap()
    }

    /// What whoever connects now is shown.
    async fn shown(&self) -> CertificateDer<'static> {
        let connection = self.connect(self.client(&[&TLS13])).await;
        connection.get_ref().1.peer_certificates().unwrap()[0].clone().into_owned()
    }
}

/// Asks, and reads the answer, which is a short one.
async fn ask(connection: &mut TlsStream<TcpStream>) -> String {
    connection.write_all(ASK).await.unwrap();
    let mut answer = [0; 4096];
    let length = connection.read(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer[..length]).into_owned()
}

fn certificate(identity: &Identity) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(identity.certificate.as_bytes()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_knows_the_authority_is_answered_in_either_version_of_http() {
    let door = Secured::start().await;
    let url = format!("{}/v2/", door.running.url());
    assert!(url.starts_with("https://127.0.0.1:"), "{url}");
    for (protocol, version) in [("h2", http::Version::HTTP_2), ("http/1.1", http::Version::HTTP_11)] {
        let mut config = door.client(&[&TLS12, &TLS13]);
        config.alpn_protocols = vec![protocol.into()];
        let client = reqwest::Client::builder().no_proxy().tls_backend_preconfigured(config).build().unwrap();
        let answer = client.get(&url).send().await.unwrap();
        assert_eq!((answer.status(), answer.version()), (http::StatusCode::OK, version));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tls_1_2_and_1_3_are_spoken_and_who_names_no_protocol_gets_http_1_1() {
    let door = Secured::start().await;
    for (version, named) in [(&TLS12, ProtocolVersion::TLSv1_2), (&TLS13, ProtocolVersion::TLSv1_3)] {
        let mut connection = door.connect(door.client(&[version])).await;
        assert_eq!(connection.get_ref().1.protocol_version(), Some(named));
        let answer = ask(&mut connection).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_certificate_is_shown_to_new_connections_and_old_ones_live_on() {
    let door = Secured::start().await;
    let mut old = door.connect(door.client(&[&TLS13])).await;
    ask(&mut old).await;
    let new = door.authority.server();
    show(&door.files, &new);
    while door.shown().await != certificate(&new) {
        tokio::task::yield_now().await;
    }
    let answer = ask(&mut old).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_a_pair_is_not_shown_until_the_other_half_has_come() {
    let door = Secured::start().await;
    let (old, new) = (door.shown().await, door.authority.server());
    fs::write(&door.files.cert, &new.certificate).unwrap();
    for _ in 0..20 {
        assert_eq!(door.shown().await, old);
    }
    fs::write(&door.files.key, &new.key).unwrap();
    while door.shown().await != certificate(&new) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_speaks_plain_http_is_told_so() {
    let door = Secured::start().await;
    let mut connection = TcpStream::connect(door.running.host()).await.unwrap();
    connection.write_all(ASK).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\nthis port speaks TLS: ask for it with https://…\n"), "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handshake_that_never_ends_holds_up_nobody_and_is_cut_off() {
    let door = Secured::start().await;
    let mut slow = TcpStream::connect(door.running.host()).await.unwrap();
    slow.write_all(&[0x16]).await.unwrap();
    let silent = TcpStream::connect(door.running.host()).await.unwrap();
    ask(&mut door.connect(door.client(&[&TLS13])).await).await;
    for mut connection in [slow, silent] {
        let mut answer = Vec::new();
        // A server that closes with something unread resets the connection.
        let _ = connection.read_to_end(&mut answer).await;
        assert_eq!(answer, b"");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handshake_does_not_hold_up_the_end() {
    let folder = TempDir::new().unwrap();
    let files = files(&folder);
    show(&files, &Authority::new("ours").server());
    let tls = Tls::open(files, Metrics::default()).await.unwrap();
    let for_ever = Duration::from_secs(3600);
    let limits = HttpLimits { head: for_ever, farewell: for_ever, ..HttpLimits::default() };
    let address = ([127, 0, 0, 1], 0).into();
    let server = Server::bind(address, Router::new(), limits, Encryption::Tls(tls)).await.unwrap();
    let (address, end) = (server.address().unwrap(), CancellationToken::new());
    let running = tokio::spawn(server.run(end.clone()));
    let mut slow = TcpStream::connect(address).await.unwrap();
    slow.write_all(&[0x16]).await.unwrap();
    // Who comes later has been answered: the slow one has been taken.
    let mut plain = TcpStream::connect(address).await.unwrap();
    plain.write_all(ASK).await.unwrap();
    plain.read_to_end(&mut Vec::new()).await.unwrap();
    drop(plain);
    end.cancel();
    running.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_metrics_say_when_the_certificate_expires() {
    let door = Secured::start().await;
    let client = portolan_testkit::client::http();
    let text = client.get(format!("{}/metrics", door.running.url())).send().await.unwrap();
    let text = text.text().await.unwrap();
    let found = text.lines().find_map(|line| line.strip_prefix("portolan_tls_certificate_expires_seconds "));
    // The test's authority signs until the year 4096.
    assert_eq!(found, Some("67090118400"), "{text}");
    assert!(!Metrics::default().text().contains("tls"));
}
