//! All checks, in order.

use futures::future::BoxFuture;

use super::check::{Failure, Failures, Outcome};
use super::under_test::BackendUnderTest;
use super::{blobs, lists, packs, sessions, store};

type Check = for<'a> fn(&'a dyn BackendUnderTest) -> BoxFuture<'a, Outcome>;

macro_rules! checks {
    ($($module:ident::$check:ident),+ $(,)?) => {
        &[$((concat!(stringify!($module), "::", stringify!($check)), |it| Box::pin($module::$check(it)))),+]
    };
}

const CHECKS: &[(&str, Check)] = checks![
    store::is_nobodys_at_first,
    store::has_room,
    store::is_collected_by_one,
    store::is_swept_when_nothing_is_placed,
    blobs::of_every_size,
    blobs::in_every_range,
    blobs::by_sha512,
    blobs::what_is_not_there,
    blobs::generations_are_apart,
    blobs::the_last_one_put_is_there,
    blobs::removed_once_and_again,
    blobs::removed_while_read,
    blobs::set_aside,
    sessions::in_pieces,
    sessions::empty,
    sessions::continued_by_another,
    sessions::cut_when_continued,
    sessions::flushed_while_written,
    sessions::what_is_lost,
    sessions::one_writer_at_a_time,
    sessions::placed_under_two_generations,
    sessions::placed_over_another,
    sessions::placed_without_what_came_after,
    sessions::placed_after_a_restart,
    sessions::discarded,
    sessions::many_at_once,
    packs::sealed_and_read,
    packs::empty,
    packs::given_up_or_removed,
    lists::blobs_of_all_kinds,
    lists::more_than_a_page,
    lists::parts,
];

/// Runs the whole suite and reports every check that failed.
///
/// # Errors
/// [`Failures`], which shows all of them when printed.
pub async fn run(it: &dyn BackendUnderTest) -> Result<(), Failures> {
    let mut failures = Vec::new();
    for (check, run) in CHECKS {
        if let Err(broken) = run(it).await {
            failures.push(Failure { check, message: broken.0 });
        }
    }
    if failures.is_empty() { Ok(()) } else { Err(Failures(failures)) }
}
