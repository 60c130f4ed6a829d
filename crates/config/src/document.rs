//! A YAML document as a tree in which everything knows where it stands.
//!
//! Scalars keep the text as it was written: what they mean is decided by what is expected, so that a password
//! of digits or a `tls: off` need no quotes.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, MessageFormatter as _, Spanned, UserMessageFormatter};

use crate::origin::{Mark, Place};
use crate::problem::{Fault, Finding};
use crate::redact::redacted;

/// A value of the document.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) place: Place,
    pub(crate) value: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// Nothing is written there, or `~`.
    Null,
    Scalar {
        text: String,
        nature: Nature,
    },
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// What a scalar would be to a reader who expects nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nature {
    Text,
    Number,
    Truth,
    /// From a variable, which has no types.
    Untyped,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Key {
    pub(crate) name: String,
    pub(crate) place: Place,
}

impl Node {
    /// Reads a text.
    pub(crate) fn parse(text: &str) -> Result<Self, Finding> {
        serde_saphyr::from_str::<Spanned<Raw>>(text).map(|raw| raw_node(raw, text)).map_err(|error| {
            let error = error.without_snippet();
            let place = error.location().map_or(Place::Default, place);
            let message = UserMessageFormatter.format_message(error);
            Finding { fault: Fault::Syntax(redacted(&message)), place }
        })
    }

    /// A map without anything.
    pub(crate) fn empty() -> Self {
        Self { place: Place::Default, value: Value::Map(Vec::new()) }
    }

    /// The value under a key, if this is a map that has it.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        match &self.value {
            Value::Map(entries) => entries.iter().find(|(key, _)| key.name == name).map(|(_, node)| node),
            _ => None,
        }
    }
}

/// What the parser gives, before places and texts are taken from the source.
enum Raw {
    Null,
    Text(String),
    Number,
    Truth,
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<String>, Spanned<Raw>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Raw, E> {
        Ok(Raw::Truth)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Raw, E> {
        Ok(Raw::Number)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Raw, E> {
        Ok(Raw::Number)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Raw, E> {
        Ok(Raw::Number)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Raw, E> {
        Ok(Raw::Number)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Raw, E> {
        Ok(Raw::Number)
    }

    fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Raw, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Raw::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Raw, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Raw::Map(map))
    }
}

fn raw_node(raw: Spanned<Raw>, text: &str) -> Node {
    // For an alias: where the value is written, not where it is used.
    let place = place(raw.defined);
    let written = |nature| {
        let bytes = if let Place::File(mark) = &place { mark.bytes.clone() } else { 0..0 };
        Value::Scalar { text: text.get(bytes).unwrap_or_default().trim().to_owned(), nature }
    };
    let value = match raw.value {
        Raw::Null => Value::Null,
        Raw::Text(text) => Value::Scalar { text, nature: Nature::Text },
        Raw::Number => written(Nature::Number),
        Raw::Truth => written(Nature::Truth),
        Raw::List(items) => Value::List(items.into_iter().map(|item| raw_node(item, text)).collect()),
        Raw::Map(entries) => Value::Map(entries.into_iter().map(|entry| raw_entry(entry, text)).collect()),
    };
    Node { place, value }
}

fn raw_entry((key, value): (Spanned<String>, Spanned<Raw>), text: &str) -> (Key, Node) {
    (Key { place: place(key.defined), name: key.value }, raw_node(value, text))
}

fn place(location: Location) -> Place {
    let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let span = location.span();
    let start = span.byte_offset().map_or(0, number);
    let end = start.saturating_add(span.byte_len().map_or(0, number));
    Place::File(Mark { line: number(location.line()), column: number(location.column()), bytes: start..end })
}
