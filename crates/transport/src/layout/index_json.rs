//! `index.json`, read so that nothing in it is lost when it is written again.

use std::collections::BTreeMap;

use portolan_oci::{Annotations, Descriptor, Digest, MediaType, annotation};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// The entry points of a layout.
#[derive(Debug, Clone, Default)]
pub(crate) struct IndexJson {
    /// All fields but `manifests`, as written.
    fields: BTreeMap<String, Box<RawValue>>,
    pub(super) entries: Vec<Entry>,
}

/// One entry of `manifests`.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    raw: Box<RawValue>,
    descriptor: Option<Descriptor>,
}

impl Entry {
    fn read(raw: Box<RawValue>) -> Self {
        let descriptor = serde_json::from_str(raw.get()).ok();
        Self { raw, descriptor }
    }

    /// An entry of our own.
    pub(super) fn new(descriptor: &Descriptor) -> Result<Self, serde_json::Error> {
        Ok(Self { raw: serde_json::value::to_raw_value(descriptor)?, descriptor: Some(descriptor.clone()) })
    }

    /// The same entry with another name or none; all other fields and annotations stay.
    pub(super) fn renamed(&self, tag: Option<&str>) -> Result<Self, serde_json::Error> {
        let mut value: Value = serde_json::from_str(self.raw.get())?;
        let mut annotations: Annotations =
            self.descriptor.as_ref().map(|found| found.annotations.clone()).unwrap_or_default();
        annotations.remove(annotation::REF_NAME);
        annotations.remove(annotation::CONTAINERD_IMAGE_NAME);
        if let Some(tag) = tag {
            annotations.insert(annotation::REF_NAME.to_owned(), tag.to_owned());
        }
        if let Some(fields) = value.as_object_mut() {
            if annotations.is_empty() {
                fields.remove("annotations");
            } else {
                fields.insert("annotations".to_owned(), serde_json::to_value(annotations)?);
            }
        }
        Ok(Self::read(serde_json::value::to_raw_value(&value)?))
    }

    /// The descriptor; `None` if it is of a kind that is not understood (another digest algorithm).
    pub(crate) fn descriptor(&self) -> Option<&Descriptor> {
        self.descriptor.as_ref()
    }

    /// Whether it points at this digest.
    pub(super) fn is(&self, digest: &Digest) -> bool {
        self.descriptor.as_ref().is_some_and(|found| found.digest == *digest)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a> {
    schema_version: &'a RawValue,
    media_type: &'a RawValue,
    manifests: Vec<&'a RawValue>,
    #[serde(flatten)]
    rest: BTreeMap<&'a str, &'a RawValue>,
}

impl IndexJson {
    /// Reads the file.
    ///
    /// # Errors
    /// If it is not a JSON object with a list of manifests.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        let mut fields: BTreeMap<String, Box<RawValue>> = serde_json::from_slice(bytes)?;
        let manifests = fields.remove("manifests");
        let entries: Option<Vec<Box<RawValue>>> =
            manifests.map(|raw| serde_json::from_str(raw.get())).transpose()?.flatten();
        Ok(Self { fields, entries: entries.unwrap_or_default().into_iter().map(Entry::read).collect() })
    }

    /// An index with these entries.
    ///
    /// # Errors
    /// Never in practice: descriptors can be written.
    pub(crate) fn of(descriptors: &[Descriptor]) -> Result<Self, serde_json::Error> {
        let entries = descriptors.iter().map(Entry::new).collect::<Result<_, _>>()?;
        Ok(Self { fields: BTreeMap::new(), entries })
    }

    /// The file to write.
    ///
    /// # Errors
    /// Never in practice: what was read can be written.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let version = serde_json::value::to_raw_value(&2)?;
        let media_type = serde_json::value::to_raw_value(&MediaType::OCI_INDEX)?;
        let rest = self.fields.iter().map(|(name, raw)| (name.as_str(), &**raw));
        serde_json::to_vec(&Written {
            schema_version: self.fields.get("schemaVersion").unwrap_or(&version),
            media_type: self.fields.get("mediaType").unwrap_or(&media_type),
            manifests: self.entries.iter().map(|entry| &*entry.raw).collect(),
            rest: rest.filter(|(name, _)| !["schemaVersion", "mediaType"].contains(name)).collect(),
        })
    }

    /// The entries that are understood.
    pub(crate) fn descriptors(&self) -> impl Iterator<Item = &Descriptor> {
        self.entries.iter().filter_map(Entry::descriptor)
    }
}
