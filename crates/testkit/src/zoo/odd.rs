//! JSON that no serialiser would write again in the same way: unknown fields, odd white space, odd order,
//! escapes, numbers with exponents. Only the exact bytes keep its digest.

use serde_json::{Value, json};

use super::Exhibit;
use crate::image::{Blob, Image, Layer, Tree, media};

pub(super) fn json() -> Exhibit {
    let layer = Layer::gzip(50);
    let image = Image::oci().layer(layer.clone());
    let config =
        Blob::new(media::OCI_CONFIG, stretch(&image.config(), r#""os.features" :[ ] , "x-config":1e2"#));
    let manifest = format!(
        "\n{{\"layers\":[\t{},\r\n ]\t,\"x-unknown\" : {{\"b\":1, \"a\":[ 1.50,2E+3 ,null]}},\"config\":{}\n,  \
         \"annotations\":{{\"z\":\"\\u00e4\\/slash\",\"a\":\"ä\"}} , \"schemaVersion\":2,\"mediaType\":\"{}\"}}\n\n",
        last_spaced(&layer.blob.descriptor()),
        stretch(&config.descriptor().to_string(), r#""x-descriptor":  true"#),
        media::OCI_MANIFEST,
    )
    .replace(",\r\n ]", "\r\n ]");
    let child = Tree::new(media::OCI_MANIFEST, manifest, vec![config, layer.blob]);
    let platform = json!({"architecture": "amd64", "os": "linux"});
    let mut descriptor = child.descriptor();
    descriptor["platform"] = platform;
    let index = format!(
        "{{ \"x-index\":[{{}}] ,\n\n\"manifests\" :[ {} ],\"mediaType\":\"{}\" , \"schemaVersion\" : 2 }}",
        last_spaced(&descriptor),
        media::OCI_INDEX,
    );
    Exhibit::new("odd-json", Tree::index(media::OCI_INDEX, index, vec![child]))
}

/// The object with another field in front of its own.
fn stretch(object: &str, field: &str) -> String {
    object.replacen('{', &format!("{{ {field} ,\t"), 1)
}

/// The object with its fields in reverse order and a space after each comma and colon.
fn last_spaced(object: &Value) -> String {
    let fields = object.as_object().expect("an object");
    let fields: Vec<_> = fields.iter().rev().map(|(key, value)| format!("\"{key}\" : {value}")).collect();
    format!("{{ {} }}", fields.join(" , "))
}
