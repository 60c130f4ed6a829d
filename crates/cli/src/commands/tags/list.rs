//! `portolan tags REPO`.

use portolan_oci::Tag;
use portolan_transport::Endpoint;
use serde::Serialize;

use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::outcome::Outcome;

#[derive(Serialize)]
struct Tags {
    repository: String,
    tags: Vec<Tag>,
}

pub(super) async fn run(repository: &Endpoint, context: &Context) -> Result<Outcome, CliError> {
    let Endpoint { location, tag, digest } = repository;
    if tag.is_some() || digest.is_some() {
        let problem = format!("{repository} names one image: tags are those of a repository");
        return Err(CliError::from(Failure::Usage(problem)).with_hint(format!("portolan tags {location}")));
    }
    let mut tags = match context.source(location).await?.tags().await {
        Err(error) if error.is_not_found() => {
            return Err(Failure::NotFound(format!("{location} was not found")).into());
        }
        tags => tags?,
    };
    tags.sort_unstable();
    tags.dedup();
    let data = Tags { repository: location.to_string(), tags };
    context.output.data(&data, |data| data.tags.iter().map(|tag| format!("{tag}\n")).collect())?;
    Ok(Outcome::Done)
}
