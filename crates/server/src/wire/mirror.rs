//! Mirrors.

use jiff::Timestamp;
use portolan_catalog::{Arrival, CatalogError, Pause, Runs, Standing};
use portolan_sync::Mirror;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::RunData;

/// How a mirror stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Mirror)]
pub struct MirrorData {
    /// Its name.
    pub name: String,
    /// When it is run by itself, in words; `null` if only by hand.
    #[schema(required)]
    pub schedule: Option<String>,
    /// Where its images go.
    pub targets: Vec<String>,
    /// Since when it is paused.
    #[schema(required)]
    pub paused_at: Option<Timestamp>,
    /// Who paused it.
    #[schema(required)]
    pub paused_by: Option<String>,
    /// Its last run.
    #[schema(required)]
    pub last_run: Option<RunData>,
    /// When it is run next by itself.
    #[schema(required)]
    pub next_run_at: Option<Timestamp>,
}

/// How a mirror of a daemon stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MirrorStatus {
    /// The mirror.
    #[serde(flatten)]
    #[schema(inline)]
    pub mirror: MirrorData,
    /// Where it comes from.
    pub origin: MirrorFrom,
    /// Images that it was told of by webhooks and has not seen to.
    pub told: u64,
    /// Since when somebody wants it to be run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<Timestamp>,
}

/// Where a mirror comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = MirrorOrigin)]
pub enum MirrorFrom {
    /// From the configuration file: it is changed there.
    File,
    /// It was made through the API.
    Api,
}

/// That a mirror is to be run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Asked)]
pub struct AskedData {
    /// The mirror.
    pub mirror: String,
    /// Since when.
    pub asked_at: Timestamp,
    /// The number of the run, if it has begun within a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<i64>,
}

/// How long an image took to a target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Lag)]
pub struct LagData {
    /// The image, as its source names it.
    pub source: String,
    /// The target, with the name that the image has there.
    pub target: String,
    /// What it is.
    pub digest: String,
    /// After when the source came to show it: when all was looked at before, or when a webhook told of it. `null` for what
    /// the first run brought.
    #[schema(required)]
    pub moved_after: Option<Timestamp>,
    /// Before when.
    pub moved_before: Timestamp,
    /// When it was at the target.
    pub visible_at: Timestamp,
    /// Seconds that it took at least.
    pub least_seconds: f64,
    /// Seconds that it took at most.
    #[schema(required)]
    pub most_seconds: Option<f64>,
}

impl From<Arrival> for LagData {
    fn from(arrival: Arrival) -> Self {
        let since = |moved: Timestamp| arrival.visible_at.duration_since(moved).as_secs_f64().max(0.0);
        Self {
            least_seconds: since(arrival.moved_before),
            most_seconds: arrival.moved_after.map(since),
            source: arrival.source,
            target: arrival.target,
            digest: arrival.digest.to_string(),
            moved_after: arrival.moved_after,
            moved_before: arrival.moved_before,
            visible_at: arrival.visible_at,
        }
    }
}

/// What is known of the runs of a mirror.
pub struct LastRuns {
    last: Option<RunData>,
    /// When the last run of all its images began.
    whole: Option<Timestamp>,
    pause: Option<Pause>,
}

impl LastRuns {
    /// Asks the catalogue.
    ///
    /// # Errors
    /// If the catalogue fails.
    pub async fn of(mirror: &Mirror, runs: &Runs) -> Result<Self, CatalogError> {
        let standings = runs.standings(&[mirror.name.as_str()]).await?;
        Ok(standings.into_iter().next().unwrap_or_default().into())
    }
}

impl From<Standing> for LastRuns {
    fn from(standing: Standing) -> Self {
        let Standing { last, last_whole: whole, pause, .. } = standing;
        Self { last: last.map(RunData::from), whole, pause }
    }
}

impl MirrorData {
    /// What is told of a mirror at this time.
    pub fn of(mirror: &Mirror, LastRuns { last, whole, pause }: LastRuns, now: Timestamp) -> Self {
        let timing = mirror.policy.timing.as_ref();
        Self {
            name: mirror.name.to_string(),
            schedule: timing.map(ToString::to_string),
            targets: mirror.targets.iter().map(ToString::to_string).collect(),
            next_run_at: timing.filter(|_| pause.is_none()).and_then(|timing| timing.next(whole, now)),
            paused_at: pause.as_ref().map(|pause| pause.at),
            paused_by: pause.map(|pause| pause.by),
            last_run: last,
        }
    }
}
