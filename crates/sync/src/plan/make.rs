//! Makes a plan: asks what there is, and no more than it takes to know.

use std::collections::HashSet;
use std::sync::Arc;

use futures::future::{join, join_all};
use futures::stream::{self, StreamExt as _};
use portolan_oci::{Digest, TagOrDigest};
use portolan_transport::PutAs;

use super::news::News;
use super::planned::{Action, Cost, Plan, PlannedImage, PlannedTarget};
use super::standing::{How, Seen, TargetChecks};
use crate::blob::Lane;
use crate::copy::{Job, Moves};
use crate::{CopyError, CopyRequest, Engine, Platforms, ReferrerPolicy};

/// Images that are asked about at once. How much that means for a host is its own limits' business.
const PARALLEL: usize = 64;

/// What a target shows, for one image.
type Shows = Result<Option<Seen>, CopyError>;

impl Engine {
    /// Finds out what has to be done so that the targets have the images. An image about which nothing can be
    /// found out is planned as failed; the others are planned all the same.
    ///
    /// # Errors
    /// [`CopyError::Cancelled`] if the run was, and if the journal cannot be read.
    pub async fn plan(&self, requests: Vec<CopyRequest>, checks: TargetChecks) -> Result<Plan, CopyError> {
        let planned = async {
            let targets = requests.iter().flat_map(|request| &request.targets);
            self.recall(targets.map(|to| &*to.target)).await?;
            let unknown = self.recall_apis(&requests).await;
            let images = stream::iter(requests).map(|request| self.plan_image(request, checks));
            let mut images: Vec<_> = images.buffered(PARALLEL).collect().await;
            self.look_for_blobs(&images).await;
            self.reckon(&mut images);
            self.remember_apis(&unknown);
            let plan = Plan { images };
            self.observer.observe(plan.told());
            self.warn_of_space(&plan).await;
            Ok(plan)
        };
        tokio::select! {
            biased;
            () = self.cancelled.cancelled() => Err(CopyError::Cancelled),
            plan = planned => plan,
        }
    }

    async fn plan_image(&self, request: CopyRequest, checks: TargetChecks) -> PlannedImage {
        let job = Job::new(&request.targets);
        let shows = join_all(job.lanes.iter().map(|lane| self.shows(lane, checks)));
        let (shows, ahead) = join(shows, self.look_ahead(&request, &job)).await;
        let was_asked = |shows: &Shows| matches!(shows, Ok(Some(Seen { how: How::Asked, .. })));
        let asked = shows.iter().map(was_asked).collect();
        let mut image =
            PlannedImage { request, named: None, listed: None, tree: None, job, asked, targets: Vec::new() };
        let actions = match self.compare(&mut image, shows, ahead).await {
            Ok(actions) => actions,
            Err(cause) => image.job.lanes.iter().map(|_| Action::Fail(cause.clone())).collect(),
        };
        image.targets = image
            .job
            .lanes
            .iter()
            .zip(actions)
            .map(|(lane, action)| PlannedTarget {
                shown: lane.shown(image.job.digest.as_ref()),
                action,
                cost: Cost::default(),
            })
            .collect();
        image
    }

    /// Where the journal says that all targets have the image, the source will be asked what it shows and what
    /// its tags are: that need not wait for the targets' answers.
    async fn look_ahead(&self, request: &CopyRequest, job: &Job) -> Option<Result<Digest, CopyError>> {
        if request.rules.moves == Moves::Kept {
            return None;
        }
        let mut seen = HashSet::new();
        for lane in &job.lanes {
            let holdings = self.holdings(&lane.place);
            let PutAs::Tag(tag) = &lane.name else { return None };
            // Who cannot be asked now fails where the answer is needed.
            let confirmed = holdings.confirmed(self, &lane.place).await.ok()?;
            seen.insert(confirmed.get(tag.as_str())?.digest);
        }
        if matches!(request.rules.platforms, Platforms::One(_)) || request.digest().is_some() {
            return None;
        }
        let learn_tags = async {
            if self.wants_tags(request, job, seen).await {
                self.learn_tags(request).await;
            }
        };
        let (there, ()) = join(self.source_shows(request), learn_tags).await;
        Some(there)
    }

    /// Whether the source's tags will be looked at if it shows one of these images.
    async fn wants_tags(&self, request: &CopyRequest, job: &Job, images: HashSet<Digest>) -> bool {
        let ReferrerPolicy::Carry(rules) = &request.rules.referrers else { return false };
        for image in images {
            // Who cannot be asked now fails where the answer is needed.
            if self.is_due(rules, &job.lanes, &image).await.unwrap_or(true) {
                return true;
            }
        }
        false
    }

    /// What the source shows now.
    async fn source_shows(&self, request: &CopyRequest) -> Result<Digest, CopyError> {
        if let Some(digest) = self.selected.digest(&*request.source, &request.reference) {
            return Ok(digest);
        }
        let what = || request.source.location().with(Some(&request.reference));
        let there = request.source.resolve(&request.reference).await;
        there.map(|there| there.digest).map_err(|cause| CopyError::source(what(), cause))
    }

    async fn compare(
        &self,
        image: &mut PlannedImage,
        shows: Vec<Shows>,
        ahead: Option<Result<Digest, CopyError>>,
    ) -> Result<Vec<Action>, CopyError> {
        let request = &image.request;
        if request.rules.moves == Moves::Kept && shows.iter().all(|shows| matches!(shows, Ok(Some(_)))) {
            return Ok(shows.iter().map(|_| Action::Skip).collect());
        }
        if let Some(wanted) = self.wanted(request, &shows, ahead).await? {
            image.named = Some(wanted.named);
            image.job.digest = Some(wanted.digest);
            let has_it = |shows: &Shows| matches!(shows, Ok(Some(seen)) if seen.digest == wanted.digest);
            if shows.iter().all(has_it)
                && let News::None { listed } = self.news(request, &image.job.lanes, wanted).await?
            {
                image.listed = listed;
                return Ok(shows.iter().map(|_| Action::Skip).collect());
            }
        }
        let root = self.root(request).await?;
        let digest = *root.manifest.digest();
        image.named = Some(root.named);
        image.job.digest = Some(digest);
        image.job.refuse_index(&root.manifest);
        let tree = Arc::new(self.discover(request, root).await?);
        image.listed = tree.listed.or_else(|| self.worth_noting(request));
        let actions = image.job.lanes.iter().zip(shows).map(|(lane, shows)| {
            let tree = &tree;
            async move {
                match (lane.failure(), shows) {
                    (Some(cause), _) | (None, Err(cause)) => Action::Fail(cause),
                    (None, Ok(None)) => Action::Add,
                    (None, Ok(Some(seen))) if seen.digest != digest => {
                        moved(request, lane, seen.digest, digest)
                    }
                    (None, Ok(Some(_))) => match self.has_belongings(tree, lane).await {
                        Ok(true) => Action::Skip,
                        Ok(false) => Action::Complete,
                        Err(cause) => Action::Fail(CopyError::target(&lane.label, cause)),
                    },
                }
            }
        });
        let actions = join_all(actions).await;
        image.tree = Some(tree);
        Ok(actions)
    }

    /// What the source shows now, if that can make a difference: an image that no target has is to be read in
    /// any case.
    async fn wanted(
        &self,
        request: &CopyRequest,
        shows: &[Shows],
        ahead: Option<Result<Digest, CopyError>>,
    ) -> Result<Option<Wanted>, CopyError> {
        let named = match (&request.rules.platforms, &request.reference) {
            // What will be there is a part of what the source shows.
            (Platforms::One(_), _) => return Ok(None),
            (_, TagOrDigest::Digest(digest)) => *digest,
            (_, TagOrDigest::Tag(_)) if shows.iter().any(|shows| matches!(shows, Ok(None))) => {
                return Ok(None);
            }
            (_, TagOrDigest::Tag(_)) => match ahead {
                Some(there) => there?,
                None => self.source_shows(request).await?,
            },
        };
        let digest = match request.rules.platforms.rule() {
            None => Some(named),
            Some(rule) => self.rewritten(&rule).await?.get(&named).copied(),
        };
        Ok(digest.map(|digest| Wanted { named, digest }))
    }
}

/// What a target should show.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    /// What the source shows.
    pub(super) named: Digest,
    /// What becomes of that.
    pub(super) digest: Digest,
}

/// What is to be done about a name that another image has.
fn moved(request: &CopyRequest, lane: &Lane, from: Digest, to: Digest) -> Action {
    match request.rules.moves {
        Moves::Allowed => Action::Move { from },
        Moves::Kept => Action::Skip,
        Moves::Refused => Action::Fail(CopyError::Immutable { name: lane.shown(None), from, to }),
    }
}
