use http::Method;
use portolan_sync::CopyError;
use portolan_testkit::proxy::{Action, Answer, Asked, Rule};
use portolan_transport::TransportError;

use super::stage::{CHUNK, Case, Side, Stage, from_target, once, refuse, slow_down};

type Matcher = fn(&Asked) -> bool;

fn sends_chunk(asked: &Asked) -> bool {
    asked.method == Method::PATCH
}

fn ends_upload(asked: &Asked) -> bool {
    asked.method == Method::PUT && asked.path.contains("/blobs/uploads/")
}

fn tags(asked: &Asked) -> bool {
    asked.puts_manifest() && !asked.path.contains("/sha256:")
}

fn cuts() -> Vec<Case> {
    let cut = |name, matcher: Matcher, at| Case::survives(name, [once(matcher, Action::CutRequestAfter(at))]);
    vec![
        cut("a blob is cut before its first byte", ends_upload, 0),
        cut("a blob is cut after its first byte", ends_upload, 1),
        cut("a blob is cut further on", ends_upload, 300),
        cut("a chunk is cut before its first byte", sends_chunk, 0),
        cut("a chunk is cut in the middle", sends_chunk, CHUNK / 2),
        cut("a chunk is cut before its last byte", sends_chunk, CHUNK - 1),
        Case::survives(
            "the third chunk is cut",
            [once(sends_chunk, Action::CutRequestAfter(CHUNK / 3)).after(1)],
        ),
        cut("a manifest is cut", Asked::puts_manifest, 30),
    ]
}

fn lost_answers() -> Vec<Case> {
    let lost = |name, matcher: Matcher| Case::survives(name, [once(matcher, Action::CutBeforeResponse)]);
    vec![
        lost("the answer to a new upload is lost", Asked::begins_upload),
        lost("the answer to a chunk is lost", sends_chunk),
        lost("the answer to the end of an upload is lost", ends_upload),
        lost("the answer to a manifest is lost", Asked::puts_manifest),
        lost("the answer to the tag is lost", tags),
    ]
}

fn silence() -> Vec<Case> {
    let hang = |name, matcher: Matcher| Case::survives(name, [once(matcher, Action::Hang)]);
    vec![
        hang("a new upload is not answered", Asked::begins_upload),
        hang("a chunk is not answered", sends_chunk),
        hang("the end of an upload is not answered", ends_upload),
        hang("a manifest is not answered", Asked::puts_manifest),
    ]
}

fn busy() -> Vec<Case> {
    vec![
        Case::survives("429 for a new upload", [once(Asked::begins_upload, slow_down())]),
        Case::survives("429 for a chunk", [once(sends_chunk, slow_down())]),
        Case::survives("429 for the end of an upload", [once(ends_upload, slow_down())]),
        Case::survives("429 for a manifest", [once(Asked::puts_manifest, slow_down())]),
        Case::survives("a burst of 503", [Rule::new(|_| true, refuse(503)).times(4)]),
        Case::survives("a burst of 500 for uploads", [Rule::new(Asked::sends_blob, refuse(500)).times(3)]),
        Case::survives(
            "a burst of 502 for manifests",
            [Rule::new(Asked::puts_manifest, refuse(502)).times(3)],
        ),
    ]
}

fn refusals() -> Vec<Case> {
    fn full(error: &CopyError) -> bool {
        from_target(error, |cause| matches!(cause, TransportError::OutOfSpace { .. }))
    }
    fn too_large(error: &CopyError) -> bool {
        from_target(error, |cause| matches!(cause, TransportError::TooLarge { .. }))
    }
    fn out_of_order(error: &CopyError) -> bool {
        from_target(error, |cause| matches!(cause, TransportError::Unavailable { .. }))
    }
    fn denied(error: &CopyError) -> bool {
        from_target(error, |cause| matches!(cause, TransportError::Denied { .. }))
    }
    let early = |status| Action::Answer(Answer::status(status).early());
    let always = |matcher: Matcher, action| [Rule::new(matcher, action).always()];
    vec![
        Case::fails("full", always(Asked::sends_blob, refuse(507)), full),
        Case::fails("full, told before the bytes are read", always(Asked::sends_blob, early(507)), full),
        Case::fails("full for chunks", always(sends_chunk, refuse(507)), full),
        Case::fails("413", always(Asked::sends_blob, refuse(413)), too_large),
        Case::fails("413 for a chunk", always(sends_chunk, early(413)), too_large),
        Case::fails("413 for manifests", always(Asked::puts_manifest, refuse(413)), too_large),
        Case::fails("403 for uploads", always(Asked::begins_upload, refuse(403)), denied),
        Case::fails("500 for every tag", always(tags, refuse(500)), out_of_order),
        Case::fails("no chunk is ever answered", always(sends_chunk, Action::Hang), out_of_order),
        Case::fails(
            "every upload is cut",
            always(Asked::sends_blob, Action::CutRequestAfter(10)),
            out_of_order,
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_breaks_off_is_brought_to_its_end() {
    let Some(stage) = Stage::set().await else { return };
    stage.play(Side::Target, cuts()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_and_not_answered_is_done() {
    let Some(stage) = Stage::set().await else { return };
    stage.play(Side::Target, lost_answers().into_iter().chain(silence())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn our_registry_brings_to_its_end_what_breaks_off_or_is_not_answered() {
    let stage = Stage::set_with_ours().await;
    // Every other one: each way to break is among them.
    let cases = cuts().into_iter().chain(lost_answers()).skip(1).step_by(2);
    stage.play(Side::Target, cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_target_is_given_time() {
    let Some(stage) = Stage::set().await else { return };
    stage.play(Side::Target, busy()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_refuses_is_named_with_its_cause() {
    let Some(stage) = Stage::set().await else { return };
    stage.play(Side::Target, refusals()).await;
}
