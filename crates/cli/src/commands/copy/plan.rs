//! From the arguments to a request: which image, to which names, in which places.

use std::collections::HashSet;
use std::sync::Arc;

use portolan_oci::TagOrDigest;
use portolan_sync::{
    CopyError, CopyReport, CopyRequest, CopyRules, CopyTarget, ImageOutcome, Moves, Platforms,
    ReferrerPolicy, Tally, TargetReport,
};
use portolan_transport::{Endpoint, PutAs, Target, TransportError};

use super::CopyArguments;
use crate::context::Context;
use crate::error::{CliError, Failure};

/// What is to be copied.
pub(super) struct Plan {
    /// For the engine.
    pub(super) request: CopyRequest,
    /// The places that are written to, each once.
    pub(super) places: Vec<Arc<dyn Target>>,
    /// The targets that could not be opened, and where they stand among the arguments.
    unopened: Vec<(usize, TargetReport)>,
}

impl Plan {
    pub(super) async fn make(arguments: &CopyArguments, context: &Context) -> Result<Self, CliError> {
        check(arguments)?;
        let (source, reference) = context.image(&arguments.source).await?;
        let own = own_name(&arguments.source, &reference);
        let mut places: Vec<Arc<dyn Target>> = Vec::new();
        let (mut targets, mut unopened) = (Vec::new(), Vec::new());
        for (index, endpoint) in arguments.targets.iter().enumerate() {
            let open = places.iter().find(|place| *place.location() == endpoint.location);
            let target = match open {
                Some(place) => Ok(Arc::clone(place)),
                None => context.places()?.target(&endpoint.location).await,
            };
            match target {
                Ok(target) => {
                    if !places.iter().any(|place| place.location() == target.location()) {
                        places.push(Arc::clone(&target));
                    }
                    let name = endpoint.tag.clone().map_or_else(|| own.clone(), PutAs::Tag);
                    targets.push(CopyTarget { target, name });
                }
                Err(cause) => unopened.push((index, unopened_report(endpoint, cause))),
            }
        }
        let rules = Arc::new(CopyRules {
            platforms: arguments.platform.clone().map_or(Platforms::All, Platforms::One),
            referrers: if arguments.no_referrers { ReferrerPolicy::Leave } else { ReferrerPolicy::ALL },
            moves: Moves::Allowed,
        });
        let request = CopyRequest { source, reference, targets, rules };
        Ok(Self { request, places, unopened })
    }

    /// Adds the targets that could not be opened to the report.
    pub(super) fn complete(&self, report: &mut CopyReport) {
        for (index, unopened) in &self.unopened {
            report.targets.insert((*index).min(report.targets.len()), unopened.clone());
        }
    }
}

fn check(arguments: &CopyArguments) -> Result<(), CliError> {
    let mut seen = HashSet::new();
    for target in &arguments.targets {
        if target.digest.is_some() {
            let problem = format!("{target} names a digest: a target gets the digest of what is copied");
            return Err(CliError::from(Failure::Usage(problem)).with_hint("name a tag, or nothing"));
        }
        if !seen.insert(target.to_string()) {
            return Err(Failure::Usage(format!("{target} is named twice")).into());
        }
    }
    Ok(())
}

fn unopened_report(endpoint: &Endpoint, cause: TransportError) -> TargetReport {
    let target = endpoint.to_string();
    let cause = CopyError::Target { place: endpoint.location.to_string(), cause: Arc::new(cause) };
    TargetReport { target, outcome: ImageOutcome::Failed(cause), from: None, tally: Tally::default() }
}

/// What an image is called at a target that names no tag: as at its source.
fn own_name(source: &Endpoint, reference: &TagOrDigest) -> PutAs {
    match (&source.tag, reference) {
        (Some(tag), _) | (None, TagOrDigest::Tag(tag)) => PutAs::Tag(tag.clone()),
        (None, TagOrDigest::Digest(_)) => PutAs::Digest,
    }
}
