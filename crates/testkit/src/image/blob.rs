//! A blob and where its bytes come from.

use bytes::Bytes;
use serde_json::{Value, json};

use super::Generated;
use crate::digest;

/// A blob as a descriptor names it.
#[derive(Debug, Clone)]
pub struct Blob {
    /// The media type for the descriptor.
    pub media_type: String,
    /// The digest, `sha256:…` or `sha512:…`.
    pub digest: String,
    /// The length in bytes.
    pub size: u64,
    /// Where else the bytes can be had; only foreign layers have such addresses, and nothing else.
    pub urls: Vec<String>,
    /// Annotations of the descriptor.
    pub annotations: Vec<(String, String)>,
    content: Option<Content>,
}

/// The bytes of a blob, in memory or made while they are read.
#[derive(Debug, Clone)]
pub enum Content {
    /// In memory.
    Bytes(Bytes),
    /// Made anew by each reader.
    Generated(Generated),
}

impl Content {
    /// The content in pieces.
    pub fn pieces(&self) -> Box<dyn Iterator<Item = Bytes> + Send + Sync> {
        match self {
            Self::Bytes(bytes) => Box::new(std::iter::once(bytes.clone())),
            Self::Generated(generated) => Box::new(generated.pieces()),
        }
    }

    pub(crate) fn body(&self) -> reqwest::Body {
        match self {
            Self::Bytes(bytes) => bytes.clone().into(),
            Self::Generated(generated) => {
                let pieces = generated.pieces().map(Ok::<_, std::io::Error>);
                reqwest::Body::wrap_stream(futures::stream::iter(pieces))
            }
        }
    }
}

impl Blob {
    /// A blob of these bytes, addressed by SHA-256.
    pub fn new(media_type: &str, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self::addressed(media_type, digest::sha256(&bytes), bytes)
    }

    /// A blob of these bytes, addressed by SHA-512.
    pub fn sha512(media_type: &str, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self::addressed(media_type, digest::sha512(&bytes), bytes)
    }

    fn addressed(media_type: &str, digest: String, bytes: Bytes) -> Self {
        let size = bytes.len() as u64;
        Self::made(media_type, digest, size, Some(Content::Bytes(bytes)))
    }

    /// A blob whose bytes are made while they are read.
    pub fn generated(media_type: &str, generated: Generated) -> Self {
        let (digest, size) = (generated.digest(), generated.len());
        Self::made(media_type, digest, size, Some(Content::Generated(generated)))
    }

    /// A blob of these bytes that only `url` has: the descriptor names it, no registry holds it.
    pub fn foreign(media_type: &str, bytes: impl AsRef<[u8]>, url: &str) -> Self {
        let bytes = bytes.as_ref();
        let mut blob = Self::made(media_type, digest::sha256(bytes), bytes.len() as u64, None);
        blob.urls.push(url.to_owned());
        blob
    }

    fn made(media_type: &str, digest: String, size: u64, content: Option<Content>) -> Self {
        let (urls, annotations) = (Vec::new(), Vec::new());
        Self { media_type: media_type.to_owned(), digest, size, urls, annotations, content }
    }

    /// The bytes, `None` when only a foreign address has them.
    pub fn content(&self) -> Option<&Content> {
        self.content.as_ref()
    }

    /// The bytes in memory; panics when only a foreign address has them.
    pub fn bytes(&self) -> Bytes {
        match self.content.as_ref().expect("the blob has its bytes") {
            Content::Bytes(bytes) => bytes.clone(),
            Content::Generated(generated) => generated.pieces().flatten().collect(),
        }
    }

    /// The same blob with an annotation in its descriptor.
    pub fn annotated(mut self, key: &str, value: &str) -> Self {
        self.annotations.push((key.to_owned(), value.to_owned()));
        self
    }

    /// The descriptor for a manifest.
    pub fn descriptor(&self) -> Value {
        let mut value = json!({"mediaType": self.media_type, "digest": self.digest, "size": self.size});
        if !self.urls.is_empty() {
            value["urls"] = json!(self.urls);
        }
        for (key, text) in &self.annotations {
            value["annotations"][key] = json!(text);
        }
        value
    }
}
