//! From a file and an environment to a configuration.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use portolan_sync::Mirror;
use portolan_sync::select::Policy;

use crate::document::{Node, Value};
use crate::form::Form;
use crate::origin::{Origin, Place};
use crate::problem::{Fault, Finding, Problems};
use crate::redact::redacted;
use crate::search::{Found, find, read};
use crate::shape::Report;
use crate::snippet::Source;
use crate::typed::{Typed, TypedValue};
use crate::{Config, Environment, assemble, mirrors, overrides, schema};

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file cannot be read.
    #[error("configuration file {} cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// It is wrong: to be mended by its owner.
    #[error("{0}")]
    Invalid(Problems),
}

/// A configuration, and where each value of it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    /// The file it was read from, if there was one.
    pub file: Option<PathBuf>,
    /// What holds for mirrors that do not say otherwise.
    pub defaults: Policy,
    /// What its mirrors mean, with defaults and tag sets put in, in the order of the file.
    pub mirrors: Vec<Mirror>,
    /// Where values were set, by their path: `registries[0].host`. What is not here is a default.
    pub(crate) origins: BTreeMap<String, Origin>,
}

impl Loaded {
    /// Where a value was set; `path` is as in `registries[0].host`.
    pub fn origin(&self, path: &str) -> Origin {
        self.origins.get(path).cloned().unwrap_or(Origin::Default)
    }
}

/// Loads the configuration: from `named` (the file of the command line), else from `$PORTOLAN_CONFIG`, else
/// from the first there is of `./portolan.yaml`, `~/.config/portolan/portolan.yaml`
/// (`$XDG_CONFIG_HOME/portolan/portolan.yaml`) and `/etc/portolan/portolan.yaml`, else from nothing but
/// defaults. Variables `PORTOLAN__SECTION__KEY` override what the file says.
///
/// # Errors
/// If the file cannot be read, and if anything is wrong: then with all that is wrong.
pub fn load(named: Option<&Path>, environment: &Environment) -> Result<Loaded, LoadError> {
    match find(named, environment)? {
        Some(found) => build(Some(&found), environment),
        None => build(None, environment),
    }
}

/// Loads one file and nothing else, to say what is wrong with it: no variable is put over it.
///
/// # Errors
/// As [`load`].
pub fn check(path: &Path, environment: &Environment) -> Result<Loaded, LoadError> {
    build(Some(&read(path)?), &environment.without_overrides())
}

fn build(file: Option<&Found>, environment: &Environment) -> Result<Loaded, LoadError> {
    let (path, text) = file.map_or((Path::new(""), ""), |file| (file.path.as_path(), file.text.as_str()));
    let invalid = |findings, source: &Source<'_>| LoadError::Invalid(Problems::new(findings, path, source));
    let mut report = Report::default();
    let mut document = match file {
        Some(_) => Node::parse(text).map_err(|finding| invalid(vec![finding], &Source::unparsed(text)))?,
        None => Node::empty(),
    };
    let form = Form::document(schema());
    overrides::apply(&mut document, environment, &form, &mut report);
    if file.is_some()
        && let Err(finding) = version(&document)
    {
        if let Value::Map(entries) = &document.value {
            let others = entries.iter().filter(|(key, _)| key.name != "version");
            others.for_each(|(_, value)| report.hide(value));
        }
        // Everything else may have another meaning in another version.
        return Err(invalid(vec![finding], &Source::parsed(text, report.hidden)));
    }
    let typed = report.check(&document, &form, "");
    // Without a file there is no version to be missing.
    report.findings.retain(|finding| file.is_some() || finding.fault != Fault::Missing("version".to_owned()));
    let typed = typed.unwrap_or(Typed { place: Place::Default, value: TypedValue::Map(Vec::new()) });
    let mut config = assemble::assemble(&typed, environment, &mut report, path);
    let (defaults, mirrors) = mirrors::mirrors(&mut config, &typed, &mut report, path);
    if !report.findings.is_empty() {
        return Err(invalid(report.findings, &Source::parsed(text, report.hidden)));
    }
    let mut origins = BTreeMap::new();
    collect(&typed, "", path, &mut origins);
    Ok(Loaded { config, file: file.map(|file| file.path.clone()), defaults, mirrors, origins })
}

/// The version of the format must be known before anything else is judged.
fn version(document: &Node) -> Result<(), Finding> {
    if !matches!(document.value, Value::Map(_) | Value::Null) {
        return Ok(());
    }
    match document.get("version") {
        None => Err(Finding { fault: Fault::NoVersion, place: document.place.clone() }),
        Some(Node { value: Value::Scalar { text, .. }, .. }) if text == "1" => Ok(()),
        Some(Node { value: Value::Scalar { text, .. }, place }) => {
            Err(Finding { fault: Fault::UnknownVersion(redacted(text)), place: place.clone() })
        }
        Some(other) => Err(Finding { fault: Fault::NoVersion, place: other.place.clone() }),
    }
}

fn collect(typed: &Typed, at: &str, path: &Path, origins: &mut BTreeMap<String, Origin>) {
    match &typed.value {
        TypedValue::Map(entries) => {
            for (name, value) in entries {
                let below = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                collect(value, &below, path, origins);
            }
        }
        TypedValue::List(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                collect(item, &format!("{at}[{index}]"), path, origins);
            }
        }
        _ => {
            origins.insert(at.to_owned(), typed.place.origin(path));
        }
    }
}
