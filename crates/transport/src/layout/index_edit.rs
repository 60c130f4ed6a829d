//! Changes of `index.json`, as data: what is put or taken away, and what that does to the entries.

use portolan_oci::{Descriptor, Digest, RawManifest, Tag, annotation};

use super::IndexJson;
use super::index_json::Entry;
use super::names::{exact_tag, named};
use crate::PutAs;

/// Says of a manifest whether it refers to a subject. Such manifests always keep an entry.
pub(crate) type IsReferrer<'a> = &'a dyn Fn(&Digest) -> bool;

/// One change.
#[derive(Debug, Clone)]
pub(crate) enum Edit {
    /// Name a manifest.
    Put {
        /// What is named.
        descriptor: Box<Descriptor>,
        /// The tag, if it gets one.
        tag: Option<Tag>,
        /// What it lists, if it is an index.
        children: Vec<Digest>,
    },
    /// Take a tag away.
    Untag(Tag),
    /// Take all entries of a manifest away.
    Remove(Digest),
}

impl Edit {
    /// The change that a manifest makes.
    pub(crate) fn put(manifest: &RawManifest, name: &PutAs) -> Self {
        Self::Put {
            descriptor: Box::new(manifest.descriptor()),
            tag: match name {
                PutAs::Digest => None,
                PutAs::Tag(tag) => Some(tag.clone()),
            },
            children: manifest.parsed().children().iter().map(|child| child.digest).collect(),
        }
    }
}

impl IndexJson {
    /// Makes one change; `true` if anything is different now.
    ///
    /// # Errors
    /// Never in practice: descriptors can be written.
    pub(crate) fn apply(
        &mut self,
        edit: &Edit,
        is_referrer: IsReferrer<'_>,
    ) -> Result<bool, serde_json::Error> {
        match edit {
            Edit::Put { descriptor, tag, children } => {
                let named = match tag {
                    Some(tag) => self.put_tag(descriptor, tag, is_referrer)?,
                    None => self.put_untagged(descriptor)?,
                };
                let adopted = self.adopt(children, is_referrer);
                Ok(named || adopted)
            }
            Edit::Untag(tag) => self.untag(tag, is_referrer),
            Edit::Remove(digest) => {
                let before = self.entries.len();
                self.entries.retain(|entry| !entry.is(digest));
                Ok(self.entries.len() != before)
            }
        }
    }

    fn put_tag(
        &mut self,
        descriptor: &Descriptor,
        tag: &Tag,
        is_referrer: IsReferrer<'_>,
    ) -> Result<bool, serde_json::Error> {
        let has_tag =
            |entry: &Entry| entry.descriptor().and_then(exact_tag).is_some_and(|found| found == *tag);
        let holders: Vec<usize> = self.positions(has_tag);
        if let [only] = holders.as_slice()
            && self.entries.get(*only).is_some_and(|entry| entry.is(&descriptor.digest))
        {
            return Ok(false);
        }
        let untagged = |entry: &Entry| entry.is(&descriptor.digest) && is_untagged(entry);
        let unnamed = self.positions(untagged).first().copied();
        let entry = match unnamed.and_then(|position| self.entries.get(position)) {
            Some(entry) => entry.renamed(Some(tag.as_str()))?,
            None => {
                let mut named = descriptor.clone();
                named.annotations.insert(annotation::REF_NAME.to_owned(), tag.to_string());
                Entry::new(&named)?
            }
        };
        let replaced: Vec<Entry> = holders.iter().filter_map(|at| self.entries.get(*at)).cloned().collect();
        match holders.first().copied().or(unnamed) {
            Some(position) => {
                if let Some(slot) = self.entries.get_mut(position) {
                    *slot = entry;
                }
                let mut at = 0..;
                self.entries.retain(|entry| {
                    let here = at.next();
                    here == Some(position) || !(has_tag(entry) || untagged(entry))
                });
            }
            None => self.entries.push(entry),
        }
        self.keep_referrers(&replaced, is_referrer)?;
        Ok(true)
    }

    fn put_untagged(&mut self, descriptor: &Descriptor) -> Result<bool, serde_json::Error> {
        if self.entries.iter().any(|entry| entry.is(&descriptor.digest)) {
            return Ok(false);
        }
        self.entries.push(Entry::new(descriptor)?);
        Ok(true)
    }

    /// What an index lists needs no entry of its own any more.
    fn adopt(&mut self, children: &[Digest], is_referrer: IsReferrer<'_>) -> bool {
        let before = self.entries.len();
        self.entries.retain(|entry| {
            let child = entry.descriptor().is_some_and(|found| children.contains(&found.digest));
            let adopted = child
                && is_untagged(entry)
                && !entry.descriptor().is_some_and(|found| is_referrer(&found.digest));
            !adopted
        });
        self.entries.len() != before
    }

    fn untag(&mut self, tag: &Tag, is_referrer: IsReferrer<'_>) -> Result<bool, serde_json::Error> {
        let has_tag = |entry: &Entry| entry.descriptor().is_some_and(|found| named(found, tag).is_some());
        let (gone, kept) = std::mem::take(&mut self.entries).into_iter().partition(has_tag);
        self.entries = kept;
        self.keep_referrers(&gone, is_referrer)?;
        Ok(!gone.is_empty())
    }

    /// A manifest with a subject stays listed when it loses its last name.
    fn keep_referrers(
        &mut self,
        gone: &[Entry],
        is_referrer: IsReferrer<'_>,
    ) -> Result<(), serde_json::Error> {
        for entry in gone {
            let Some(digest) = entry.descriptor().map(|found| found.digest) else { continue };
            if !self.entries.iter().any(|kept| kept.is(&digest)) && is_referrer(&digest) {
                self.entries.push(entry.renamed(None)?);
            }
        }
        Ok(())
    }

    fn positions(&self, wanted: impl Fn(&Entry) -> bool) -> Vec<usize> {
        self.entries.iter().enumerate().filter(|(_, entry)| wanted(entry)).map(|(at, _)| at).collect()
    }
}

fn is_untagged(entry: &Entry) -> bool {
    entry.descriptor().is_some_and(|found| {
        !found.annotations.contains_key(annotation::REF_NAME)
            && !found.annotations.contains_key(annotation::CONTAINERD_IMAGE_NAME)
    })
}
