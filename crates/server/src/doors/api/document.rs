//! The `OpenAPI` document: what the operations say of themselves, and what they all share.

use portolan_sync::settings::MirrorSettings;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::Type;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    ContentBuilder, InfoBuilder, ObjectBuilder, OpenApi, OpenApiBuilder, Ref, Required, Response,
    ResponseBuilder, ServerBuilder,
};
use utoipa::{PartialSchema as _, ToSchema as _};

use super::door::described;
use super::once;
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
    (`If-None-Match`). What is sent with an `Idempotency-Key` is done once, however often it is sent. What goes wrong is a problem as in RFC 9457.";

/// How who asks can say who he is.
const LOGINS: [(&str, HttpAuthScheme, &str); 2] = [
    ("basic", HttpAuthScheme::Basic, "A user with his password, or with a token in its place"),
    ("bearer", HttpAuthScheme::Bearer, "A token"),
];

/// The `OpenAPI` document (3.1), as `/api/openapi.json` has it.
pub fn document() -> String {
    complete(described())
}

/// What it begins with.
pub(super) fn begin() -> OpenApi {
    let info =
        InfoBuilder::new().title("Portolan").version(env!("CARGO_PKG_VERSION")).description(Some(ABOUT));
    let tag = |(name, about): (&str, &str)| TagBuilder::new().name(name).description(Some(about)).build();
    let nothing: [&str; 0] = [];
    let logins = LOGINS.iter().map(|(name, ..)| SecurityRequirement::new(*name, nothing));
    OpenApiBuilder::new()
        .info(info.build())
        .servers(Some([ServerBuilder::new().url("/api/v1").build()]))
        .tags(Some(TAGS.map(tag)))
        .security(Some(logins.chain([SecurityRequirement::default()])))
        .build()
}

/// The document with what all operations share.
pub(super) fn complete(mut document: OpenApi) -> String {
    for item in document.paths.paths.values_mut() {
        for operation in operations_of(item) {
            operation.responses.responses.insert("default".to_owned(), problem().into());
        }
        for operation in writes_of(item) {
            operation.parameters.get_or_insert_default().push(key().into());
        }
    }
    let components = document.components.get_or_insert_default();
    components.schemas.insert(Problem::name().into_owned(), Problem::schema());
    for (name, scheme, about) in LOGINS {
        let scheme = HttpBuilder::new().scheme(scheme).description(Some(about)).build();
        components.add_security_scheme(name, SecurityScheme::Http(scheme));
    }
    // It is made of texts and numbers: neither can fail.
    let mut document = serde_json::to_value(document).unwrap_or_default();
    if let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") {
        schemas.extend(mirror_settings());
    }
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn problem() -> Response {
    let schema = Ref::from_schema_name(Problem::name());
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new().description("Why there is no other answer").content(TYPE, content).build()
}

/// What names a write that is done once.
fn key() -> Parameter {
    let text =
        ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(once::LONGEST));
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "Sent again with the same key within a day, this is answered as before and not done twice",
        ))
        .schema(Some(text))
        .build()
}

fn writes_of(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { put, post, delete, patch, .. } = item;
    [put, post, delete, patch].into_iter().flatten()
}

fn operations_of(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    [get, put, post, delete, patch].into_iter().flatten()
}

/// The settings of a mirror, as the configuration's schema has them, with all that they name.
fn mirror_settings() -> Map<String, Value> {
    let settings = SchemaSettings::draft2020_12()
        .with(|settings| settings.definitions_path = "/components/schemas".into());
    let mut generator = settings.into_generator();
    generator.subschema_for::<MirrorSettings>();
    let mut schemas = generator.take_definitions(true);
    // Of a path it need not be said twice.
    let required = schemas.get_mut("MirrorSettings").and_then(|settings| settings.get_mut("required"));
    if let Some(Value::Array(required)) = required {
        required.retain(|key| *key != json!("name"));
    }
    schemas
}
