//! What is worth a line.

use std::sync::Arc;

use portolan_oci::Digest;
use portolan_sync::{BlobOutcome, Event};

use crate::output::{Between, Bytes, Count};

/// Something that happened, for lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Note {
    /// For everybody.
    Notable(String),
    /// Where nothing is drawn.
    Plain(String),
    /// For those who want to see everything.
    Detail(String),
    /// For programs.
    Event(Event),
}

/// For whom notes are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    /// People.
    Human,
    /// Programs.
    Program,
}

impl Note {
    /// What an event is to its reader; nothing for the pieces of a blob.
    pub(super) fn of(event: &Event, reader: Reader) -> Option<Self> {
        match reader {
            Reader::Human => Self::in_words(event),
            Reader::Program if matches!(event, Event::BlobProgress { .. }) => None,
            Reader::Program => Some(Self::Event(event.clone())),
        }
    }

    fn in_words(event: &Event) -> Option<Self> {
        Some(match event {
            Event::Started { .. }
            | Event::Planned { copies: 0, .. }
            | Event::Ended { .. }
            | Event::BlobProgress { .. } => {
                return None;
            }
            Event::Planned { copies, unchanged, least_bytes, most_bytes, .. } => Self::Plain(format!(
                "{copies} to copy, {unchanged} unchanged: {}",
                Between(*least_bytes, *most_bytes)
            )),
            Event::Begun { image, manifests, blobs, bytes, .. } => Self::Plain(format!(
                "copying {image}: {}, {}, {}",
                Count(*manifests, "manifest"),
                Count(*blobs, "blob"),
                Bytes(*bytes)
            )),
            Event::BlobStarted { target, digest, size, offset: 0 } => {
                Self::Detail(format!("{}: sending, {}", at(target, digest), Bytes(*size)))
            }
            Event::BlobStarted { target, digest, size, offset } => Self::Detail(format!(
                "{}: going on at {} of {}",
                at(target, digest),
                Bytes(*offset),
                Bytes(*size)
            )),
            Event::BlobDone { target, digest, size, how } => {
                let how = match how {
                    BlobOutcome::Present => "already there",
                    BlobOutcome::Mounted => "mounted",
                    BlobOutcome::Uploaded => "sent",
                };
                Self::Detail(format!("{}: {how}, {}", at(target, digest), Bytes(*size)))
            }
            Event::Retrying { target, digest, reason } => {
                Self::Notable(format!("{}: trying again: {reason}", at(target, digest)))
            }
            Event::ManifestDone { target, digest, tag } => {
                let tag = tag.as_ref().map(|tag| format!(", tag {tag}")).unwrap_or_default();
                Self::Detail(format!("{}: manifest put{tag}", at(target, digest)))
            }
            Event::Warning { message } => Self::Notable(format!("warning: {message}")),
        })
    }
}

fn at(target: &Arc<str>, digest: &Digest) -> String {
    format!("{target} {}", short(digest))
}

/// A digest that people tell from others.
pub(super) fn short(digest: &Digest) -> String {
    let value: String = digest.encoded().chars().take(12).collect();
    format!("{}:{value}", digest.algorithm())
}
