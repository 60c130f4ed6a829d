//! Makes the structs, and checks what concerns several values at once.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use portolan_oci::Registry;
use portolan_transport::{RegistrySettings, TlsSettings};
use serde::Deserialize;

use crate::origin::Place;
use crate::problem::Fault;
use crate::redact::redacted;
use crate::shape::Report;
use crate::typed::Typed;
use crate::{Config, Environment, HookSettings, Listen, ServerCertificate, mirrors};

/// Makes the configuration of a checked tree. If something is wrong it is in the report, and what is given
/// back is of no use.
pub(crate) fn assemble(
    document: &Typed,
    environment: &Environment,
    report: &mut Report,
    path: &Path,
) -> Config {
    let data = make(document.get("data"), report).unwrap_or_default();
    // What is wrong inside has been told; what is left of it means nothing.
    let access = make(document.get("access").filter(|access| access.is_sound()), report);
    let telemetry = document.get("telemetry").filter(|telemetry| telemetry.is_sound());
    Config {
        version: 1,
        data: data_folder(data, environment, document.get("data"), report),
        database: make(document.get("database"), report).unwrap_or_default(),
        nodes: make(document.get("nodes"), report).unwrap_or_default(),
        listen: listen(document.get("listen"), document.get("access"), report),
        tls: certificate(document.get("tls"), report),
        access,
        layouts: make(document.get("layouts"), report).unwrap_or_default(),
        registries: registries(document.get("registries"), report, path),
        mirrors: Vec::new(),
        defaults: make(document.get("defaults"), report).unwrap_or_default(),
        tag_sets: mirrors::tag_sets(document.get("tag_sets"), report),
        hooks: hooks(document.get("hooks"), report),
        limits: make(document.get("limits"), report).unwrap_or_default(),
        retention: make(document.get("retention"), report).unwrap_or_default(),
        log: make(document.get("log"), report).unwrap_or_default(),
        telemetry: make(telemetry, report).unwrap_or_default(),
    }
}

pub(crate) fn make<'de, T: Deserialize<'de>>(value: Option<&Typed>, report: &mut Report) -> Option<T> {
    let value = value.filter(|value| !value.is_broken())?;
    T::deserialize(value.clone())
        .map_err(|refused| {
            let place = refused.place.unwrap_or_else(|| value.place.clone());
            report.add(&place, Fault::Value(redacted(&refused.message)));
        })
        .ok()
}

fn certificate(value: Option<&Typed>, report: &mut Report) -> Option<ServerCertificate> {
    // Half a pair was found wanting before.
    let pair = value.filter(|value| value.get("cert").is_some() && value.get("key").is_some());
    make(pair, report)
}

/// An address that others can reach needs a word on who may do what there.
fn listen(value: Option<&Typed>, access: Option<&Typed>, report: &mut Report) -> Listen {
    let listen: Listen = make(value, report).unwrap_or_default();
    if let (Some(value), None) = (value.filter(|_| !listen.is_this_machine()), access) {
        report.add(&value.place, Fault::Open(listen));
    }
    listen
}

fn data_folder(
    data: PathBuf,
    environment: &Environment,
    value: Option<&Typed>,
    report: &mut Report,
) -> PathBuf {
    let folder = if value.is_none() {
        environment.folder("XDG_DATA_HOME", ".local/share").map(|folder| folder.join("portolan"))
    } else if let Ok(below) = data.strip_prefix("~") {
        environment.home().map(|home| home.join(below))
    } else {
        Some(data)
    };
    folder.unwrap_or_else(|| {
        report.add(value.map_or(&Place::Default, |value| &value.place), Fault::NoDataFolder);
        PathBuf::new()
    })
}

fn registries(list: Option<&Typed>, report: &mut Report, path: &Path) -> Vec<RegistrySettings> {
    let mut seen: HashMap<Registry, Place> = HashMap::new();
    let mut registries = Vec::new();
    for entry in list.map_or(&[][..], Typed::items) {
        // Without a good host it was found wanting before.
        let Some(host) = entry.get("host").filter(|host| !host.is_broken()) else { continue };
        let Some(settings) = make::<RegistrySettings>(Some(entry), report) else { continue };
        pairs(&settings, entry, report);
        match seen.get(&settings.host) {
            Some(first) => {
                let first = first.origin(path);
                report.add(&host.place, Fault::DuplicateHost { host: settings.host.to_string(), first });
            }
            None => {
                seen.insert(settings.host.clone(), host.place.clone());
            }
        }
        registries.push(settings);
    }
    registries
}

/// Where a sender does not tell of which registry it speaks, that must be said.
fn hooks(list: Option<&Typed>, report: &mut Report) -> Vec<HookSettings> {
    let mut hooks = Vec::new();
    for entry in list.map_or(&[][..], Typed::items) {
        let Some(hook) = make::<HookSettings>(Some(entry), report) else { continue };
        if hook.registry().is_none() && entry.is_sound() {
            report.add(&entry.place, Fault::Missing("registry".to_owned()));
        }
        hooks.push(hook);
    }
    hooks
}

/// What is of use only together.
fn pairs(settings: &RegistrySettings, entry: &Typed, report: &mut Report) {
    let mut both = |present: &'static str, missing: &'static str, section: Option<&Typed>| {
        let get = |key| section.and_then(|section| section.get(key));
        if let (Some(value), None) = (get(present), get(missing)) {
            report.add(&value.place, Fault::Incomplete { present, missing });
        }
    };
    both("username", "password", Some(entry));
    both("password", "username", Some(entry));
    if let Some(TlsSettings::Files(_)) = settings.tls {
        both("cert", "key", entry.get("tls"));
        both("key", "cert", entry.get("tls"));
    }
}
