//! What single values have in common: in the configuration each is a text.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use portolan_oci::with_causes;

/// Serde and schema for a type that parses from a text and is printed as one.
macro_rules! setting_text {
    ($name:ident) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(|error| serde::de::Error::custom(portolan_oci::with_causes(&error)))
            }
        }
        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string" })
            }
        }
    };
}
pub(crate) use setting_text;

/// One value of a list whose type is a text here, though it has another form elsewhere.
struct AsText<T>(T);

impl<'de, T: FromStr<Err: Error>> Deserialize<'de> for AsText<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let parsed = String::deserialize(deserializer)?.parse().map(Self);
        parsed.map_err(|error| D::Error::custom(with_causes(&error)))
    }
}

/// `#[serde(with)]` for an optional list of such values.
pub(super) mod optional_list {
    use super::{AsText, Deserialize, Deserializer, Error, FromStr, Serialize, Serializer, fmt};

    pub(in super::super) fn serialize<T: fmt::Display, S: Serializer>(
        list: &Option<Vec<T>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        list.as_ref()
            .map(|list| list.iter().map(ToString::to_string).collect::<Vec<_>>())
            .serialize(serializer)
    }

    pub(in super::super) fn deserialize<'de, T, D>(deserializer: D) -> Result<Option<Vec<T>>, D::Error>
    where
        T: FromStr<Err: Error>,
        D: Deserializer<'de>,
    {
        let list: Option<Vec<AsText<T>>> = Option::deserialize(deserializer)?;
        Ok(list.map(|list| list.into_iter().map(|AsText(value)| value).collect()))
    }
}
