//! A JSON object that is changed in one place and keeps everything else as it was written.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Serializer as Writer;
use serde_json::ser::PrettyFormatter;
use serde_json::value::RawValue;

/// The members in their order.
#[derive(Default)]
pub(super) struct Document(Vec<(String, Member)>);

/// A member's value.
pub(super) enum Member {
    /// As it was written.
    Raw(Box<RawValue>),
    /// An object of ours.
    Object(Document),
    /// A text of ours.
    Text(String),
}

impl Document {
    /// Parses an object; `null` and nothing at all are empty ones.
    pub(super) fn parse(text: &str) -> serde_json::Result<Self> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        serde_json::from_str::<Option<Self>>(text).map(Option::unwrap_or_default)
    }

    /// The text, indented with tabs as Docker does it.
    pub(super) fn to_text(&self) -> serde_json::Result<Vec<u8>> {
        let mut text = Vec::new();
        self.serialize(&mut Writer::with_formatter(&mut text, PrettyFormatter::with_indent(b"\t")))?;
        text.push(b'\n');
        Ok(text)
    }

    /// A member that is an object, to be put back with [`set`](Self::set).
    pub(super) fn object(&self, name: &str) -> serde_json::Result<Self> {
        match self.0.iter().find(|(key, _)| key == name) {
            Some((_, Member::Raw(raw))) => Self::parse(raw.get()),
            _ => Ok(Self::default()),
        }
    }

    /// Replaces a member in its place, or adds it at the end.
    pub(super) fn set(&mut self, name: &str, value: Member) {
        match self.0.iter_mut().find(|(key, _)| key == name) {
            Some((_, member)) => *member = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }

    /// Keeps the members whose names are wanted; tells how many are gone.
    pub(super) fn retain(&mut self, wanted: impl Fn(&str) -> bool) -> usize {
        let before = self.0.len();
        self.0.retain(|(name, _)| wanted(name));
        before - self.0.len()
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Document;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Document, A::Error> {
                let mut document = Document::default();
                while let Some((name, raw)) = map.next_entry::<String, Box<RawValue>>()? {
                    document.set(&name, Member::Raw(raw));
                }
                Ok(document)
            }
        }
        deserializer.deserialize_map(Members)
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, member)| (name, member)))
    }
}

impl Serialize for Member {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Raw(raw) => raw.serialize(serializer),
            Self::Object(document) => document.serialize(serializer),
            Self::Text(text) => text.serialize(serializer),
        }
    }
}
