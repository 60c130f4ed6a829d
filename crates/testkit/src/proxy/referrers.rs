//! The referrers API, scripted: docker-registry 2.8 does not have it.

use serde_json::{Value, json};

use super::{Action, Answer, Proxy, Rule};
use crate::image::{Tree, media};
use crate::zoo::referrer_descriptor;

impl Proxy {
    /// Takes all faults away, and from now on answers the referrers API for every repository behind it: each
    /// digest has these referrers, any other none.
    pub fn list_referrers(&self, lists: &[(&str, Vec<Tree>)]) {
        self.heal();
        let known: Vec<String> = lists.iter().map(|(subject, _)| (*subject).to_owned()).collect();
        for (subject, referrers) in lists {
            let end = format!("/referrers/{subject}");
            let answer = Action::Answer(index(referrers));
            self.fault(Rule::new(move |asked| asked.path.ends_with(&end), answer).always());
        }
        let is_other = move |path: &str| {
            path.split_once("/referrers/").is_some_and(|(_, subject)| !known.iter().any(|one| one == subject))
        };
        self.fault(Rule::new(move |asked| is_other(&asked.path), Action::Answer(index(&[]))).always());
    }
}

fn index(referrers: &[Tree]) -> Answer {
    let manifests: Vec<Value> = referrers.iter().map(referrer_descriptor).collect();
    let body = json!({"schemaVersion": 2, "mediaType": media::OCI_INDEX, "manifests": manifests});
    Answer::status(200).header("content-type", media::OCI_INDEX).body(body.to_string())
}
