//! The JSON Schema of the configuration.

use std::sync::LazyLock;

use serde_json::Value;

use crate::Config;

/// The JSON Schema (draft 2020-12) of `portolan.yaml`, for editors and for the reference page.
pub fn schema() -> &'static Value {
    static SCHEMA: LazyLock<Value> = LazyLock::new(|| schemars::schema_for!(Config).to_value());
    &SCHEMA
}
