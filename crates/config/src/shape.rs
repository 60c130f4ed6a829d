//! Checks a document against the schema and gives its scalars their types, collecting all that is wrong.

use std::ops::Range;

use crate::document::{Key, Nature, Node, Value};
use crate::form::{Form, Section};
use crate::nearest::nearest;
use crate::origin::Place;
use crate::problem::{Fault, Finding};
use crate::redact::redacted;
use crate::reserved::is_reserved;
use crate::typed::{Typed, TypedValue};

/// What was found on the way through a document.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) findings: Vec<Finding>,
    /// The bytes of the file that are not to be shown.
    pub(crate) hidden: Vec<Range<usize>>,
}

impl Report {
    pub(crate) fn add(&mut self, place: &Place, fault: Fault) {
        self.findings.push(Finding { fault, place: place.clone() });
    }

    /// Hides every scalar in `node`.
    pub(crate) fn hide(&mut self, node: &Node) {
        match &node.value {
            Value::Null => {}
            Value::Scalar { .. } => {
                if let Place::File(mark) = &node.place {
                    self.hidden.push(mark.bytes.clone());
                }
            }
            Value::List(items) => items.iter().for_each(|item| self.hide(item)),
            Value::Map(entries) => entries.iter().for_each(|(_, value)| self.hide(value)),
        }
    }

    /// Checks `node`, which stands at `path`; nothing if there is nothing, or nothing of use.
    pub(crate) fn check(&mut self, node: &Node, form: &Form<'_>, path: &str) -> Option<Typed> {
        if form.is_secret() {
            self.hide(node);
        }
        let value = match &node.value {
            Value::Null => return None,
            Value::Scalar { text, nature } => self.scalar(node, form, text, *nature)?,
            Value::List(items) => {
                let Some(form) = form.items() else { return self.wrong_type(node, form, "a list") };
                let item = |item: &Node| {
                    if item.value == Value::Null {
                        return self.wrong_type(item, &form, "nothing");
                    }
                    self.check(item, &form, &format!("{path}[]"))
                };
                TypedValue::List(items.iter().filter_map(item).collect())
            }
            Value::Map(entries) => {
                if let Some(form) = form.named() {
                    self.named(entries, &form, path)
                } else {
                    let section = self.section(node, entries, form, path)?;
                    self.map(node, entries, &section, path)
                }
            }
        };
        Some(Typed { place: node.place.clone(), value })
    }

    fn wrong_type(&mut self, node: &Node, form: &Form<'_>, found: &str) -> Option<Typed> {
        if !matches!(node.value, Value::Scalar { .. }) {
            self.hide(node);
        }
        self.add(&node.place, Fault::WrongType { expected: form.describe(), found: found.to_owned() });
        None
    }

    fn scalar(&mut self, node: &Node, form: &Form<'_>, text: &str, nature: Nature) -> Option<TypedValue> {
        if form.words().iter().any(|(word, _)| *word == text) {
            return Some(TypedValue::Text(text.to_owned()));
        }
        if let Some(bounds) = form.number()
            && matches!(nature, Nature::Number | Nature::Untyped)
            && is_whole(text)
        {
            return self.number(node, text, bounds);
        }
        if form.takes_truth() && nature != Nature::Text && ["true", "false"].contains(&text) {
            return Some(TypedValue::Truth(text == "true"));
        }
        if form.takes_text() && !text.is_empty() {
            return Some(TypedValue::Text(text.to_owned()));
        }
        let found = match nature {
            _ if text.is_empty() => "an empty text",
            Nature::Number if form.number().is_some() => "a number of another form",
            Nature::Number => "a number",
            Nature::Truth => "`true` or `false`",
            Nature::Text => "a text",
            Nature::Untyped if form.is_secret() => "something else",
            Nature::Untyped => &format!("`{}`", redacted(text)),
        };
        self.wrong_type(node, form, found);
        None
    }

    fn number(&mut self, node: &Node, text: &str, (least, most): (i64, i64)) -> Option<TypedValue> {
        let number = text.parse().ok().filter(|number| (least..=most).contains(number));
        if number.is_none() {
            self.add(&node.place, Fault::OutOfRange { least, most });
        }
        number.map(TypedValue::Number)
    }

    /// The section that a map is: of several that may stand there, the one that has one of the map's keys.
    fn section<'s>(
        &mut self,
        node: &Node,
        entries: &[(Key, Node)],
        form: &Form<'s>,
        path: &str,
    ) -> Option<Section<'s>> {
        let mut sections = form.sections();
        if sections.is_empty() || (entries.is_empty() && sections.len() > 1) {
            self.wrong_type(node, form, "a map");
            return None;
        }
        if sections.len() == 1 {
            return sections.pop();
        }
        let mut fitting: Vec<_> = sections
            .iter()
            .filter(|section| entries.iter().any(|(key, _)| section.form(&key.name).is_some()))
            .collect();
        match (fitting.pop(), fitting.as_slice()) {
            (Some(section), []) => Some(section.clone()),
            (None, _) => {
                let known: Vec<&str> = sections.iter().flat_map(Section::names).collect();
                entries.iter().for_each(|(key, value)| self.unknown(key, value, &known, path));
                None
            }
            (Some(_), _) => {
                self.hide(node);
                let given = entries.iter().map(|(key, _)| key.name.clone()).collect();
                self.add(&node.place, Fault::Conflict(given));
                None
            }
        }
    }

    /// A map whose names are the user's own.
    fn named(&mut self, entries: &[(Key, Node)], form: &Form<'_>, path: &str) -> TypedValue {
        let mut entry = |(key, value): &(Key, Node)| {
            let checked = match value.value {
                Value::Null => self.wrong_type(value, form, "nothing"),
                _ => self.check(value, form, &format!("{path}.*")),
            };
            let broken = || Typed { place: value.place.clone(), value: TypedValue::Broken };
            (key.name.clone(), checked.unwrap_or_else(broken))
        };
        TypedValue::Map(entries.iter().map(&mut entry).collect())
    }

    fn map(&mut self, node: &Node, entries: &[(Key, Node)], section: &Section<'_>, path: &str) -> TypedValue {
        let known: Vec<&str> = section.names().collect();
        let mut typed = Vec::new();
        for (key, value) in entries {
            let Some(form) = section.form(&key.name) else {
                self.unknown(key, value, &known, path);
                continue;
            };
            let below = if path.is_empty() { key.name.clone() } else { format!("{path}.{}", key.name) };
            if value.value != Value::Null {
                let broken = || Typed { place: value.place.clone(), value: TypedValue::Broken };
                let value = self.check(value, &form, &below).unwrap_or_else(broken);
                typed.push((key.name.clone(), value));
            }
        }
        let mut complete = true;
        for required in section.required() {
            // One that is misspelt was found already.
            let given = |(key, value): &(Key, Node)| {
                let meant = if known.contains(&key.name.as_str()) {
                    Some(key.name.as_str())
                } else {
                    nearest(&key.name, known.iter().copied())
                };
                meant == Some(required) && value.value != Value::Null
            };
            if !entries.iter().any(given) {
                self.add(&node.place, Fault::Missing(required.to_owned()));
                complete = false;
            }
        }
        // The document as a whole is looked at even so.
        if complete || path.is_empty() { TypedValue::Map(typed) } else { TypedValue::Broken }
    }

    fn unknown(&mut self, key: &Key, value: &Node, known: &[&str], path: &str) {
        self.hide(value);
        let fault = if is_reserved(path, &key.name) {
            Fault::Reserved(key.name.clone())
        } else {
            Fault::UnknownKey {
                key: key.name.clone(),
                near: nearest(&key.name, known.iter().copied()).map(str::to_owned),
                known: known.iter().map(|&name| name.to_owned()).collect(),
            }
        };
        self.add(&key.place, fault);
    }
}

fn is_whole(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}
