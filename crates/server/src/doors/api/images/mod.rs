//! What our own store holds: repositories, tags, images, and how they changed. Each asker sees what he may pull.

mod changes;
mod get;
mod history;
mod repositories;
mod tags;

use portolan_catalog::Action;
use portolan_oci::RepositoryName;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::door::ApiDoor;
use super::problem::{Kind, Problem};
use crate::access::Caller;

pub(super) fn operations() -> OpenApiRouter<ApiDoor> {
    OpenApiRouter::new()
        .routes(routes!(repositories::list_repositories))
        .routes(routes!(tags::list_tags))
        .routes(routes!(history::list_tag_history))
        .routes(routes!(get::get_image))
        .routes(routes!(changes::list_changes))
}

/// A repository that the caller may pull from. Whether there is one that he may not is not told.
fn readable(caller: &Caller, name: &str) -> Result<RepositoryName, Problem> {
    let wrong = |error| Kind::Invalid.because(format!("`repository`: {error}"));
    let repository: RepositoryName = name.parse().map_err(wrong)?;
    if caller.may(Action::Pull, &repository) { Ok(repository) } else { Err(unknown(&repository)) }
}

fn unknown(repository: &RepositoryName) -> Problem {
    Kind::NotFound.because(format!("there is no repository `{repository}` that you may pull from"))
}
