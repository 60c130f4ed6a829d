//! Writes an index anew, with some of its entries; all else in it stays as it was, in its order.

use std::fmt;

use bytes::Bytes;
use portolan_oci::{Digest, RawManifest, RawManifestError, annotation};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

/// What becomes of an entry of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Entry {
    /// It stays as it is.
    Kept,
    /// It goes.
    Dropped,
    /// It names this instead: an index that was written anew itself.
    Replaced {
        /// Its digest.
        digest: Digest,
        /// Its bytes.
        size: u64,
    },
}

/// The index with what became of its `entries`, each in its place, and with its own digest in an annotation. The
/// same every time, byte for byte.
pub(super) fn rewritten(index: &RawManifest, entries: &[Entry]) -> Result<RawManifest, RawManifestError> {
    let bytes = rewrite(index.bytes(), index.digest(), entries).map_err(portolan_oci::ManifestError::from)?;
    RawManifest::new(Bytes::from(bytes), Some(index.media_type()))
}

fn rewrite(index: &[u8], digest: &Digest, entries: &[Entry]) -> Result<Vec<u8>, serde_json::Error> {
    let mut document: Fields = serde_json::from_slice(index)?;
    let all: Vec<Box<RawValue>> = document.get("manifests")?.unwrap_or_default();
    let mut manifests = Vec::with_capacity(all.len());
    for (raw, entry) in all.into_iter().zip(entries) {
        match entry {
            Entry::Kept => manifests.push(raw),
            Entry::Dropped => {}
            Entry::Replaced { digest, size } => {
                let mut fields: Fields = serde_json::from_str(raw.get())?;
                fields.set("digest", to_raw_value(digest)?);
                fields.set("size", to_raw_value(size)?);
                manifests.push(to_raw_value(&fields)?);
            }
        }
    }
    document.set("manifests", to_raw_value(&manifests)?);
    let mut annotations: Fields = document.get("annotations")?.unwrap_or_default();
    annotations.set(annotation::ORIGINAL_DIGEST, to_raw_value(digest)?);
    document.set("annotations", to_raw_value(&annotations)?);
    serde_json::to_vec(&document)
}

/// The fields of an object, in their order, each as it was written.
#[derive(Default)]
struct Fields(Vec<(String, Box<RawValue>)>);

impl Fields {
    /// A field; nothing where it is missing or `null`.
    fn get<'a, T: Deserialize<'a>>(&'a self, name: &str) -> Result<Option<T>, serde_json::Error> {
        let found = self.0.iter().find(|(field, _)| field == name);
        found.map_or(Ok(None), |(_, raw)| serde_json::from_str(raw.get()))
    }

    /// Puts a field in its place; a new one at the end.
    fn set(&mut self, name: &str, value: Box<RawValue>) {
        match self.0.iter_mut().find(|(field, _)| field == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

#[cfg(test)]
mod tests {
    use portolan_oci::MediaType;

    use super::*;

    const INDEX: &str = r#"{
 "schemaVersion": 2,  "x-first": {"b": 1, "a": 2.50},
 "mediaType": "application/vnd.oci.image.index.v1+json",
 "manifests": [
  {"size": 7, "x": [1,  2], "digest": "sha256:4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865", "mediaType": "application/vnd.oci.image.manifest.v1+json"},
  {"digest": "sha256:53c234e5e8472b6ac51c1ae1cab3fe06fad053beb8ebfd8977b010655bfdd3c3", "size": 8, "mediaType": "application/vnd.oci.image.index.v1+json"}
 ],
 "annotations": {"z": "1", "a": "2"},
 "x-last": null
}"#;

    fn index() -> RawManifest {
        RawManifest::new(Bytes::from_static(INDEX.as_bytes()), Some(&MediaType::OCI_INDEX)).unwrap()
    }

    #[test]
    fn what_stays_is_not_touched() {
        let entries = [Entry::Kept, Entry::Replaced { digest: Digest::sha256(b"other"), size: 5 }];
        let new = rewritten(&index(), &entries).unwrap();
        let first = "{\"size\": 7, \"x\": [1,  2], \"digest\": \"sha256:4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865\", \"mediaType\": \"application/vnd.oci.image.manifest.v1+json\"}";
        let wanted = format!(
            "{{\"schemaVersion\":2,\"x-first\":{{\"b\": 1, \"a\": 2.50}},\
             \"mediaType\":\"application/vnd.oci.image.index.v1+json\",\
             \"manifests\":[{first},{{\"digest\":\"{}\",\"size\":5,\
             \"mediaType\":\"application/vnd.oci.image.index.v1+json\"}}],\
             \"annotations\":{{\"z\":\"1\",\"a\":\"2\",\"{}\":\"{}\"}},\"x-last\":null}}",
            Digest::sha256(b"other"),
            annotation::ORIGINAL_DIGEST,
            index().digest()
        );
        assert_eq!(std::str::from_utf8(new.bytes()).unwrap(), wanted);
    }

    #[test]
    fn what_is_dropped_goes_and_an_index_without_annotations_gets_them() {
        let bare = INDEX.replace(r#""annotations": {"z": "1", "a": "2"},"#, "");
        let bare = RawManifest::new(Bytes::from(bare), Some(&MediaType::OCI_INDEX)).unwrap();
        let new = rewritten(&bare, &[Entry::Dropped, Entry::Kept]).unwrap();
        assert_eq!(new.parsed().children(), &bare.parsed().children()[1..]);
        assert_eq!(new.parsed().annotations().len(), 1);
        assert_eq!(new.media_type(), bare.media_type());
    }
}
