//! All checks, in order.

use futures::future::BoxFuture;

use super::check::{Failure, Failures, Outcome};
use super::place::PlaceUnderTest;
use super::{concurrency, deletes, manifests, mounts, reads, referrers, tags, uploads};

type Check = for<'a> fn(&'a dyn PlaceUnderTest) -> BoxFuture<'a, Outcome>;

macro_rules! checks {
    ($($module:ident::$check:ident),+ $(,)?) => {
        &[$((concat!(stringify!($module), "::", stringify!($check)), |place| Box::pin($module::$check(place)))),+]
    };
}

const CHECKS: &[(&str, Check)] = checks![
    uploads::whole,
    uploads::empty,
    uploads::one_byte,
    uploads::exactly_in_chunks,
    uploads::in_chunks_and_a_rest,
    uploads::state_survives_being_written_down,
    uploads::continued_by_another,
    uploads::continued_after_a_break_inside_a_chunk,
    uploads::aborted,
    uploads::invisible_before_the_end,
    uploads::wrong_bytes_are_refused,
    uploads::short_content_is_refused,
    uploads::early_commit_is_refused,
    uploads::twice_at_once,
    uploads::by_sha512,
    mounts::from_another_repository,
    mounts::of_what_is_nowhere,
    reads::at_every_offset,
    reads::what_is_not_there,
    manifests::image_byte_for_byte,
    manifests::docker_image_byte_for_byte,
    manifests::index_and_nested_index,
    manifests::artifact_with_empty_config,
    manifests::foreign_layer_may_be_absent,
    manifests::missing_blob_is_refused,
    manifests::missing_child_is_refused,
    tags::none_at_first,
    tags::all_are_listed,
    tags::one_moves,
    referrers::none,
    referrers::listed_with_type_and_annotations,
    referrers::by_fallback_tag,
    deletes::one_tag,
    deletes::one_manifest,
    deletes::what_is_not_there,
    concurrency::many_tags_at_once,
    concurrency::two_targets_at_once,
];

/// Runs the whole suite and reports every check that failed.
///
/// # Errors
/// [`Failures`], which shows all of them when printed.
pub async fn run(place: &dyn PlaceUnderTest) -> Result<(), Failures> {
    let mut failures = Vec::new();
    for (check, run) in CHECKS {
        if let Err(broken) = run(place).await {
            failures.push(Failure { check, message: broken.0 });
        }
    }
    if failures.is_empty() { Ok(()) } else { Err(Failures(failures)) }
}
