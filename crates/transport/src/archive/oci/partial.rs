//! An archive that is being written: what it holds so far.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use portolan_oci::{Descriptor, Digest, Manifest, Verified};

use super::regions::{Region, Regions};
use crate::archive::place_file::UnfinishedFile;
use crate::archive::tar::padding;
use crate::layout::{Edit, Extent, Files, IndexJson, Reading, blob_path, read_extents, stream_extents};
use crate::{BlobRead, Location, TransportError, TransportResult, UploadState};

/// The archive and what is in it.
pub(super) struct Partial {
    pub(super) file: Arc<File>,
    pub(super) location: Location,
    state: Mutex<State>,
}

pub(super) struct State {
    /// `None` once the archive has been closed.
    pub(super) unfinished: Option<UnfinishedFile>,
    pub(super) regions: Regions,
    pub(super) uploads: HashMap<String, Region>,
    pub(super) blobs: HashMap<Digest, Region>,
    pub(super) index: Arc<IndexJson>,
    begun: u64,
}

impl Partial {
    pub(super) fn new(unfinished: UnfinishedFile, location: Location) -> io::Result<Self> {
        let file = Arc::new(unfinished.file().try_clone()?);
        let state = State {
            unfinished: Some(unfinished),
            regions: Regions::default(),
            uploads: HashMap::new(),
            blobs: HashMap::new(),
            index: Arc::default(),
            begun: 0,
        };
        Ok(Self { file, location, state: Mutex::new(state) })
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self, cause: io::Error) -> TransportError {
        TransportError::io(format!("writing {}", self.location), cause)
    }

    pub(super) fn begin(&self, blob: &Descriptor) -> TransportResult<UploadState> {
        let region = Region::new(&blob_path(&blob.digest), blob.size);
        let mut state = self.state();
        if state.unfinished.is_none() {
            return Err(self.closed());
        }
        state.begun += 1;
        let session = state.begun.to_string();
        let region = state.regions.place(region);
        state.uploads.insert(session.clone(), region);
        Ok(UploadState { digest: blob.digest, offset: 0, session, min_chunk: None })
    }

    pub(super) fn closed(&self) -> TransportError {
        TransportError::Rejected {
            what: format!("writing {}", self.location),
            message: "the archive has been closed".to_owned(),
        }
    }

    /// The place of an upload, which must have room up to `end`.
    pub(super) fn upload(&self, upload: &UploadState, end: u64) -> TransportResult<Region> {
        let region = self.state().uploads.get(&upload.session).cloned();
        let what = format!("blob {}", upload.digest);
        let region = region.ok_or_else(|| TransportError::SessionLost { what: what.clone() })?;
        if end > region.size {
            let message = format!("{end} bytes do not fit where {} were announced", region.size);
            return Err(TransportError::Rejected { what, message });
        }
        Ok(region)
    }

    pub(super) fn abort(&self, upload: &UploadState) {
        let mut state = self.state();
        if let Some(region) = state.uploads.remove(&upload.session) {
            state.regions.give_up(region);
        }
    }

    /// Writes what surrounds the content of a member and counts it as there.
    pub(super) fn commit(&self, upload: &UploadState, proof: &Verified) -> TransportResult<()> {
        let region = self.upload(upload, proof.size())?;
        if region.size != proof.size() {
            return Err(TransportError::Rejected {
                what: format!("blob {}", upload.digest),
                message: format!("it has {} bytes, {} were announced", proof.size(), region.size),
            });
        }
        self.write_around(&region).map_err(|cause| self.failed(cause))?;
        let mut state = self.state();
        state.uploads.remove(&upload.session);
        state.add(upload.digest, region);
        Ok(())
    }

    /// Adds a manifest unless it is there.
    pub(super) fn place_manifest(&self, proof: &Verified, bytes: &[u8]) -> TransportResult<()> {
        let region = Region::new(&blob_path(proof.digest()), proof.size());
        let region = {
            let mut state = self.state();
            if state.unfinished.is_none() {
                return Err(self.closed());
            }
            if state.blobs.contains_key(proof.digest()) {
                return Ok(());
            }
            state.regions.place(region)
        };
        let written = self.file.write_all_at(bytes, region.data()).and_then(|()| self.write_around(&region));
        let mut state = self.state();
        if let Err(cause) = written {
            state.regions.give_up(region);
            return Err(self.failed(cause));
        }
        state.add(*proof.digest(), region);
        Ok(())
    }

    /// Changes the entry points; `true` if anything is different now.
    pub(super) fn edit(&self, edit: &Edit) -> TransportResult<bool> {
        let mut state = self.state();
        if state.unfinished.is_none() {
            return Err(self.closed());
        }
        let mut index = IndexJson::clone(&state.index);
        let is_referrer =
            |digest: &Digest| state.blobs.get(digest).is_some_and(|region| self.is_referrer(region));
        let mut changed = index.apply(edit, &is_referrer).map_err(|cause| self.failed(cause.into()))?;
        state.index = Arc::new(index);
        if let Edit::Remove(digest) = edit
            && let Some(region) = state.blobs.remove(digest)
        {
            state.regions.give_up(region);
            changed = true;
        }
        Ok(changed)
    }

    fn find(&self, digest: &Digest) -> Option<Region> {
        self.state().blobs.get(digest).cloned()
    }
}

/// Where the content is.
fn extents(region: &Region) -> [Extent; 1] {
    [Extent::Data { at: region.data(), len: region.size }]
}

#[async_trait]
impl Files for Arc<Partial> {
    async fn index(&self) -> TransportResult<Arc<IndexJson>> {
        Ok(Arc::clone(&self.state().index))
    }

    async fn read(&self, digest: &Digest, limit: usize) -> TransportResult<Option<Bytes>> {
        let Some(region) = self.find(digest) else { return Ok(None) };
        Ok(Some(read_extents(self.reading(), &extents(&region), limit).await?.into()))
    }

    async fn size(&self, digest: &Digest) -> TransportResult<Option<u64>> {
        Ok(self.find(digest).map(|region| region.size))
    }

    async fn stream(&self, digest: &Digest, offset: u64) -> TransportResult<Option<BlobRead>> {
        let Some(region) = self.find(digest) else { return Ok(None) };
        let offset = offset.min(region.size);
        let stream = stream_extents(self.reading(), &extents(&region), offset);
        Ok(Some(BlobRead { offset, stream }))
    }
}

impl State {
    /// Counts a blob as there. One that was sent twice at once keeps its first place.
    fn add(&mut self, digest: Digest, region: Region) {
        match self.blobs.entry(digest) {
            Entry::Occupied(_) => self.regions.give_up(region),
            Entry::Vacant(place) => {
                place.insert(region);
            }
        }
    }
}

impl Partial {
    fn write_around(&self, region: &Region) -> io::Result<()> {
        self.file.write_all_at(&region.header, region.start)?;
        let zeros = vec![0; usize::try_from(padding(region.size)).unwrap_or_default()];
        self.file.write_all_at(&zeros, region.data() + region.size)
    }

    /// Whether a manifest has a subject; what cannot be read has none.
    fn is_referrer(&self, region: &Region) -> bool {
        let mut bytes = vec![0; usize::try_from(region.size).unwrap_or_default()];
        self.file.read_exact_at(&mut bytes, region.data()).is_ok()
            && Manifest::parse(&bytes, None).is_ok_and(|(manifest, _)| manifest.subject().is_some())
    }

    fn reading(&self) -> Reading {
        Reading { file: Arc::clone(&self.file), what: format!("reading {}", self.location) }
    }
}
