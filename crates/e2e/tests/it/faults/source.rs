use http::Method;
use portolan_sync::CopyError;
use portolan_testkit::proxy::{Action, Answer, Asked, Rule};
use portolan_transport::TransportError;

use super::stage::{CHUNK, Case, LARGE, Side, Stage, from_source, image, once, refuse, slow_down};

fn gets_manifest(asked: &Asked) -> bool {
    asked.method == Method::GET && asked.path.contains("/manifests/")
}

fn gets_child(asked: &Asked) -> bool {
    asked.method == Method::GET && asked.path.contains("/manifests/sha256:")
}

/// Only the large layer has so many bytes, so a cut there hits no other blob.
fn cuts() -> impl Iterator<Item = Case> {
    let cases = [
        ("a blob is cut before its first byte", 0),
        ("a blob is cut after its first byte", 1),
        ("a blob is cut in the middle", LARGE / 2),
        ("a blob is cut before its last byte", LARGE - 1),
    ];
    cases.into_iter().map(|(name, at)| {
        Case::survives(name, [Rule::new(Asked::gets_blob, Action::CutResponseAfter(at)).times(5)])
    })
}

fn passing() -> Vec<Case> {
    vec![
        Case::survives("a manifest is cut", [once(gets_manifest, Action::CutResponseAfter(20))]),
        Case::survives("a child manifest is cut", [once(gets_child, Action::CutResponseAfter(20))]),
        Case::survives("a manifest stalls", [once(gets_manifest, Action::StallResponseAfter(20))]),
        Case::survives("a manifest is not answered", [once(gets_manifest, Action::Hang)]),
        Case::survives("the answer to a manifest is lost", [once(gets_manifest, Action::CutBeforeResponse)]),
        Case::survives("a blob stalls", [once(Asked::gets_blob, Action::StallResponseAfter(1000))]),
        Case::survives("a blob is not answered", [once(Asked::gets_blob, Action::Hang)]),
        Case::survives("429 for a manifest", [once(gets_manifest, slow_down())]),
        Case::survives("429 for a blob", [once(Asked::gets_blob, slow_down())]),
        Case::survives("a burst of 503", [Rule::new(|_| true, refuse(503)).times(4)]),
        Case::survives("a burst of 500 for blobs", [Rule::new(Asked::gets_blob, refuse(500)).times(4)]),
    ]
}

fn out_of_order(error: &CopyError) -> bool {
    from_source(error, |cause| matches!(cause, TransportError::Unavailable { .. }))
}

fn lasting() -> Vec<Case> {
    fn missing(error: &CopyError) -> bool {
        from_source(error, |cause| matches!(cause, TransportError::NotFound { .. }))
    }
    fn limited(error: &CopyError) -> bool {
        from_source(error, |cause| matches!(cause, TransportError::RateLimited { .. }))
    }
    let patience = Answer::status(429).header("retry-after", "600");
    vec![
        Case::fails("500 for every blob", [Rule::new(Asked::gets_blob, refuse(500)).always()], out_of_order),
        Case::fails(
            "no blob is ever answered",
            [Rule::new(Asked::gets_blob, Action::Hang).always()],
            out_of_order,
        ),
        Case::fails("404 for a blob", [once(Asked::gets_blob, refuse(404))], missing),
        Case::fails("404 for a child", [once(gets_child, refuse(404))], |error| {
            matches!(error, CopyError::Incomplete { .. })
        }),
        Case::fails("429 for ten minutes", [once(gets_manifest, Action::Answer(patience))], limited),
    ]
}

fn wrong_content() -> Vec<Case> {
    fn content(error: &CopyError) -> bool {
        from_source(error, |cause| matches!(cause, TransportError::Content { .. }))
    }
    let blob = |action| [once(Asked::gets_blob, action)];
    vec![
        Case::fails("a wrong byte in a blob", blob(Action::CorruptResponseAt(100)), content),
        Case::fails(
            "a wrong byte in every blob",
            [Rule::new(Asked::gets_blob, Action::CorruptResponseAt(0)).always()],
            content,
        ),
        Case::fails("a blob is too short", blob(Action::TruncateResponse(1)), content),
        Case::fails("a blob is too long", blob(Action::ExtendResponse(b"more".to_vec())), content),
        Case::fails(
            "a wrong byte in a manifest",
            [once(gets_manifest, Action::CorruptResponseAt(60))],
            content,
        ),
        Case::fails("a wrong byte in a child", [once(gets_child, Action::CorruptResponseAt(60))], content),
        Case::fails("a manifest is too short", [once(gets_manifest, Action::TruncateResponse(1))], content),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_breaks_off_is_read_to_its_end() {
    let Some(stage) = Stage::set().await else { return };
    stage.play(Side::Source, cuts().chain(passing())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn our_registry_is_read_to_its_end() {
    Stage::set_with_ours().await.play(Side::Source, cuts()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_fails_is_named_with_its_cause() {
    let Some(stage) = Stage::set().await else { return };
    stage.play(Side::Source, lasting()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_content_of_a_source_goes_nowhere() {
    let Some(stage) = Stage::set().await else { return };
    stage.play(Side::Source, wrong_content()).await;
}

/// The wrong byte lies in a chunk that the target has taken and the journal has noted when the source breaks
/// down. Whoever goes on there finds out at the end, and begins anew.
#[tokio::test(flavor = "multi_thread")]
async fn wrong_bytes_of_an_earlier_run_are_sent_again() {
    let Some(stage) = Stage::set().await else { return };
    let digest = image().root.children[0].blobs[2].digest.clone();
    let gets_large = move |asked: &Asked| asked.gets_blob() && asked.path.ends_with(&digest);
    let rules = [
        Rule::new(gets_large.clone(), Action::CorruptResponseAt(100)),
        Rule::new(gets_large.clone(), Action::CutResponseAfter(CHUNK * 3 / 2)),
        Rule::new(gets_large, refuse(500)).after(1).always(),
    ];
    let case = Case::fails("a wrong byte, then silence", rules, out_of_order);
    stage.play(Side::Source, [case]).await;
}
