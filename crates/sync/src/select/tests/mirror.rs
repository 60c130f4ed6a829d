use serde_json::{Value, json};

use crate::select::{
    CarriedReferrers, Mirror, MirrorFault, MirrorImages, Policy, RepositoryRules, Step, Timing,
};
use crate::settings::{MirrorSettings, PolicySettings, TagSets};

fn resolve(settings: Value) -> Result<Mirror, Vec<MirrorFault>> {
    let settings: MirrorSettings = serde_json::from_value(settings).unwrap();
    Mirror::new(&settings, &Policy::default(), &TagSets::new())
}

fn faults(settings: Value) -> Vec<String> {
    resolve(settings).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn images_come_from_one_thing() {
    let source = resolve(json!({"name": "m", "source": "debian", "targets": ["r.example/{name}"]})).unwrap();
    assert!(matches!(source.images, MirrorImages::Place(_)));
    let below = resolve(json!({"name": "m", "source": "a.example/x/**", "targets": ["r.example/{name}"]}));
    assert!(matches!(below.unwrap().images, MirrorImages::Repositories(_)));
    let named = resolve(json!({"name": "m", "images": ["debian:12"], "targets": ["r.example/x"]})).unwrap();
    assert!(matches!(named.images, MirrorImages::Named(images) if images.len() == 1));
    let listed = json!({"name": "m", "images_from": {"file": "x"}, "targets": ["r.example/x"]});
    assert!(matches!(resolve(listed).unwrap().images, MirrorImages::Listed(_)));
}

#[test]
fn all_that_is_wrong_is_said() {
    assert_eq!(
        faults(
            json!({"name": "m", "targets": [], "schedule": "@daily", "every": "1h", "tags": {"use": "x"}})
        ),
        [
            "one of `source`, `images` and `images_from` must be given",
            "`targets` names no target",
            "there is no tag set `x` (`tag_sets` has none)",
            "only one of `schedule` and `every` may be given",
        ]
    );
    assert_eq!(
        faults(json!({
            "name": "m", "images": [], "images_from": {"file": "x"}, "repositories": {}, "tags": {},
            "targets": ["r.example/x"], "every": "0s",
        })),
        [
            "only one of `source`, `images` and `images_from` may be given",
            "`repositories` chooses below a `source` that ends with `/**`",
            "`tags` chooses among the tags of a `source`; `images` names each image by itself",
            "`images` names no image",
            "`every` must be longer than nothing",
        ]
    );
    assert_eq!(
        faults(
            json!({"name": "m", "source": "a.example/**", "targets": ["r.example/{name}", "r.example/x"]})
        ),
        [
            "target `r.example/x` puts all repositories of `a.example/**` in one; use `{repository}` or `{name}`"
        ]
    );
    let layout =
        resolve(json!({"name": "m", "source": "oci:usb", "targets": ["r.example/x", "r.example/{name}"]}));
    let fault = layout.unwrap_err().remove(0);
    assert_eq!(fault.to_string(), "target `r.example/{name}` uses `{name}`, and `oci:usb` is in no registry");
    assert_eq!(fault.blamed(), [Step::Key("targets"), Step::Item(1)]);
}

#[test]
fn a_mirror_replaces_defaults_key_by_key() {
    let defaults: PolicySettings = serde_json::from_value(json!({
        "tags": {"semver": ">=1", "latest": 3}, "platforms": ["linux/amd64"], "every": "1h",
        "referrers": {"types": ["application/spdx+json"], "recheck": "5m"}, "immutable": ["^v"],
    }))
    .unwrap();
    let defaults = Policy::default().over(&defaults, &TagSets::new()).unwrap();
    let plain = json!({"name": "m", "source": "debian", "targets": ["r.example/x"]});
    let mirror = |settings: &Value| {
        let settings: MirrorSettings = serde_json::from_value(settings.clone()).unwrap();
        Mirror::new(&settings, &defaults, &TagSets::new()).unwrap()
    };
    assert_eq!(mirror(&plain).policy, defaults);
    assert!(matches!(&defaults.referrers, CarriedReferrers::Types(types) if types.len() == 1));
    assert!(defaults.is_immutable(&"v1".parse().unwrap()) && !defaults.is_immutable(&"1".parse().unwrap()));
    let mut own = plain;
    own["tags"] = json!({"latest": 1});
    own["platforms"] = json!([]);
    own["schedule"] = json!("@daily");
    own["referrers"] = json!(false);
    let own = mirror(&own).policy;
    let only_latest = Policy::default()
        .over(&serde_json::from_value(json!({"tags": {"latest": 1}})).unwrap(), &TagSets::new())
        .unwrap();
    assert_eq!(own.tags, only_latest.tags);
    assert!(own.platforms.is_empty());
    assert!(matches!(own.timing, Some(Timing::Schedule(_))));
    assert_eq!((own.referrers, own.recheck), (CarriedReferrers::None, Policy::RECHECK));
    assert_eq!(own.immutable, defaults.immutable);
}

#[test]
fn repositories() {
    let settings = json!({
        "name": "m", "source": "a.example/team/**", "targets": ["r.example/{repository}"],
        "repositories": {"include": ["glob:team/*"], "exclude": ["-old$"]},
    });
    let MirrorImages::Repositories(rules) = resolve(settings).unwrap().images else { panic!() };
    let verdicts = |rules: &RepositoryRules| -> String {
        let names = ["team/app", "team/app-old", "team/app/deep", "team", "teamwork/app"];
        let names: Vec<_> = names.iter().map(|name| name.parse().unwrap()).collect();
        let line = |verdict: crate::select::RepositoryVerdict| {
            format!("{} {}\n", verdict.repository, verdict.reason)
        };
        rules.select(&names).into_iter().map(line).collect()
    };
    assert_eq!(
        verdicts(&rules),
        "team/app taken: matches include `glob:team/*`\n\
         team/app-old left out: matches exclude `-old$`\n\
         team/app/deep left out: matches no include (`glob:team/*`)\n\
         team left out: not below `team/`\n\
         teamwork/app left out: not below `team/`\n"
    );
}

#[test]
fn settings_are_written_as_they_are_read() {
    let text = json!({
        "name": "m", "images_from": {"command": ["./list", "v1"], "timeout": "1h30m"},
        "targets": ["r.example/{repository}"], "platforms": ["linux/arm64/v8"], "index": "rewritten",
        "artifact_types": ["application/vnd.cncf.helm.config.v1+json"],
        "referrers": {"types": ["application/spdx+json"], "recheck": "5m"}, "schedule": "TZ=UTC */5 * * * *",
        "prune": {"mode": "follow-source", "grace": "7d", "max": "10%"}, "immutable": ["glob:v*"],
    });
    let settings: MirrorSettings = serde_json::from_value(text.clone()).unwrap();
    assert_eq!(serde_json::to_value(&settings).unwrap(), text);
}

#[test]
fn images_that_were_told_are_taken_by_the_mirrors_whose_rules_take_them() {
    let mirror = |images: Value| {
        let mut settings = json!({"name": "m", "targets": ["oci:to/{name}"]});
        settings.as_object_mut().unwrap().extend(images.as_object().unwrap().clone());
        let settings: MirrorSettings = serde_json::from_value(settings).unwrap();
        Mirror::new(&settings, &Policy::default(), &TagSets::new()).unwrap()
    };
    let takes = |mirror: &Mirror, images: &[&str]| {
        images.iter().map(|image| mirror.may_take(&image.parse().unwrap())).collect::<Vec<_>>()
    };
    let place = mirror(json!({"source": "debian"}));
    assert_eq!(takes(&place, &["docker.io/library/debian:12", "quay.io/library/debian:12"]), [true, false]);
    let below = mirror(json!({"source": "r.example/team/**", "repositories": {"exclude": ["-old$"]}}));
    let images =
        ["r.example/team/app:1", "r.example/team/app-old:1", "r.example/other:1", "q.example/team/app:1"];
    assert_eq!(takes(&below, &images), [true, false, false, false]);
    let named = mirror(json!({"images": ["busybox:1", "r.example/app"]}));
    let images = ["busybox:1", "busybox:2", "busybox", "r.example/app:latest", "r.example/app:1"];
    assert_eq!(takes(&named, &images), [true, false, true, true, false], "without a tag all tags are meant");
    let (one, other) = (format!("r.example/app@sha256:{:064}", 1), format!("r.example/app@sha256:{:064}", 2));
    let by_digest = mirror(json!({"images": [one]}));
    assert_eq!(takes(&by_digest, &[&one, &other]), [true, false], "a digest means no other");
    let listed = mirror(json!({"images_from": {"file": "images.txt"}}));
    assert_eq!(takes(&listed, &["r.example/app:1"]), [true], "nobody knows before it is read");
}
