//! The OpenAPI document: what the operations say of themselves, and what they all share.

use portolan_sync::settings::MirrorSettings;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use utoipa::openapi::{InfoBuilder, OpenApi, OpenApiBuilder, ServerBuilder};
use utoipa::{PartialSchema as _, ToSchema as _};

use super::door::described;
use super::problem::{Problem, TYPE};

/// What the operations are about, in the order in which they are shown.
const TAGS: [(&str, &str); 5] = [
    ("mirrors", "Mirrors: how they stand, what they are, and what is asked of them"),
    ("runs", "Runs of mirrors: those that were, and those that go on"),
    ("images", "What our own store holds, and how it changed"),
    ("people", "Users, tokens, and what was changed by whom"),
    ("health", "How the daemon is"),
];

const ABOUT: &str = "Mirrors, runs, images, users and tokens of a Portolan daemon.\n\nWho may log in to the registry may \
    look at mirrors, runs, and the images that he may pull; admins may do everything. Lists come in pages: `next` of a \
    page is `after` of the one behind it. What is read has an `ETag` and is not sent again to who has it \
    (`If-None-Match`). What goes wrong is a problem as in RFC 9457.";

/// The OpenAPI document (3.1), as `/api/openapi.json` has it.
pub fn document() -> String {
    complete(described())
}

/// What it begins with.
pub(super) fn begin() -> OpenApi {
    let info =
        InfoBuilder::new().title("Portolan").version(env!("CARGO_PKG_VERSION")).description(Some(ABOUT));
    let server = ServerBuilder::new().url("/api/v1").build();
    OpenApiBuilder::new().info(info.build()).servers(Some([server])).build()
}

/// The document with what all operations share.
pub(super) fn complete(document: OpenApi) -> String {
    // Both are made of texts and numbers: neither can fail.
    let mut document = serde_json::to_value(document).unwrap_or_default();
    document["tags"] =
        TAGS.iter().map(|(name, description)| json!({ "name": name, "description": description })).collect();
    document["security"] = json!([{ "basic": [] }, { "bearer": [] }, {}]);
    document["components"]["securitySchemes"] = json!({
        "basic": { "type": "http", "scheme": "basic", "description": "A user with his password, or with a token in its place" },
        "bearer": { "type": "http", "scheme": "bearer", "description": "A token" },
    });
    let schemas = &mut document["components"]["schemas"];
    schemas[&*Problem::name()] = serde_json::to_value(Problem::schema()).unwrap_or_default();
    if let Value::Object(schemas) = schemas {
        schemas.extend(mirror_settings());
    }
    let problem = json!({
        "description": "Why there is no other answer",
        "content": { TYPE: { "schema": { "$ref": "#/components/schemas/Problem" } } },
    });
    for operation in operations_of(&mut document) {
        operation["responses"]["default"] = problem.clone();
        for body in bodies_of(operation) {
            *body = json!({ "$ref": "#/components/schemas/MirrorSettings" });
        }
    }
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn operations_of(document: &mut Value) -> impl Iterator<Item = &mut Value> {
    let paths = document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut);
    paths.filter_map(Value::as_object_mut).flat_map(Map::values_mut)
}

/// Where bodies that are some object are described: only the settings of mirrors are.
fn bodies_of(operation: &mut Value) -> Vec<&mut Value> {
    let is_object = |schema: &&mut Value| **schema == json!({ "type": "object" });
    let Value::Object(parts) = operation else { return Vec::new() };
    let mut contents = Vec::new();
    for (name, part) in parts {
        match name.as_str() {
            "requestBody" => contents.extend(part.get_mut("content")),
            "responses" => {
                let responses = part.as_object_mut().into_iter().flat_map(Map::values_mut);
                contents.extend(responses.filter_map(|response| response.get_mut("content")));
            }
            _ => {}
        }
    }
    let media = contents.into_iter().filter_map(Value::as_object_mut).flat_map(Map::values_mut);
    media.filter_map(|media| media.get_mut("schema")).filter(is_object).collect()
}

/// The settings of a mirror, as the configuration's schema has them, with all that they name.
fn mirror_settings() -> Map<String, Value> {
    let settings = SchemaSettings::draft2020_12()
        .with(|settings| settings.definitions_path = "/components/schemas".into());
    let mut generator = settings.into_generator();
    generator.subschema_for::<MirrorSettings>();
    generator.take_definitions(true)
}
