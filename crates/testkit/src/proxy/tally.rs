//! Records by kind.

use http::Method;

use super::Record;

/// How many requests of each kind came in, and how many bytes of bodies passed: what one side of a copy costs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// All requests.
    pub requests: usize,
    /// Pages of lists of tags.
    pub tag_lists: usize,
    /// HEAD of manifests.
    pub manifest_heads: usize,
    /// GET of manifests.
    pub manifest_gets: usize,
    /// Manifests put.
    pub manifest_puts: usize,
    /// Questions to the referrers API.
    pub referrers: usize,
    /// HEAD of blobs.
    pub blob_heads: usize,
    /// GET of blobs, and of parts of them.
    pub blob_gets: usize,
    /// Uploads begun, and mounts asked for.
    pub uploads: usize,
    /// Manifests, tags and blobs deleted.
    pub deletes: usize,
    /// Bytes of the requests' bodies.
    pub request_bytes: u64,
    /// Bytes of the answers' bodies.
    pub response_bytes: u64,
}

impl Tally {
    pub(super) fn of(records: &[Record]) -> Self {
        let mut tally = Self::default();
        for record in records {
            tally.add(record);
        }
        tally
    }

    fn add(&mut self, record: &Record) {
        self.requests += 1;
        self.request_bytes += record.request_bytes;
        self.response_bytes += record.response_bytes;
        if let Some(kind) = self.kind(&record.method, &record.path) {
            *kind += 1;
        }
    }

    fn kind(&mut self, method: &Method, path: &str) -> Option<&mut usize> {
        let manifest = path.contains("/manifests/");
        let upload = path.contains("/blobs/uploads/");
        let blob = path.contains("/blobs/") && !upload;
        Some(match *method {
            Method::DELETE if !upload => &mut self.deletes,
            Method::HEAD if manifest => &mut self.manifest_heads,
            Method::GET if manifest => &mut self.manifest_gets,
            Method::PUT if manifest => &mut self.manifest_puts,
            Method::HEAD if blob => &mut self.blob_heads,
            Method::GET if blob => &mut self.blob_gets,
            Method::POST if upload => &mut self.uploads,
            Method::GET if path.ends_with("/tags/list") => &mut self.tag_lists,
            Method::GET if path.contains("/referrers/") => &mut self.referrers,
            _ => return None,
        })
    }
}
