//! What may stand at a place: a node of the JSON Schema, resolved.
//!
//! Of JSON Schema only what the derived schema uses is understood; there is no general validator here.

use serde_json::{Map, Value};

/// What may stand at a place: any of the alternatives.
#[derive(Clone)]
pub(crate) struct Form<'s> {
    root: &'s Value,
    alternatives: Vec<&'s Map<String, Value>>,
    secret: bool,
}

impl<'s> Form<'s> {
    /// The whole document.
    pub(crate) fn document(root: &'s Value) -> Self {
        Self::of(root, root)
    }

    fn of(root: &'s Value, node: &'s Value) -> Self {
        let mut form = Self { root, alternatives: Vec::new(), secret: false };
        form.add(node);
        form
    }

    fn add(&mut self, node: &'s Value) {
        let Some(map) = node.as_object() else { return };
        self.secret |= map.get("writeOnly").and_then(Value::as_bool).unwrap_or_default();
        let several = map.get("anyOf").or_else(|| map.get("oneOf")).and_then(Value::as_array);
        if let Some(target) = map.get("$ref").and_then(Value::as_str) {
            if let Some(node) = target.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer)) {
                self.add(node);
            }
        } else if let Some(several) = several {
            several.iter().for_each(|node| self.add(node));
        } else if map.get("type").and_then(Value::as_str) != Some("null") {
            self.alternatives.push(map);
        }
    }

    /// Whether what stands there must not be shown.
    pub(crate) fn is_secret(&self) -> bool {
        self.secret
    }

    /// The maps that may stand there.
    pub(crate) fn sections(&self) -> Vec<Section<'s>> {
        self.alternatives
            .iter()
            .filter_map(|map| {
                Some(Section { root: self.root, map, keys: map.get("properties")?.as_object()? })
            })
            .collect()
    }

    /// What may stand under any name, if a map with names of the user's own may stand there.
    pub(crate) fn named(&self) -> Option<Self> {
        let free =
            |map: &&'s Map<String, Value>| map.get("additionalProperties").filter(|node| node.is_object());
        let node = self.alternatives.iter().find_map(free)?;
        Some(Self::of(self.root, node))
    }

    /// What the items are, if a list may stand there.
    pub(crate) fn items(&self) -> Option<Self> {
        let items = self.alternatives.iter().find_map(|map| map.get("items"))?;
        Some(Self::of(self.root, items))
    }

    /// The words that may stand there, with what they mean.
    pub(crate) fn words(&self) -> Vec<(&'s str, &'s str)> {
        let meaning = |map: &'s Map<String, Value>| map.get("description").and_then(Value::as_str);
        self.alternatives
            .iter()
            .filter_map(|map| Some((map.get("const")?.as_str()?, meaning(map).unwrap_or_default())))
            .collect()
    }

    /// Whether any text may stand there.
    pub(crate) fn takes_text(&self) -> bool {
        self.alternatives.iter().any(|map| has_type(map, "string") && !map.contains_key("const"))
    }

    /// Whether `true` or `false` may stand there.
    pub(crate) fn takes_truth(&self) -> bool {
        self.alternatives.iter().any(|map| has_type(map, "boolean"))
    }

    /// The least and the most, if a whole number may stand there.
    pub(crate) fn number(&self) -> Option<(i64, i64)> {
        let map = self.alternatives.iter().find(|map| has_type(map, "integer"))?;
        let most = if map.get("format").and_then(Value::as_str) == Some("uint32") {
            i64::from(u32::MAX)
        } else {
            i64::MAX
        };
        let bound = |name: &str, default| map.get(name).and_then(Value::as_i64).unwrap_or(default);
        Some((bound("minimum", i64::MIN), bound("maximum", most)))
    }

    /// Whether a single value may stand there.
    pub(crate) fn takes_scalar(&self) -> bool {
        self.takes_text() || self.takes_truth() || self.number().is_some() || !self.words().is_empty()
    }

    /// What may stand there, in words.
    pub(crate) fn describe(&self) -> String {
        let mut said: Vec<String> = self.words().iter().map(|(word, _)| format!("`{word}`")).collect();
        if self.takes_text() {
            said.push("a text".to_owned());
        }
        if self.number().is_some() {
            said.push("a whole number".to_owned());
        }
        if self.takes_truth() {
            said.push("`true` or `false`".to_owned());
        }
        if self.items().is_some() {
            said.push("a list".to_owned());
        }
        if self.named().is_some() {
            said.push("a map of names".to_owned());
        }
        for section in self.sections() {
            let keys: Vec<&str> = section.names().collect();
            said.push(format!("a map with {}", keys.join(", ")));
        }
        let last = said.pop().unwrap_or_default();
        if said.is_empty() { last } else { format!("{} or {last}", said.join(", ")) }
    }
}

fn has_type(map: &Map<String, Value>, name: &str) -> bool {
    match map.get("type") {
        Some(Value::String(one)) => one == name,
        Some(Value::Array(several)) => several.iter().any(|one| one == name),
        _ => false,
    }
}

/// A map that may stand at a place. It takes no other keys than its own.
#[derive(Clone)]
pub(crate) struct Section<'s> {
    root: &'s Value,
    map: &'s Map<String, Value>,
    keys: &'s Map<String, Value>,
}

impl<'s> Section<'s> {
    /// The names of its keys.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'s str> + use<'s> {
        self.keys.keys().map(String::as_str)
    }

    /// What may stand under a key.
    pub(crate) fn form(&self, name: &str) -> Option<Form<'s>> {
        self.keys.get(name).map(|node| Form::of(self.root, node))
    }

    /// What it is for.
    pub(crate) fn description(&self) -> &'s str {
        self.map.get("description").and_then(Value::as_str).unwrap_or_default()
    }

    /// The schema's own words about a key: `description`, `default`.
    pub(crate) fn about(&self, name: &str, what: &str) -> Option<&'s Value> {
        self.keys.get(name)?.get(what)
    }

    /// The keys that must be there.
    pub(crate) fn required(&self) -> impl Iterator<Item = &'s str> + use<'s> {
        let required = self.map.get("required").and_then(Value::as_array);
        required.into_iter().flatten().filter_map(Value::as_str)
    }
}
