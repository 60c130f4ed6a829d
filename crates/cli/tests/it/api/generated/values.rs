//! What is sent: mostly what the document allows, and else something near it.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Map, Value, json};

/// Names, of which some are known.
const NAMES: [&str; 13] = [
    "base",
    "broken",
    "made",
    "anna",
    "berta",
    "base/app",
    "oci-image",
    "",
    ".",
    "Ä",
    "a b",
    "%00",
    "a\u{0}b",
];

/// Texts that are of some use somewhere.
const TEXTS: [&str; 14] = [
    "",
    "1h",
    "15m",
    "@daily",
    "0 3 * * *",
    "linux/amd64",
    "^v[0-9]+$",
    ">=1.2",
    "**",
    "-1",
    "é\u{0}x",
    "correct horse",
    "2026-11-23T10:00:00Z",
    "null",
];

/// Places that are this machine's, or none: nobody else is asked.
const PLACES: [&str; 9] = [
    "127.0.0.1:9/app",
    "127.0.0.1:9/app:v1",
    "127.0.0.1:9/team/**",
    "store:app",
    "store:{repository}",
    "oci:layout",
    "",
    "no place!",
    "docker-archive:x.tar",
];

/// How deep a value may be.
const DEEPEST: usize = 6;

/// A request.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) target: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Option<String>,
}

/// Makes requests; the same ones from the same seed.
pub(super) struct Random<'a> {
    random: StdRng,
    document: &'a Value,
}

impl<'a> Random<'a> {
    pub(super) fn new(seed: u64, document: &'a Value) -> Self {
        Self { random: StdRng::seed_from_u64(seed), document }
    }

    pub(super) fn request(&mut self, path: &str, operation: &Value) -> Sent {
        let (mut target, mut query, mut headers) = (path.to_owned(), Vec::new(), Vec::new());
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            let is_required = parameter["required"] == true;
            if !is_required && self.one_in(2) {
                continue;
            }
            let value = self.parameter(&parameter["schema"]);
            match parameter["in"].as_str().unwrap() {
                "path" => target = target.replace(&format!("{{{name}}}"), &escaped(&value)),
                "query" => query.push(format!("{name}={}", escaped(&value))),
                "header" => {
                    headers.push((header(name), value.replace(|one: char| !one.is_ascii_graphic(), "_")));
                }
                other => panic!("{other}"),
            }
        }
        if !query.is_empty() {
            target = format!("{target}?{}", query.join("&"));
        }
        let schema = operation.pointer("/requestBody/content/application~1json/schema");
        let body = schema.map(|schema| self.body(schema));
        Sent { target, headers, body }
    }

    fn one_in(&mut self, count: u32) -> bool {
        self.random.random_range(0..count) == 0
    }

    fn among(&mut self, texts: &[&str]) -> String {
        (*texts.choose(&mut self.random).unwrap()).to_owned()
    }

    fn parameter(&mut self, schema: &Value) -> String {
        match self.random.random_range(0..8) {
            0 => self.among(&TEXTS),
            1 => "x".repeat(self.random.random_range(0..2_000)),
            _ if schema["type"] == "integer" => self.random.random_range(-1..12).to_string(),
            _ => self.among(&NAMES),
        }
    }

    fn body(&mut self, schema: &Value) -> String {
        if self.one_in(10) {
            return self.among(&["", "{", "[]", "null", "\u{0}", "{\"name\": 1}", "[[[[[[[["]);
        }
        let mut value = self.value("", schema, 0);
        if self.one_in(4) {
            self.spoil(&mut value);
        }
        value.to_string()
    }

    /// Makes something of it that may not be allowed.
    fn spoil(&mut self, value: &mut Value) {
        if let Value::Object(fields) = value
            && let Some(key) = fields.keys().nth(self.random.random_range(0..fields.len().max(1))).cloned()
        {
            let other = match self.random.random_range(0..5) {
                0 => {
                    fields.remove(&key);
                    return;
                }
                1 => json!(-1),
                2 => json!({ "a": [{}] }),
                3 => json!("x".repeat(5_000)),
                _ => Value::Null,
            };
            fields.insert(key, other);
        }
    }

    fn value(&mut self, key: &str, schema: &Value, depth: usize) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            let document = self.document;
            let schema = document.pointer(reference.trim_start_matches('#')).unwrap();
            return self.value(key, schema, depth);
        }
        for one_of in ["oneOf", "anyOf", "allOf"] {
            if let Some(schemas) = schema[one_of].as_array() {
                let chosen = schemas.choose(&mut self.random).unwrap();
                return self.value(key, chosen, depth);
            }
        }
        if let Some(value) = schema.get("const") {
            return value.clone();
        }
        if let Some(values) = schema["enum"].as_array() {
            return values.choose(&mut self.random).unwrap().clone();
        }
        let kind = match &schema["type"] {
            Value::Array(kinds) => kinds.choose(&mut self.random).and_then(Value::as_str).unwrap(),
            kind => kind.as_str().unwrap_or("string"),
        };
        match kind {
            "object" => self.object(schema, depth),
            "array" => {
                let count = if depth < DEEPEST { self.random.random_range(0..3) } else { 0 };
                (0..count).map(|_| self.value(key, &schema["items"], depth + 1)).collect()
            }
            "integer" => json!(self.random.random_range(-1..1_000)),
            "number" => json!(self.random.random_range(-1.0..1_000.0)),
            "boolean" => json!(self.random.random_bool(0.5)),
            "null" => Value::Null,
            _ => json!(self.text(key)),
        }
    }

    fn object(&mut self, schema: &Value, depth: usize) -> Value {
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let mut fields = Map::new();
        for (key, property) in schema["properties"].as_object().into_iter().flatten() {
            if required.contains(&key.as_str()) || (depth < DEEPEST && self.one_in(4)) {
                fields.insert(key.clone(), self.value(key, property, depth + 1));
            }
        }
        // Without these a mirror is none.
        for key in ["source", "targets"] {
            let property = schema.get("properties").and_then(|properties| properties.get(key));
            if let Some(property) = property.filter(|_| depth == 0)
                && !self.one_in(4)
            {
                fields.insert(key.to_owned(), self.value(key, property, 1));
            }
        }
        Value::Object(fields)
    }

    fn text(&mut self, key: &str) -> String {
        match key {
            "source" | "targets" | "images" | "file" | "command" => self.among(&PLACES),
            "name" | "repositories" | "include" | "exclude" => self.among(&NAMES),
            _ => self.among(&TEXTS),
        }
    }
}

fn header(name: &str) -> &'static str {
    match name {
        "if-match" => "if-match",
        "if-none-match" => "if-none-match",
        "Idempotency-Key" => "idempotency-key",
        other => panic!("{other}"),
    }
}

/// As a part of a path or query.
fn escaped(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
