//! One synchronisation of one registry.

use std::collections::HashSet;
use std::sync::Arc;

use portolan_catalog::{Journal, RunOutcome};
use portolan_config::picture_book::BookRegistry;
use portolan_oci::{Registry, with_causes};
use portolan_sync::select::{ExpandError, ImageList, MirrorImages};
use portolan_sync::settings::{ImageName, ImagesFrom};
use portolan_sync::{
    Books, Detail, Engine, EngineOptions, ImageOutcome, Mirror, MirrorError, SyncError, SyncOptions,
    SyncReport, SyncShare, TargetChecks,
};
use portolan_transport::{Location, Places, RegistrySettings, TransportResult};
use tokio_util::sync::CancellationToken;

use super::Voice;

/// Opens places with logins that are known only when the list is.
pub trait OpenPlaces: Send + Sync {
    /// All places; these logins count before those of the configuration.
    ///
    /// # Errors
    /// If they do not go together.
    fn open(&self, logins: Vec<RegistrySettings>) -> TransportResult<Arc<Places>>;
}

/// Brings the images of registries.
pub struct Rounds {
    /// What is remembered of copies.
    pub journal: Journal,
    /// What is remembered of mirrors.
    pub books: Books,
    /// How a run works.
    pub options: EngineOptions,
    /// Opens the places of a run.
    pub places: Box<dyn OpenPlaces>,
    /// Says what happens.
    pub voice: Voice,
    /// Who does it, in words for others who want to.
    pub owner: String,
}

/// What a script listed: a line that names no image fails alone.
#[derive(Default)]
struct Listed {
    images: Vec<ImageName>,
    failed: u64,
}

impl Rounds {
    /// Runs the script of a registry and brings what it lists, in its order. One image that fails does not hold up the
    /// others: they are in the numbers of the report.
    ///
    /// # Errors
    /// If there is no list, if another process does the same, or if it was interrupted.
    pub async fn synchronize(
        &self,
        registry: &BookRegistry,
        mirror: &Mirror,
        end: &CancellationToken,
    ) -> Result<SyncReport, SyncError> {
        let host = &registry.hostname;
        self.voice.tell(&format!("Beginning synchronization for {host}"));
        let listed = tokio::select! {
            biased;
            () = end.cancelled() => return Err(MirrorError::Cancelled.into()),
            listed = self.list(mirror) => listed?,
        };
        let logins = registry.logins(&sources(&listed.images));
        for other in &logins.without {
            let text = "is not sent pullAuthConfig: the list names several registries; name those it is for in pullHosts";
            self.voice.say(&format!("warning: {other} {text}"));
        }
        let places = self.places.open(logins.registries);
        let places = places.map_err(|cause| MirrorError::Target { place: host.to_string(), cause })?;
        let observer = Arc::new(self.voice.clone());
        let engine = Engine::new(self.journal.clone(), self.options.clone(), observer, end.child_token());
        let options = SyncOptions {
            places: &places,
            books: &self.books,
            owner: self.owner.clone(),
            checks: TargetChecks::Rolling,
            share: SyncShare::All,
            detail: Detail::All,
        };
        let mirror = Mirror { images: MirrorImages::Named(listed.images), ..mirror.clone() };
        let mut report = engine.sync(&mirror, &options).await?;
        report.totals.failed += listed.failed;
        if listed.failed > 0 && report.outcome == RunOutcome::Done {
            report.outcome = RunOutcome::Partly;
        }
        self.tell(host, &report);
        Ok(report)
    }

    /// What the script lists now. Of two images for one name the first counts.
    async fn list(&self, mirror: &Mirror) -> Result<Listed, SyncError> {
        let MirrorImages::Listed(from) = &mirror.images else { return Ok(Listed::default()) };
        if let ImagesFrom::Command { command, .. } = from {
            self.voice.tell(&format!("Executing {}", command.join(" ")));
        }
        let lines = ImageList::read_lines(from).await.map_err(MirrorError::from)?;
        let (mut listed, mut taken) = (Listed::default(), HashSet::new());
        for line in lines {
            let place = line.map_err(|cause| with_causes(&cause)).and_then(|image| {
                let goals = mirror.targets.iter().map(|target| Ok(target.expand(&image)?.to_string()));
                let goals: Result<Vec<String>, ExpandError> = goals.collect();
                Ok((goals.map_err(|cause| with_causes(&cause))?, image))
            });
            match place {
                Ok((goals, image)) if taken.insert(goals.clone()) => listed.images.push(image),
                Ok((goals, image)) => {
                    self.voice
                        .tell(&format!("{image} goes to {}, as another image of the list", goals.join(", ")));
                }
                Err(cause) => {
                    listed.failed += 1;
                    self.voice.complain(&cause);
                }
            }
        }
        Ok(listed)
    }

    fn tell(&self, host: &Registry, report: &SyncReport) {
        for run in &report.images {
            if run.report.targets.iter().all(|target| matches!(target.outcome, ImageOutcome::Unchanged)) {
                let image = &run.source;
                self.voice
                    .tell(&format!("{image} has already been retagged and pushed to remote repository!"));
            }
        }
        let totals = &report.totals;
        self.voice.say(&format!(
            "Done synchronizing images for {host}: {} copied, {} there, {} failed",
            totals.copied, totals.skipped, totals.failed
        ));
    }
}

/// The registries that images come from, each once.
fn sources(images: &[ImageName]) -> Vec<Registry> {
    let mut found = Vec::new();
    for image in images {
        if let Location::Registry(registry, _) = &image.endpoint().location
            && !found.contains(registry)
        {
            found.push(registry.clone());
        }
    }
    found
}
