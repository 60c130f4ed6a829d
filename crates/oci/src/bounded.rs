//! Lists and maps of texts inside a manifest, which take many times their bytes of JSON once they are read: nobody
//! needs thousands of annotations, and who sends a million wants the reader's memory.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// Entries of one list or map, at most.
const MOST: usize = 4_096;

/// Reads a map; `null` is an empty one.
pub(crate) fn texts_by_name<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, String>, D::Error> {
    Ok(Option::<Map>::deserialize(deserializer)?.unwrap_or_default().0)
}

/// Reads a list; `null` is an empty one.
pub(crate) fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    Ok(Option::<List>::deserialize(deserializer)?.unwrap_or_default().0)
}

#[derive(Default)]
struct Map(BTreeMap<String, String>);

#[derive(Default)]
struct List(Vec<String>);

impl<'de> Deserialize<'de> for Map {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Map;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Map, A::Error> {
                let (mut map, mut left) = (Map::default(), MOST);
                while let Some((name, text)) = entries.next_entry()? {
                    left = left.checked_sub(1).ok_or_else(too_many)?;
                    map.0.insert(name, text);
                }
                Ok(map)
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

impl<'de> Deserialize<'de> for List {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = List;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of texts")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<List, A::Error> {
                let (mut list, mut left) = (List::default(), MOST);
                while let Some(text) = entries.next_element()? {
                    left = left.checked_sub(1).ok_or_else(too_many)?;
                    list.0.push(text);
                }
                Ok(list)
            }
        }
        deserializer.deserialize_seq(Entries)
    }
}

fn too_many<E: Error>() -> E {
    E::custom(format_args!("more than {MOST} entries"))
}

#[cfg(test)]
mod tests {
    use crate::Descriptor;

    use super::MOST;

    fn parse(field: &str, value: &str) -> Result<Descriptor, String> {
        let digest = crate::Digest::sha256(b"");
        let json = format!(r#"{{"digest":"{digest}","size":0,"{field}":{value}}}"#);
        serde_json::from_str(&json).map_err(|error| error.to_string())
    }

    fn many(count: usize, entry: impl Fn(usize) -> String) -> String {
        (0..count).map(entry).collect::<Vec<_>>().join(",")
    }

    #[test]
    fn as_many_as_anybody_needs_and_no_more() {
        let map = |count| format!("{{{}}}", many(count, |at| format!(r#""{at}":"x""#)));
        assert_eq!(parse("annotations", &map(MOST)).unwrap().annotations.len(), MOST);
        let refused = parse("annotations", &map(MOST + 1)).unwrap_err();
        assert!(refused.starts_with("more than 4096 entries at line 1"), "{refused}");

        let list = |count| format!("[{}]", many(count, |_| r#""""#.to_owned()));
        assert_eq!(parse("urls", &list(MOST)).unwrap().urls.len(), MOST);
        assert!(parse("urls", &list(MOST + 1)).is_err());
    }

    #[test]
    fn the_same_name_again_counts_again() {
        let map = format!("{{{}}}", many(MOST + 1, |_| r#""a":"b""#.to_owned()));
        assert!(parse("annotations", &map).is_err());
    }

    #[test]
    fn null_is_empty() {
        let read = parse("annotations", "null").unwrap();
        assert!(read.annotations.is_empty() && parse("urls", "null").unwrap().urls.is_empty());
    }
}
