//! Makes sense of a `config.yaml` of Picture-Book: keys in whatever case, numbers and words for texts.

use std::path::Path;
use std::str::FromStr;

use portolan_oci::Registry;

use super::{BookApi, BookDisplay, BookLogin, BookRegistry, PictureBook};
use crate::document::{Node, Value};
use crate::load::LoadError;
use crate::problem::{Fault, Finding, Problems};
use crate::search;
use crate::shape::Report;
use crate::snippet::Source;

/// Reads the file.
///
/// # Errors
/// If it cannot be read, and if anything in it is wrong: then with all that is wrong.
pub fn read(file: &Path) -> Result<PictureBook, LoadError> {
    let text = search::read(file)?.text;
    let document = Node::parse(&text).map_err(|finding| {
        LoadError::Invalid(Problems::new(vec![finding], file, &Source::unparsed(&text)))
    })?;
    let mut reader = Reader::default();
    let book = reader.book(&document, file);
    if reader.report.findings.is_empty() {
        return Ok(book);
    }
    let source = Source::parsed(&text, reader.report.hidden);
    Err(LoadError::Invalid(Problems::new(reader.report.findings, file, &source)))
}

#[derive(Default)]
struct Reader {
    report: Report,
    warnings: Vec<String>,
}

const REGISTRY_KEYS: &[&str] = &[
    "hostname",
    "repository",
    "pullAuthConfig",
    "pushAuthConfig",
    "pullHosts",
    "syncPeriod",
    "syncerScript",
    "syncerScriptArgs",
    "deleteLocalImages",
    "registryProvider",
];

impl Reader {
    fn book(&mut self, document: &Node, file: &Path) -> PictureBook {
        self.name_others(document, "", &["registries", "display", "api"]);
        let registries = match value(document, "registries").map(|node| (node, &node.value)) {
            Some((_, Value::List(items))) => items.iter().filter_map(|item| self.registry(item)).collect(),
            Some((node, _)) => {
                self.wrong(node, "a list of registries");
                Vec::new()
            }
            None => Vec::new(),
        };
        let display = match self.text(document, "display").as_str() {
            "spinner" => BookDisplay::Spinner,
            _ => BookDisplay::Detailed,
        };
        let api = value(document, "api").map(|node| self.api(node)).unwrap_or_default();
        let warnings = std::mem::take(&mut self.warnings);
        PictureBook { file: file.to_owned(), registries, display, api, warnings }
    }

    fn registry(&mut self, node: &Node) -> Option<BookRegistry> {
        self.name_others(node, "registries[].", REGISTRY_KEYS);
        let (pull, push) = (self.login(node, "pullAuthConfig"), self.login(node, "pushAuthConfig"));
        let hostname = self.parsed(node, "hostname")?;
        let registry = BookRegistry {
            hostname,
            repository: self.text(node, "repository").trim_matches('/').to_owned(),
            pull,
            push,
            pull_hosts: self.hosts(node),
            period: self.text(node, "syncPeriod"),
            script: self.text(node, "syncerScript"),
            arguments: self.text(node, "syncerScriptArgs"),
            deletes_local_images: self.truth(node, "deleteLocalImages"),
            provider: self.text(node, "registryProvider"),
        };
        if registry.script.is_empty() {
            self.report.add(&node.place, Fault::Missing("syncerScript".to_owned()));
        } else if let Err(cause) = registry.mirror() {
            let place = value(node, "repository").map_or(&node.place, |node| &node.place);
            self.report.add(place, Fault::Value(portolan_oci::with_causes(&cause)));
        }
        Some(registry)
    }

    fn api(&mut self, node: &Node) -> BookApi {
        self.name_others(node, "api.", &["enabled", "port", "enableAuth", "authToken"]);
        let token = self.secret(node, "authToken");
        let port = match value(node, "port") {
            None => None,
            Some(port) => {
                let parsed = scalar(port).and_then(|text| text.parse().ok());
                if parsed.is_none() {
                    self.report.add(&port.place, Fault::OutOfRange { least: 1, most: u16::MAX.into() });
                }
                parsed
            }
        };
        let asks = self.truth(node, "enableAuth");
        BookApi { enabled: self.truth(node, "enabled"), port, token: asks.then_some(token) }
    }

    fn hosts(&mut self, node: &Node) -> Vec<Registry> {
        let Some(hosts) = value(node, "pullHosts") else { return Vec::new() };
        let Value::List(items) = &hosts.value else {
            self.wrong(hosts, "a list of registries");
            return Vec::new();
        };
        items.iter().filter_map(|item| self.parse(item)).collect()
    }

    fn login(&mut self, node: &Node, key: &str) -> Option<BookLogin> {
        let text = self.secret(node, key);
        if text.is_empty() {
            return None;
        }
        if let Some((user, password)) = text.split_once(':') {
            return Some(BookLogin { user: user.to_owned(), password: password.to_owned() });
        }
        let place = &value(node, key)?.place;
        self.report.add(place, Fault::Value(format!("`{key}` must be USER:PASSWORD")));
        None
    }

    fn secret(&mut self, node: &Node, key: &str) -> String {
        if let Some(secret) = value(node, key) {
            self.report.hide(secret);
        }
        self.text(node, key)
    }

    fn text(&mut self, node: &Node, key: &str) -> String {
        let Some(found) = value(node, key) else { return String::new() };
        if let Some(text) = scalar(found) {
            return text.to_owned();
        }
        self.wrong(found, "a text");
        String::new()
    }

    fn truth(&mut self, node: &Node, key: &str) -> bool {
        let Some(found) = value(node, key) else { return false };
        match scalar(found).map(str::to_ascii_lowercase).as_deref() {
            Some("true" | "t" | "1" | "yes" | "on") => true,
            Some("false" | "f" | "0" | "no" | "off" | "") => false,
            _ => {
                self.wrong(found, "`true` or `false`");
                false
            }
        }
    }

    fn parsed<T: FromStr<Err: std::error::Error>>(&mut self, node: &Node, key: &str) -> Option<T> {
        match value(node, key) {
            Some(found) => self.parse(found),
            None => {
                self.report.add(&node.place, Fault::Missing(key.to_owned()));
                None
            }
        }
    }

    fn parse<T: FromStr<Err: std::error::Error>>(&mut self, node: &Node) -> Option<T> {
        let Some(text) = scalar(node) else {
            self.wrong(node, "a text");
            return None;
        };
        match text.parse() {
            Ok(parsed) => Some(parsed),
            Err(cause) => {
                let fault = Fault::Value(cause.to_string());
                self.report.findings.push(Finding { fault, place: node.place.clone() });
                None
            }
        }
    }

    fn wrong(&mut self, node: &Node, expected: &str) {
        let found = match &node.value {
            Value::Null => "nothing",
            Value::Scalar { .. } => "a single value",
            Value::List(_) => "a list",
            Value::Map(_) => "a section",
        };
        self.report.hide(node);
        let (expected, found) = (expected.to_owned(), found.to_owned());
        self.report.add(&node.place, Fault::WrongType { expected, found });
    }

    /// Keys without a meaning: Picture-Book passed over them in silence.
    fn name_others(&mut self, node: &Node, at: &str, known: &[&str]) {
        let Value::Map(entries) = &node.value else {
            if node.value != Value::Null {
                self.wrong(node, "a section");
            }
            return;
        };
        for (key, _) in entries {
            if !known.iter().any(|known| known.eq_ignore_ascii_case(&key.name)) {
                self.warnings.push(format!("`{at}{}` has no meaning and is passed over", key.name));
            }
        }
    }
}

/// The value under a key in whatever case, if there is one.
fn value<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    let Value::Map(entries) = &node.value else { return None };
    let found = entries.iter().find(|(name, _)| name.name.eq_ignore_ascii_case(key));
    found.map(|(_, node)| node).filter(|node| node.value != Value::Null)
}

fn scalar(node: &Node) -> Option<&str> {
    match &node.value {
        Value::Scalar { text, .. } => Some(text),
        _ => None,
    }
}
