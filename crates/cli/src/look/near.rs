//! Tags that may have been meant.

use std::time::Duration;

use portolan_oci::Tag;
use portolan_transport::Source;

/// How long the tags of a repository may take: a hint is worth no more.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many tags are compared.
const COMPARED: usize = 20_000;

/// How many tags are named.
const NAMED: usize = 5;

/// A hint that names the tags nearest to one that is not there; none if there are no tags to name.
pub(crate) async fn tags(source: &dyn Source, wanted: &Tag) -> Option<String> {
    let tags = tokio::time::timeout(PATIENCE, source.tags()).await.ok()?.ok()?;
    hint(&tags, wanted)
}

fn hint(tags: &[Tag], wanted: &Tag) -> Option<String> {
    let likeness = |tag: &Tag| strsim::jaro_winkler(tag.as_str(), wanted.as_str());
    let mut rated: Vec<_> = tags.iter().take(COMPARED).map(|tag| (likeness(tag), tag)).collect();
    rated.sort_by(|(a, tag_a), (b, tag_b)| b.total_cmp(a).then_with(|| tag_a.cmp(tag_b)));
    let names = |rated: &[(f64, &Tag)]| {
        rated.iter().take(NAMED).map(|(_, tag)| tag.as_str()).collect::<Vec<_>>().join(", ")
    };
    let near: Vec<_> = rated.iter().copied().filter(|(likeness, _)| *likeness > 0.7).collect();
    match (near.is_empty(), rated.is_empty()) {
        (false, _) => Some(format!("tags with a similar name: {}", names(&near))),
        (true, false) if rated.len() <= NAMED => Some(format!("the tags there: {}", names(&rated))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(tags: &[&str], wanted: &str) -> Option<String> {
        let tags: Vec<Tag> = tags.iter().map(|tag| tag.parse().unwrap()).collect();
        hint(&tags, &wanted.parse().unwrap())
    }

    #[test]
    fn the_nearest_come_first() {
        let tags = ["edge", "1.0.0", "1.0.1", "1.10.0", "2.0.0", "latest", "stable"];
        assert_eq!(told(&tags, "1.0").unwrap(), "tags with a similar name: 1.0.0, 1.0.1, 1.10.0");
        assert_eq!(told(&tags, "lastest").unwrap(), "tags with a similar name: latest");
        assert_eq!(told(&tags, "xyz"), None);
    }

    #[test]
    fn a_few_tags_are_all_named() {
        assert_eq!(told(&["edge", "main"], "1.0").unwrap(), "the tags there: edge, main");
        assert_eq!(told(&[], "1.0"), None);
    }
}
