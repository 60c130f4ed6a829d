//! A tree whose scalars have the types that the schema asks for, and how structs are made of it.

use std::fmt;
use std::vec;

use serde::de::value::StringDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use crate::origin::Place;

#[derive(Debug, Clone)]
pub(crate) struct Typed {
    pub(crate) place: Place,
    pub(crate) value: TypedValue,
}

#[derive(Debug, Clone)]
pub(crate) enum TypedValue {
    Truth(bool),
    Number(i64),
    Text(String),
    List(Vec<Typed>),
    Map(Vec<(String, Typed)>),
    /// Something that was found to be wrong: it is there, but it is as if it were not.
    Broken,
}

impl Typed {
    /// The value under a key.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        match &self.value {
            TypedValue::Map(entries) => entries.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// Whether it was found to be wrong before.
    pub(crate) fn is_broken(&self) -> bool {
        matches!(self.value, TypedValue::Broken)
    }

    /// Whether nothing in it was found to be wrong before.
    pub(crate) fn is_sound(&self) -> bool {
        match &self.value {
            TypedValue::Broken => false,
            TypedValue::List(items) => items.iter().all(Self::is_sound),
            TypedValue::Map(entries) => entries.iter().all(|(_, value)| value.is_sound()),
            TypedValue::Truth(_) | TypedValue::Number(_) | TypedValue::Text(_) => true,
        }
    }

    /// The entries, if this is a map.
    pub(crate) fn entries(&self) -> &[(String, Self)] {
        match &self.value {
            TypedValue::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items, if this is a list.
    pub(crate) fn items(&self) -> &[Self] {
        match &self.value {
            TypedValue::List(items) => items,
            _ => &[],
        }
    }
}

/// Why a struct could not be made: the innermost place that is known.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) message: String,
    pub(crate) place: Option<Place>,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refused {}

impl serde::de::Error for Refused {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { message: message.to_string(), place: None }
    }
}

fn at<T>(place: Place, outcome: Result<T, Refused>) -> Result<T, Refused> {
    outcome.map_err(|refused| Refused { place: refused.place.or(Some(place)), ..refused })
}

impl<'de> Deserializer<'de> for Typed {
    type Error = Refused;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        let outcome = match self.value {
            TypedValue::Broken => visitor.visit_unit(),
            TypedValue::Truth(truth) => visitor.visit_bool(truth),
            TypedValue::Number(number) => visitor.visit_i64(number),
            TypedValue::Text(text) => visitor.visit_string(text),
            TypedValue::List(items) => visitor.visit_seq(Items(items.into_iter())),
            TypedValue::Map(entries) => visitor.visit_map(Entries { rest: entries.into_iter(), value: None }),
        };
        at(self.place, outcome)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refused> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        let outcome = match self.value {
            TypedValue::Text(text) => visitor.visit_enum(text.into_deserializer()),
            _ => Err(Refused::custom("expected a word")),
        };
        at(self.place, outcome)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// The items of a list. An error in one is at its place.
struct Items(vec::IntoIter<Typed>);

impl<'de> SeqAccess<'de> for Items {
    type Error = Refused;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Refused> {
        let Some(item) = self.0.next() else { return Ok(None) };
        at(item.place.clone(), seed.deserialize(item).map(Some))
    }
}

/// The entries of a map that are not broken. An error in a value is at its place.
struct Entries {
    rest: vec::IntoIter<(String, Typed)>,
    value: Option<Typed>,
}

impl<'de> MapAccess<'de> for Entries {
    type Error = Refused;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Refused> {
        let Some((key, value)) = self.rest.find(|(_, value)| !value.is_broken()) else { return Ok(None) };
        self.value = Some(value);
        let key: StringDeserializer<Refused> = key.into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Refused> {
        let value = self.value.take().ok_or_else(|| Refused::custom("a key without a value"))?;
        at(value.place.clone(), seed.deserialize(value))
    }
}
