//! `portolan tags rollback`.

use clap::Args;
use portolan_catalog::{By, ChangeCause, RollBackTo, RolledBack, TagEvent};
use portolan_oci::Digest;
use portolan_store::{StoreError, StoreRepository};
use portolan_transport::Endpoint;
use serde::Serialize;

use super::own_tag;
use crate::actor::actor;
use crate::arguments::parse_endpoint;
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::outcome::Outcome;

/// Lets a tag of our own store name again what it named before
///
/// Without --to that is the image before the one that it names now. What was deleted of it is brought back, as far as it
/// is kept: images for a week after they were deleted.
#[derive(Debug, Args)]
#[command(after_help = "\
As JSON: {\"tag\", \"digest\", \"restored\": []}; \"restored\" are the manifests below it that had been deleted.

Examples:
  portolan tags rollback store:base/debian:12
  portolan tags rollback store:base/debian:12 --to 41
  portolan tags rollback store:base/debian:12 --to sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
pub(super) struct RollbackArguments {
    /// The tag, as store:REPOSITORY:TAG
    #[arg(value_name = "TAG", value_parser = parse_endpoint)]
    tag: Endpoint,
    /// A digest that it named, or the revision as of which it is to name what it named then
    #[arg(long, value_name = "DIGEST|REVISION", value_parser = parse_to)]
    to: Option<RollBackTo>,
}

fn parse_to(text: &str) -> Result<RollBackTo, String> {
    match (text.parse::<u64>(), text.parse::<Digest>()) {
        (Ok(revision), _) => Ok(RollBackTo::Revision(revision)),
        (_, Ok(digest)) => Ok(RollBackTo::Digest(digest)),
        (_, Err(error)) => Err(format!("neither a revision nor a digest: {error}")),
    }
}

#[derive(Serialize)]
struct Report {
    tag: String,
    digest: Digest,
    restored: Vec<Digest>,
}

pub(super) async fn run(arguments: &RollbackArguments, context: &Context) -> Result<Outcome, CliError> {
    let (repository, tag) = own_tag(&arguments.tag)?;
    let failed = |cause: StoreError| Failure::other("cannot roll back", cause);
    let store = context.store()?.store().await.map_err(failed)?;
    let repository = store.repository(repository.clone());
    let events = repository.tag_history(tag, None).await.map_err(failed)?;
    let to = match arguments.to {
        Some(to) => to,
        None => before(&events).ok_or_else(|| nothing_before(&arguments.tag))?,
    };
    let became = roll_back(&repository, arguments, to).await?;
    let name = &arguments.tag;
    let refused = |problem: String| {
        Err(CliError::from(Failure::NotFound(problem)).with_hint(format!("portolan tags history {name}")))
    };
    let (digest, restored) = match became {
        RolledBack::Stored { image, children, .. } => {
            (image.digest, children.iter().map(|child| child.digest).collect())
        }
        RolledBack::Unchanged => {
            context.talk.say(&format!("{name} names it already"));
            let digest = events.first().and_then(|event| event.digest);
            let Some(digest) = digest else { return refused(format!("{name} is not there")) };
            (digest, Vec::new())
        }
        RolledBack::NeverNamed => return refused(format!("{name} did not name that, or nothing then")),
        RolledBack::NotKept(missing) => {
            let missing = missing.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            return refused(format!("of what {name} named, this is no longer kept: {missing}"));
        }
    };
    let report = Report { tag: name.to_string(), digest, restored };
    context.output.data(&report, |report| format!("{} names {}\n", report.tag, report.digest))?;
    Ok(Outcome::Done)
}

async fn roll_back(
    repository: &StoreRepository,
    arguments: &RollbackArguments,
    to: RollBackTo,
) -> Result<RolledBack, CliError> {
    let (_, tag) = own_tag(&arguments.tag)?;
    let by = By::new(ChangeCause::Rollback, actor());
    let became = repository.roll_back(tag, to, &by).await;
    became.map_err(|cause| Failure::other("cannot roll back", cause).into())
}

/// The last image that the tag named before what it names now; of one that was deleted, the last one.
fn before(events: &[TagEvent]) -> Option<RollBackTo> {
    let now = events.first()?.digest;
    let before = events.iter().find_map(|event| event.digest.filter(|digest| Some(*digest) != now))?;
    Some(RollBackTo::Digest(before))
}

fn nothing_before(tag: &Endpoint) -> CliError {
    let problem = format!("{tag} has named nothing else before");
    CliError::from(Failure::NotFound(problem)).with_hint(format!("portolan tags history {tag}"))
}
