//! Which images of an archive are meant.

use portolan_oci::{Reference, Registry, RepositoryName};

use super::manifest_json::Item;
use crate::archive::open::Opened;
use crate::{InArchive, TransportError, TransportResult};

/// How many names are told where the right one is not there.
const TOLD: usize = 10;

/// The images that are meant, each with those of its names that are.
///
/// # Errors
/// `Rejected` if there are none.
pub(super) fn select(archive: &Opened, items: Vec<Item>, images: &InArchive) -> TransportResult<Vec<Item>> {
    match images {
        InArchive::All => Ok(items),
        InArchive::Nth(nth) => {
            let last = items.len();
            let item = items.into_iter().nth(*nth).ok_or_else(|| {
                archive.rejected(format!("it has no image @{nth}: it holds {last}, the first being @0"))
            })?;
            Ok(vec![item])
        }
        InArchive::Repository(registry, repository) => {
            let found: Vec<_> = items.iter().filter_map(|item| named(item, registry, repository)).collect();
            if found.is_empty() {
                return Err(other_names(archive, &items, &format!("{registry}/{repository}")));
            }
            Ok(found)
        }
    }
}

/// The image with the names that it has in the repository, if it has any.
fn named(item: &Item, registry: &Registry, repository: &RepositoryName) -> Option<Item> {
    let is_meant = |name: &String| {
        let name = name.parse::<Reference>();
        name.is_ok_and(|name| name.registry() == registry && name.repository() == repository)
    };
    let names = item.repo_tags.as_deref().unwrap_or_default().iter().filter(|name| is_meant(name));
    let names: Vec<_> = names.cloned().collect();
    (!names.is_empty()).then(|| Item { repo_tags: Some(names), ..item.clone() })
}

fn other_names(archive: &Opened, items: &[Item], wanted: &str) -> TransportError {
    let names = items.iter().filter_map(|item| item.repo_tags.as_deref()).flatten();
    let all: Vec<_> = names.map(String::as_str).collect();
    let told = all.get(..TOLD).unwrap_or(&all).join(", ");
    let held = match all.len() {
        0 => "no names: choose an image by its place (:@0, :@1, …)".to_owned(),
        1..=TOLD => told,
        many => format!("{told} and {} more", many - TOLD),
    };
    archive.rejected(format!("it has no image of {wanted}; it has {held}"))
}
