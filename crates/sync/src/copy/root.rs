//! The manifest that is copied for an image: the one that its source names, one that it leads to, or one that is
//! made of it.

use std::collections::HashMap;
use std::sync::Arc;

use futures::future::BoxFuture;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use portolan_oci::{Descriptor, Digest, Manifest, MediaKind, Platform, RawManifest, TagOrDigest};

use super::discover::{MAX_DEPTH, choose};
use super::request::{CopyRequest, Platforms};
use super::rewrite::{Entry, rewritten};
use crate::{CopyError, Engine};

/// Manifests are asked for by so many at once.
const PARALLEL: usize = 8;

/// The manifest that is copied for an image.
pub(crate) struct Root {
    pub(crate) manifest: RawManifest,
    /// What the source names.
    pub(crate) named: Digest,
    /// What was made of the image, this manifest or indexes below it: the source does not have them.
    pub(super) made: HashMap<Digest, RawManifest>,
}

/// What becomes of an index of which only some platforms are taken.
enum Cut {
    /// Nothing is left.
    Nothing,
    /// All of it is taken.
    Whole(RawManifest),
    /// It is written anew.
    Part(RawManifest),
}

impl Engine {
    /// The manifest to copy for an image.
    pub(crate) async fn root(&self, request: &CopyRequest) -> Result<Root, CopyError> {
        let manifest = self.read(request, &request.reference).await?;
        let named = *manifest.digest();
        let mut made = HashMap::new();
        let manifest = match (&request.rules.platforms, manifest.parsed()) {
            (Platforms::One(wanted), Manifest::Index(_)) => self.one_of(request, manifest, wanted).await?,
            (Platforms::Rewritten(wanted), Manifest::Index(_)) => {
                match self.cut(request, &manifest, 0, &mut made).await? {
                    Cut::Whole(manifest) | Cut::Part(manifest) => manifest,
                    Cut::Nothing => {
                        let wanted: Vec<String> = wanted.iter().map(ToString::to_string).collect();
                        let offered = offered(manifest.parsed().children());
                        return Err(no_platform(request, wanted.join(" or "), &Vec::from_iter(offered)));
                    }
                }
            }
            _ => manifest,
        };
        Ok(Root { manifest, named, made })
    }

    async fn read(&self, request: &CopyRequest, reference: &TagOrDigest) -> Result<RawManifest, CopyError> {
        let source = &*request.source;
        if let Some(kept) = self.selected.take(source, reference) {
            return Ok(kept);
        }
        let what = || source.location().with(Some(reference));
        source.manifest(reference).await.map_err(|cause| CopyError::source(what(), cause))
    }

    /// The manifest for one platform, in the index or the nearest of the indexes in it.
    async fn one_of(
        &self,
        request: &CopyRequest,
        index: RawManifest,
        wanted: &Platform,
    ) -> Result<RawManifest, CopyError> {
        let mut all_offered: Vec<String> = Vec::new();
        let mut level = vec![index];
        for _ in 0..MAX_DEPTH {
            let entries = || level.iter().flat_map(|index| index.parsed().children());
            let fits = |entry: &&Descriptor| entry.platform.as_ref().is_some_and(|is| wanted.accepts(is));
            let next: Vec<Digest> = match entries().find(fits) {
                Some(entry) => vec![entry.digest],
                None => {
                    all_offered.extend(level.iter().flat_map(|index| offered(index.parsed().children())));
                    let any = entries().filter(|entry| entry.platform.is_none());
                    any.filter(|entry| is_index(entry)).map(|entry| entry.digest).collect()
                }
            };
            level = stream::iter(next)
                .map(|digest| async move { self.read(request, &TagOrDigest::Digest(digest)).await })
                .buffered(PARALLEL)
                .try_collect()
                .await?;
            // What fits and is no index is the only one of its level.
            if let [found] = level.as_slice()
                && matches!(found.parsed(), Manifest::Image(_))
            {
                return Ok(found.clone());
            }
        }
        Err(no_platform(request, wanted.to_string(), &all_offered))
    }

    /// What becomes of an index, and of the indexes in it. Those that are new are added to `made`.
    fn cut<'a>(
        &'a self,
        request: &'a CopyRequest,
        index: &'a RawManifest,
        depth: usize,
        made: &'a mut HashMap<Digest, RawManifest>,
    ) -> BoxFuture<'a, Result<Cut, CopyError>> {
        Box::pin(async move {
            let image = || request.source.location().with(Some(&request.reference));
            if depth == MAX_DEPTH {
                let detail = format!("its indexes nest deeper than {MAX_DEPTH} levels");
                return Err(CopyError::TooComplex { image: image(), detail });
            }
            let all = index.parsed().children();
            let mut entries = Vec::with_capacity(all.len());
            for (entry, is_taken) in all.iter().zip(choose(all, request.rules.platforms.chosen())) {
                if !is_taken || !is_index(entry) {
                    entries.push(if is_taken { Entry::Kept } else { Entry::Dropped });
                    continue;
                }
                let inner = self.read(request, &TagOrDigest::Digest(entry.digest)).await?;
                entries.push(match self.cut(request, &inner, depth + 1, made).await? {
                    Cut::Nothing => Entry::Dropped,
                    Cut::Whole(_) => Entry::Kept,
                    Cut::Part(part) => Entry::Replaced { digest: *part.digest(), size: part.size() },
                });
            }
            if entries.iter().all(|entry| *entry == Entry::Kept) {
                return Ok(Cut::Whole(index.clone()));
            }
            if entries.iter().all(|entry| *entry == Entry::Dropped) {
                return Ok(Cut::Nothing);
            }
            let part = rewritten(index, &entries)
                .map_err(|cause| CopyError::Rewrite { image: image(), cause: Arc::new(cause) })?;
            made.insert(*part.digest(), part.clone());
            Ok(Cut::Part(part))
        })
    }
}

fn is_index(entry: &Descriptor) -> bool {
    entry.media_type.kind() == MediaKind::Index
}

/// The platforms that an index says it has.
fn offered(entries: &[Descriptor]) -> impl Iterator<Item = String> {
    entries.iter().filter_map(|entry| entry.platform.as_ref()).map(ToString::to_string)
}

fn no_platform(request: &CopyRequest, wanted: String, offered: &[String]) -> CopyError {
    CopyError::NoPlatform {
        image: request.source.location().with(Some(&request.reference)),
        wanted,
        offered: if offered.is_empty() { "none with a platform".to_owned() } else { offered.join(", ") },
    }
}
