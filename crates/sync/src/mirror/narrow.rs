//! A mirror for single images that it may take.

use portolan_transport::{Endpoint, Location};

use crate::CopyRequest;
use crate::select::{Mirror, MirrorImages, RepositoryVerdict};

impl Mirror {
    /// Whether its rules may take this image (a place and a tag, or a place for all of its tags). What a list names is
    /// known only when it is read: then it may.
    pub fn may_take(&self, image: &Endpoint) -> bool {
        !narrowed(self, std::slice::from_ref(image)).is_empty()
    }
}

/// Mirrors that take of these images what this one takes, and look at no more than they must for it.
pub(super) fn narrowed(mirror: &Mirror, images: &[Endpoint]) -> Vec<Mirror> {
    let with = |images| Mirror { images, ..mirror.clone() };
    match &mirror.images {
        MirrorImages::Place(place) => {
            let is_meant = images.iter().any(|image| image.location == *place);
            if is_meant { vec![mirror.clone()] } else { Vec::new() }
        }
        MirrorImages::Repositories(rules) => {
            let mut places: Vec<&Location> = Vec::new();
            for image in images {
                let Location::Registry(registry, repository) = &image.location else { continue };
                let verdicts = rules.select(std::slice::from_ref(repository));
                let is_in = *registry == rules.registry && verdicts.iter().any(RepositoryVerdict::is_in);
                if is_in && !places.contains(&&image.location) {
                    places.push(&image.location);
                }
            }
            places.into_iter().map(|place| with(MirrorImages::Place(place.clone()))).collect()
        }
        MirrorImages::Named(all) => {
            let named = all.iter().filter(|one| images.iter().any(|image| is_same(image, one.endpoint())));
            let named: Vec<_> = named.cloned().collect();
            if named.is_empty() { Vec::new() } else { vec![with(MirrorImages::Named(named))] }
        }
        MirrorImages::Listed(_) => vec![mirror.clone()],
    }
}

fn is_same(image: &Endpoint, other: &Endpoint) -> bool {
    let tags = image.named().is_none() || image.selector() == other.selector();
    image.location == other.location && tags
}

/// Leaves of the requests those for these images.
pub(super) fn keep(requests: &mut Vec<CopyRequest>, images: &[Endpoint]) {
    requests.retain(|request| {
        images.iter().any(|image| {
            let all = image.named().is_none();
            let tags = all || image.selector().is_some_and(|tag| tag == request.reference);
            image.location == *request.source.location() && tags
        })
    });
}
