//! The same for people.

use std::fmt::Write as _;

use super::data::{Child, Config, Inspected, Parts, Referrer};
use crate::output::{Bytes, Table};

pub(super) fn text(image: &Inspected) -> String {
    let mut head = Table::default();
    head.row(["name", &image.name]);
    head.row(["digest", &image.digest.to_string()]);
    head.row(["type", image.media_type.as_str()]);
    if let Some(artifact_type) = &image.artifact_type {
        head.row(["artifact", artifact_type.as_str()]);
    }
    head.row(["size", &format!("{}, {} with content", Bytes(image.size), Bytes(image.size + image.content))]);
    if let Some(subject) = &image.subject {
        head.row(["refers to", &subject.to_string()]);
    }
    let mut text = head.to_string();
    match &image.parts {
        Parts::Index { manifests } => section(&mut text, "manifests", manifests.iter().map(child)),
        Parts::Image { config, layers } => {
            if let Some(config) = config {
                section(&mut text, "config", config_rows(config));
            }
            let layer = |(index, layer): (usize, &super::data::Blob)| {
                [(index + 1).to_string(), layer.digest.to_string(), Bytes(layer.size).to_string()]
            };
            section(&mut text, "layers", layers.iter().enumerate().map(layer));
        }
    }
    section(&mut text, "annotations", image.annotations.iter().map(|(name, value)| [name, value]));
    section(&mut text, "referrers", image.referrers.iter().map(referrer));
    text
}

fn section<R, T>(text: &mut String, title: &str, rows: impl Iterator<Item = R>)
where
    R: IntoIterator<Item = T>,
    T: ToString,
{
    let mut table = Table::indented("  ");
    let mut rows = rows.peekable();
    if rows.peek().is_none() {
        return;
    }
    rows.for_each(|row| table.row(row));
    // Writing to a text cannot fail.
    let _ = write!(text, "\n{title}\n{table}");
}

fn child(child: &Child) -> [String; 3] {
    let kind = child.platform.clone().unwrap_or_else(|| {
        child.artifact_type.as_ref().unwrap_or(&child.blob.media_type).as_str().to_owned()
    });
    let size = match child.content {
        Some(content) => Bytes(child.blob.size + content).to_string(),
        None => format!("{} without content", Bytes(child.blob.size)),
    };
    [kind, child.blob.digest.to_string(), size]
}

fn config_rows(config: &Config) -> impl Iterator<Item = [String; 2]> {
    let row = |name: &str, value: String| [name.to_owned(), value];
    let mut rows = vec![
        row("digest", config.blob.digest.to_string()),
        row("type", config.blob.media_type.to_string()),
        row("size", Bytes(config.blob.size).to_string()),
    ];
    rows.extend(config.platform.clone().map(|platform| row("platform", platform)));
    rows.extend(config.created.clone().map(|created| row("created", created)));
    rows.extend(config.labels.iter().map(|(name, value)| row(&format!("label {name}"), value.clone())));
    rows.into_iter()
}

fn referrer(referrer: &Referrer) -> [String; 3] {
    let kind = referrer.artifact_type.as_ref().unwrap_or(&referrer.blob.media_type);
    [kind.to_string(), referrer.blob.digest.to_string(), Bytes(referrer.blob.size).to_string()]
}
