//! Where images go: targets with variables.

use std::fmt;
use std::str::FromStr;

use portolan_oci::{Tag, TagOrDigest};
use portolan_transport::{Endpoint, EndpointError, Location};

use crate::settings::{ImageName, setting_text};

/// What stands for a part of the source's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Variable {
    /// `{registry}`: the host, with `_` for the colon of a port unless it begins the target.
    Registry,
    /// `{repository}`: the repository with all its parts.
    Repository,
    /// `{name}`: the last part of the repository.
    Name,
    /// `{tag}`: the tag.
    Tag,
    /// `{image}`: the name as it is written, without the tag. `{image:PREFIX}`: the same with `PREFIX/` in front,
    /// unless it begins with `PREFIX`.
    Image(Option<String>),
}

impl Variable {
    const ALL: [Self; 5] = [Self::Registry, Self::Repository, Self::Name, Self::Tag, Self::Image(None)];

    /// What stands between braces, if it is a variable.
    fn named(text: &str) -> Option<Self> {
        match text.split_once(':') {
            Some(("image", prefix)) if !prefix.is_empty() => Some(Self::Image(Some(prefix.to_owned()))),
            Some(_) => None,
            None => Self::ALL.into_iter().find(|variable| variable.word() == text),
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Registry => "registry",
            Self::Repository => "repository",
            Self::Name => "name",
            Self::Tag => "tag",
            Self::Image(_) => "image",
        }
    }

    /// What it may be, to see what comes of a template.
    fn sample(&self) -> String {
        match self {
            Self::Registry => "registry.example.com".to_owned(),
            Self::Repository => "library/sample".to_owned(),
            Self::Name => "sample".to_owned(),
            Self::Tag => "1.0".to_owned(),
            Self::Image(prefix) => below(prefix.as_deref(), "sample"),
        }
    }
}

impl fmt::Display for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Image(Some(prefix)) => write!(f, "{{image:{prefix}}}"),
            other => write!(f, "{{{}}}", other.word()),
        }
    }
}

/// A place to which images go, with variables for parts of their names:
/// `registry.example.com/mirror/{repository}`, `oci:/mnt/usb/{name}`. A target that has no tag of its own gets
/// the tag of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetTemplate {
    text: String,
    parts: Vec<Part>,
}
setting_text!(TargetTemplate);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Variable(Variable),
}

/// Why a text is no target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A variable that there is not.
    #[error(
        "variable `{{{name}}}` of target `{text}` is not known (known: {{registry}}, {{repository}}, {{name}}, {{tag}}, {{image}}, {{image:PREFIX}})"
    )]
    UnknownVariable {
        /// What was written.
        text: String,
        /// The variable.
        name: String,
    },
    /// A brace without its other.
    #[error("target `{0}` has a brace without its other")]
    Brace(String),
    /// With values for the variables it is no place.
    #[error("target `{text}` is no place that can hold images")]
    NoPlace {
        /// What was written.
        text: String,
        /// What is wrong.
        #[source]
        cause: EndpointError,
    },
    /// It has a digest.
    #[error("target `{0}` has a digest; what an image is cannot be chosen at its target")]
    Digest(String),
}

/// Why an image has no place in a target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpandError {
    /// The source's name has no such part.
    #[error("target `{template}` needs `{variable}`, which {source_image} has not")]
    NoValue {
        /// The target.
        template: String,
        /// The variable.
        variable: Variable,
        /// The image.
        source_image: String,
    },
    /// With the image's values it is no place.
    #[error("target `{template}` has no place for {source_image}")]
    NoPlace {
        /// The target.
        template: String,
        /// The image.
        source_image: String,
        /// What is wrong.
        #[source]
        cause: EndpointError,
    },
}

impl TargetTemplate {
    /// Whether a variable is used, with whatever prefix.
    pub fn uses(&self, variable: &Variable) -> bool {
        let is_it = |part: &Part| matches!(part, Part::Variable(used) if used.word() == variable.word());
        self.parts.iter().any(is_it)
    }

    /// Whether images go into our own store.
    pub(super) fn is_in_store(&self) -> bool {
        matches!(self.parts.first(), Some(Part::Text(text)) if text.starts_with("store:"))
    }

    /// Whether images go into files of this machine.
    pub(super) fn is_in_files(&self) -> bool {
        let Some(Part::Text(text)) = self.parts.first() else { return false };
        ["oci:", "oci-archive:", "docker-archive:"].iter().any(|kind| text.starts_with(kind))
    }

    /// The first variable that has no value for images that are in no registry.
    pub(super) fn first_of_registry(&self) -> Option<Variable> {
        Variable::ALL.into_iter().find(|variable| *variable != Variable::Tag && self.uses(variable))
    }

    /// Where `image` goes, with the name that it gets there: the target's tag, else the image's tag, else its
    /// digest.
    ///
    /// # Errors
    /// If the image has no value for a variable, or if what comes out is no place.
    pub fn expand(&self, image: &ImageName) -> Result<Endpoint, ExpandError> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(literal) => text.push_str(literal),
                Part::Variable(variable) => {
                    let value = value(variable, image, &text);
                    text.push_str(&value.ok_or_else(|| ExpandError::NoValue {
                        template: self.text.clone(),
                        variable: variable.clone(),
                        source_image: image.to_string(),
                    })?);
                }
            }
        }
        let target: Endpoint = text.parse().map_err(|cause| ExpandError::NoPlace {
            template: self.text.clone(),
            source_image: image.to_string(),
            cause,
        })?;
        if target.tag.is_some() {
            return Ok(target);
        }
        let image = image.endpoint();
        let tag = tag_of(image);
        Ok(match (&tag, image.digest) {
            (None, Some(digest)) => Endpoint { digest: Some(digest), ..target },
            _ => Endpoint { tag, ..target },
        })
    }
}

/// The tag that an image has at its source: `latest` at a registry if nothing is said.
fn tag_of(image: &Endpoint) -> Option<Tag> {
    image.tag.clone().or_else(|| match image.selector() {
        Some(TagOrDigest::Tag(tag)) => Some(tag),
        _ => None,
    })
}

fn value(variable: &Variable, image: &ImageName, before: &str) -> Option<String> {
    if *variable == Variable::Tag {
        return tag_of(image.endpoint()).map(|tag| tag.to_string());
    }
    let Location::Registry(registry, repository) = &image.endpoint().location else { return None };
    Some(match variable {
        Variable::Image(prefix) => below(prefix.as_deref(), &image.name()?.replace(':', "_")),
        Variable::Registry if before.is_empty() => registry.to_string(),
        Variable::Registry => registry.as_str().replace(':', "_").replace(['[', ']'], ""),
        Variable::Name => repository.as_str().rsplit('/').next().unwrap_or_default().to_owned(),
        Variable::Repository | Variable::Tag => repository.to_string(),
    })
}

/// A name with a prefix and a slash in front, unless it begins with that prefix, letter by letter.
fn below(prefix: Option<&str>, name: &str) -> String {
    match prefix {
        Some(prefix) if !name.starts_with(prefix) => format!("{prefix}/{name}"),
        _ => name.to_owned(),
    }
}

impl FromStr for TargetTemplate {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, TemplateError> {
        let brace = || TemplateError::Brace(text.to_owned());
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((literal, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').ok_or_else(brace)?;
            let variable = Variable::named(name).ok_or_else(|| TemplateError::UnknownVariable {
                text: text.to_owned(),
                name: name.to_owned(),
            })?;
            parts.extend([Part::Text(literal.to_owned()), Part::Variable(variable)]);
            rest = after;
        }
        parts.push(Part::Text(rest.to_owned()));
        parts.retain(|part| *part != Part::Text(String::new()));
        if parts.iter().any(|part| matches!(part, Part::Text(literal) if literal.contains(['{', '}']))) {
            return Err(brace());
        }
        let sample: String = parts
            .iter()
            .map(|part| match part {
                Part::Text(literal) => literal.clone(),
                Part::Variable(variable) => variable.sample(),
            })
            .collect();
        match sample.parse::<Endpoint>() {
            Err(cause) => Err(TemplateError::NoPlace { text: text.to_owned(), cause }),
            Ok(place) if place.digest.is_some() => Err(TemplateError::Digest(text.to_owned())),
            Ok(_) => Ok(Self { text: text.to_owned(), parts }),
        }
    }
}

impl fmt::Display for TargetTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
