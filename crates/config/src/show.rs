//! The configuration in force, as YAML.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_saphyr::Commented;

use crate::document::{Nature, Node, Value};
use crate::{Loaded, Origin};

impl Loaded {
    /// What is in force, defaults included, with the place where each single value was set. Secrets are `***`; apart
    /// from them the text is a configuration that says the same.
    pub fn show(&self) -> String {
        // Both cannot fail: the structs have no maps with keys that are not texts.
        let plain = serde_saphyr::to_string(&self.config).unwrap_or_default();
        let Ok(document) = Node::parse(&plain) else { return plain };
        serde_saphyr::to_string(&Shown { node: &document, path: String::new(), loaded: self })
            .unwrap_or(plain)
    }

    fn comment(&self, path: &str) -> String {
        match self.origin(path) {
            Origin::File { path, line, .. } => format!("{}:{line}", path.display()),
            other => other.to_string(),
        }
    }
}

struct Shown<'a> {
    node: &'a Node,
    path: String,
    loaded: &'a Loaded,
}

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let comment = || self.loaded.comment(&self.path);
        let below = |node, path| Shown { node, path, loaded: self.loaded };
        match &self.node.value {
            Value::Null => serializer.serialize_unit(),
            Value::Scalar { text, nature: Nature::Number } => match text.parse::<i64>() {
                Ok(number) => Commented(number, comment()).serialize(serializer),
                Err(_) => Commented(text, comment()).serialize(serializer),
            },
            Value::Scalar { text, nature: Nature::Truth } => {
                Commented(text == "true", comment()).serialize(serializer)
            }
            Value::Scalar { text, .. } => Commented(text, comment()).serialize(serializer),
            Value::List(items) => serializer.collect_seq(
                items.iter().enumerate().map(|(index, item)| below(item, format!("{}[{index}]", self.path))),
            ),
            Value::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    let path = match self.path.as_str() {
                        "" => key.name.clone(),
                        path => format!("{path}.{}", key.name),
                    };
                    map.serialize_entry(&key.name, &below(value, path))?;
                }
                map.end()
            }
        }
    }
}
