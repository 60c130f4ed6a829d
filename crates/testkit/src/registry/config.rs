//! The registry's configuration file and the files it names.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::RegistryBuilder;

/// Port 0 in the configuration: the registry takes a free port and says in its log which.
pub(super) const ANY_PORT: &str = "127.0.0.1:0";

pub(super) struct Config {
    pub(super) text: String,
    pub(super) file: PathBuf,
}

/// Puts everything that `options` need into `dir`.
pub(super) fn write(options: &RegistryBuilder, dir: &Path, storage: &Path) -> Config {
    let mut text = String::from("version: 0.1\nlog: {level: info, accesslog: {disabled: true}}\nstorage:\n");
    let storage = storage.display();
    _ = writeln!(text, "  filesystem: {{rootdirectory: '{storage}', maxthreads: 100}}");
    _ = writeln!(text, "  delete: {{enabled: {}}}", !options.keeps_everything);
    _ = writeln!(text, "  cache: {{blobdescriptor: inmemory}}");
    _ = writeln!(
        text,
        "  maintenance: {{uploadpurging: {{enabled: false}}, readonly: {{enabled: {}}}}}",
        options.readonly
    );
    if let Some(repositories) = options.catalogue_page {
        _ = writeln!(text, "catalog: {{maxentries: {repositories}}}");
    }
    // Without this the registry refuses manifests whose layers have `urls`.
    text.push_str("validation: {manifests: {urls: {allow: ['^https?://']}}}\n");
    // A fixed secret lets an upload that was begun before a restart go on after it.
    _ = writeln!(text, "http:\n  addr: '{ANY_PORT}'\n  secret: 'portolan test'");
    write_tls(options, dir, &mut text);
    write_auth(options, dir, &mut text);
    Config { text, file: dir.join("config.yml") }
}

/// Portolan's own, for its registry in `storage`.
pub(super) fn of_portolan(dir: &Path, storage: &Path) -> Config {
    let text = format!("version: 1\ndata: '{}'\nlisten: '{ANY_PORT}'\n", storage.display());
    Config { text, file: dir.join("portolan.yaml") }
}

fn write_tls(options: &RegistryBuilder, dir: &Path, text: &mut String) {
    let Some(tls) = &options.tls else { return };
    let server = tls.authority.server();
    let authority = put(dir, "ca.pem", &tls.authority.pem());
    let certificate = put(dir, "server.pem", &server.certificate);
    let key = put(dir, "server.key", &server.key);
    _ = writeln!(text, "  tls:\n    certificate: '{certificate}'\n    key: '{key}'");
    if let Some(client) = &tls.client {
        put(dir, "client.cert", &client.certificate);
        put(dir, "client.key", &client.key);
        _ = writeln!(text, "    clientcas: ['{authority}']");
    }
}

fn write_auth(options: &RegistryBuilder, dir: &Path, text: &mut String) {
    if let Some(token) = &options.token {
        let roots = put(dir, "token-roots.pem", &token.roots);
        _ = writeln!(text, "auth:\n  token:\n    realm: '{}'\n    service: '{}'", token.realm, token.service);
        _ = writeln!(text, "    issuer: '{}'\n    rootcertbundle: '{roots}'", token.issuer);
    } else if !options.htpasswd.is_empty() {
        let mut lines = String::new();
        for user in &options.htpasswd {
            // The lowest cost that bcrypt has: this password protects nothing.
            let hash = bcrypt::hash(&user.password, 4).expect("bcrypt");
            _ = writeln!(lines, "{}:{hash}", user.user);
        }
        let file = put(dir, "htpasswd", &lines);
        _ = writeln!(text, "auth:\n  htpasswd:\n    realm: 'portolan test'\n    path: '{file}'");
    }
}

fn put(dir: &Path, name: &str, content: &str) -> String {
    let file = dir.join(name);
    std::fs::write(&file, content).expect("a file of the registry's configuration can be written");
    file.display().to_string()
}
