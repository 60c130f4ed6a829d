//! What goes along with an image.

use std::fmt;

use portolan_oci::MediaType;
use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::Period;

/// Whether signatures, SBOMs and attestations go along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum ReferrerSettings {
    /// All, or none.
    Switch(bool),
    /// Some, or at other times.
    Rules(ReferrerRules),
}

/// Which of what refers to an image goes along, and how often it is looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReferrerRules {
    /// The artifact types that go along; without a list all do.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<String>>")]
    pub types: Option<Vec<MediaType>>,
    /// How long what was found for an image that stays the same is believed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("default" = "1h"))]
    pub recheck: Option<Period>,
}

/// By hand, so that what is wrong inside is told as it is.
impl<'de> Deserialize<'de> for ReferrerSettings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = ReferrerSettings;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`true`, `false` or a map")
            }

            fn visit_bool<E>(self, all: bool) -> Result<ReferrerSettings, E> {
                Ok(ReferrerSettings::Switch(all))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ReferrerSettings, A::Error> {
                ReferrerRules::deserialize(MapAccessDeserializer::new(map)).map(ReferrerSettings::Rules)
            }
        }

        deserializer.deserialize_any(Either)
    }
}
