//! `portolan explain`.

use std::sync::Arc;

use clap::Args;
use portolan_oci::{RepositoryName, Tag, TagOrDigest};
use portolan_sync::select::{LeftOut, MirrorImages, Reason};
use portolan_sync::settings::ImageName;
use portolan_sync::{CopyTarget, Looked, Mirror, Silent};
use portolan_transport::{Endpoint, Location, PutAs};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::work::{chosen, engine};
use crate::arguments::parse_endpoint;
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::outcome::Outcome;
use crate::output::Table;

/// Says why a mirror takes a tag or leaves it out
///
/// The source's lists are read and the mirror's rules applied, as in a run.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  portolan explain base-images 12.5-slim
  portolan explain base-images docker.io/library/debian:12.5
  portolan explain base-images

Printed is a line for each tag; as JSON: [{\"image\", \"taken\", \"reason\", \"targets\": []}]")]
pub(crate) struct ExplainArguments {
    /// The mirror
    #[arg(value_name = "MIRROR")]
    mirror: String,
    /// A tag, or an image of the source; everything that there is, if none is given
    #[arg(value_name = "REF")]
    reference: Option<String>,
}

/// What the rules say about one image, or one repository.
#[derive(Debug, Serialize)]
struct Line {
    image: String,
    taken: bool,
    reason: String,
    targets: Vec<String>,
}

pub(in crate::commands) async fn run(
    arguments: &ExplainArguments,
    context: &Context,
) -> Result<Outcome, CliError> {
    let mirrors = chosen(std::slice::from_ref(&arguments.mirror), context)?;
    let Some(mirror) = mirrors.first() else { return Ok(Outcome::Done) };
    let wanted = arguments.reference.as_deref().map(Wanted::parse).transpose()?;
    let engine = engine(context, Arc::new(Silent), CancellationToken::new()).await?;
    let gathered = engine.gather(mirror, context.places()?).await?;
    let mut lines = match &mirror.images {
        MirrorImages::Place(_) | MirrorImages::Repositories(_) => judged(mirror, &gathered.looked),
        MirrorImages::Named(_) | MirrorImages::Listed(_) => {
            let named = gathered.requests.iter().map(|request| Line {
                image: request.source.location().with(Some(&request.reference)),
                taken: true,
                reason: "taken: the mirror names it".to_owned(),
                targets: request.targets.iter().map(named_target).collect(),
            });
            let others = gathered.other_kinds.iter().map(|other| Line {
                image: other.image.clone(),
                taken: false,
                reason: Reason::Out(LeftOut::OtherKind(other.kinds.clone())).to_string(),
                targets: Vec::new(),
            });
            named.chain(others).collect()
        }
    };
    if let Some(wanted) = &wanted {
        lines.retain(|line| wanted.is(&line.image));
        if lines.is_empty() {
            let problem = format!("{} has no {}", mirror.name, wanted.text);
            return Err(CliError::from(Failure::NotFound(problem))
                .with_hint(format!("`portolan explain {}` shows all that there is", mirror.name)));
        }
    }
    lines.sort_by(|a, b| b.taken.cmp(&a.taken).then_with(|| a.image.cmp(&b.image)));
    context.output.data(&lines, |lines| {
        let mut table = Table::default();
        for line in lines {
            let mut cells = vec![line.image.clone(), line.reason.clone()];
            cells.extend(line.taken.then(|| format!("-> {}", line.targets.join(", "))));
            table.row(cells);
        }
        table.to_string()
    })?;
    Ok(Outcome::Done)
}

fn judged(mirror: &Mirror, looked: &Looked) -> Vec<Line> {
    let line = |image: String, reason: &Reason, targets: Vec<String>| Line {
        image,
        taken: reason.is_in(),
        reason: reason.to_string(),
        targets,
    };
    let repositories = looked.repositories.iter().filter(|verdict| !verdict.is_in());
    let repositories =
        repositories.map(|verdict| line(full_name(mirror, &verdict.repository), &verdict.reason, Vec::new()));
    let tags = looked.tags.iter().flat_map(|(location, verdicts)| {
        verdicts.iter().map(move |verdict| {
            let image = image(location, &verdict.tag);
            let targets = if verdict.is_in() { goals(mirror, &image) } else { Vec::new() };
            line(image.to_string(), &verdict.reason, targets)
        })
    });
    repositories.chain(tags).collect()
}

/// A repository as its images are named: with the registry.
fn full_name(mirror: &Mirror, repository: &RepositoryName) -> String {
    match &mirror.images {
        MirrorImages::Repositories(rules) => {
            Location::Registry(rules.registry.clone(), repository.clone()).to_string()
        }
        MirrorImages::Place(_) | MirrorImages::Named(_) | MirrorImages::Listed(_) => repository.to_string(),
    }
}

/// A target with the tag that the image gets there.
fn named_target(to: &CopyTarget) -> String {
    let tag = match &to.name {
        PutAs::Tag(tag) => Some(TagOrDigest::Tag(tag.clone())),
        PutAs::Digest => None,
    };
    to.target.location().with(tag.as_ref())
}

fn image(location: &Location, tag: &Tag) -> ImageName {
    Endpoint { location: location.clone(), tag: Some(tag.clone()), digest: None }.into()
}

fn goals(mirror: &Mirror, image: &ImageName) -> Vec<String> {
    mirror.targets.iter().filter_map(|target| Some(target.expand(image).ok()?.to_string())).collect()
}

/// What was asked about: a tag of whatever place, or an image.
struct Wanted {
    text: String,
    is_tag: Option<Tag>,
}

impl Wanted {
    fn parse(text: &str) -> Result<Self, CliError> {
        if let Ok(tag) = text.parse::<Tag>() {
            return Ok(Self { text: text.to_owned(), is_tag: Some(tag) });
        }
        let endpoint = parse_endpoint(text).map_err(|error| Failure::Usage(error.to_string()))?;
        Ok(Self { text: endpoint.to_string(), is_tag: None })
    }

    fn is(&self, image: &str) -> bool {
        match &self.is_tag {
            Some(tag) => image.strip_suffix(tag.as_str()).is_some_and(|rest| rest.ends_with(':')),
            None => image == self.text,
        }
    }
}
