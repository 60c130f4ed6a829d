//! What is wrong with a mirror whose single values are right.

use super::Variable;

/// What is wrong with a mirror, with the defaults, or with a tag set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MirrorFault {
    /// There is nothing to take images from.
    #[error("one of `source`, `images` and `images_from` must be given")]
    NoImages,
    /// There are several things to take images from.
    #[error("only one of `source`, `images` and `images_from` may be given")]
    SeveralImages {
        /// The key that is one too many.
        key: &'static str,
    },
    /// There is a list of images without any.
    #[error("`images` names no image")]
    EmptyImages,
    /// Repositories are to be chosen of a source that is not several.
    #[error("`repositories` chooses below a `source` that ends with `/**`")]
    NothingToChoose,
    /// Tags are to be chosen of images that are named one by one.
    #[error("`tags` chooses among the tags of a `source`; `{key}` names each image by itself")]
    TagsOfImages {
        /// The key that names the images.
        key: &'static str,
    },
    /// There is nothing to which images go.
    #[error("`targets` names no target")]
    NoTargets,
    /// All repositories would go to one place.
    #[error(
        "target `{template}` puts all repositories of `{source_name}` in one; use `{{repository}}` or `{{name}}`"
    )]
    OnePlace {
        /// The target.
        template: String,
        /// The source.
        source_name: String,
        /// The target's place in the list, the first being 0.
        index: usize,
    },
    /// A variable has no value for what is in no registry.
    #[error("target `{template}` uses `{variable}`, and `{source_name}` is in no registry")]
    NoRegistry {
        /// The target.
        template: String,
        /// The variable.
        variable: Variable,
        /// The source.
        source_name: String,
        /// The target's place in the list, the first being 0.
        index: usize,
    },
    /// A tag set that there is not.
    #[error("there is no tag set `{name}` ({})", listed(known))]
    UnknownTagSet {
        /// Its name.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// A tag set that uses another.
    #[error("a tag set cannot use another")]
    NestedTagSet,
    /// Two ways to say when.
    #[error("only one of `schedule` and `every` may be given")]
    TwoTimings,
    /// A time between runs that is none.
    #[error("`every` must be longer than nothing")]
    NoInterval,
}

fn listed(known: &[String]) -> String {
    if known.is_empty() {
        return "`tag_sets` has none".to_owned();
    }
    let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    format!("known: {}", known.join(", "))
}

/// A step from a mirror to the value that is to blame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Into a key of a section.
    Key(&'static str),
    /// To an item of a list, the first being 0.
    Item(usize),
}

impl MirrorFault {
    /// The way from the mirror (or the defaults) to the value that is to blame.
    pub fn blamed(&self) -> Vec<Step> {
        match self {
            Self::NoImages => Vec::new(),
            Self::SeveralImages { key } => vec![Step::Key(key)],
            Self::EmptyImages => vec![Step::Key("images")],
            Self::NothingToChoose => vec![Step::Key("repositories")],
            Self::TagsOfImages { .. } => vec![Step::Key("tags")],
            Self::NoTargets => vec![Step::Key("targets")],
            Self::OnePlace { index, .. } | Self::NoRegistry { index, .. } => {
                vec![Step::Key("targets"), Step::Item(*index)]
            }
            Self::UnknownTagSet { .. } | Self::NestedTagSet => vec![Step::Key("tags"), Step::Key("use")],
            Self::TwoTimings | Self::NoInterval => vec![Step::Key("every")],
        }
    }
}
