//! A mirror: which images go where.

use portolan_transport::Location;

use super::{MirrorFault, NameRules, Policy, RepositoryRules, TargetTemplate, Variable};
use crate::settings::{ImageName, ImagesFrom, MirrorName, MirrorSettings, MirrorSource, TagSets};

/// A mirror, with the defaults and tag sets put in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mirror {
    /// Its name.
    pub name: MirrorName,
    /// Where its images come from.
    pub images: MirrorImages,
    /// Where they go: at least one.
    pub targets: Vec<TargetTemplate>,
    /// What is done with them.
    pub policy: Policy,
}

/// Where the images of a mirror come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MirrorImages {
    /// Tags of one place: the policy's tag rules choose.
    Place(Location),
    /// Tags of several repositories: these rules choose repositories, the policy's choose tags.
    Repositories(RepositoryRules),
    /// These images.
    Named(Vec<ImageName>),
    /// The images of a list that is read in each run.
    Listed(ImagesFrom),
}

impl Mirror {
    /// Whether images go into our own store.
    pub(crate) fn goes_into_store(&self) -> bool {
        self.targets.iter().any(TargetTemplate::is_in_store)
    }

    /// What of it reads or writes files of this machine, or runs its programs: the first such place.
    pub fn on_this_machine(&self) -> Option<String> {
        let in_files = |place: &Location| match place {
            Location::Registry(..) | Location::Store(_) => None,
            Location::Layout(_) | Location::OciArchive(_) | Location::DockerArchive(..) => {
                Some(place.to_string())
            }
        };
        let source = match &self.images {
            MirrorImages::Place(place) => in_files(place),
            MirrorImages::Repositories(_) => None,
            MirrorImages::Named(images) => {
                images.iter().find_map(|image| in_files(&image.endpoint().location))
            }
            MirrorImages::Listed(_) => Some("images_from".to_owned()),
        };
        let target = || self.targets.iter().find(|target| target.is_in_files()).map(ToString::to_string);
        source.or_else(target)
    }

    /// What settings mean, with `defaults` for what they leave open.
    ///
    /// # Errors
    /// With all that is wrong.
    pub fn new(
        settings: &MirrorSettings,
        defaults: &Policy,
        sets: &TagSets,
    ) -> Result<Self, Vec<MirrorFault>> {
        let mut faults = Vec::new();
        let images = images(settings, &mut faults);
        if settings.targets.is_empty() {
            faults.push(MirrorFault::NoTargets);
        }
        if let Some(source) = &settings.source {
            faults.extend(
                settings
                    .targets
                    .iter()
                    .enumerate()
                    .filter_map(|(index, target)| unfit(source, target, index)),
            );
        }
        let policy = defaults.over(&settings.policy(), sets).map_err(|wrong| faults.extend(wrong));
        match (images, policy) {
            (Some(images), Ok(policy)) if faults.is_empty() => {
                Ok(Self { name: settings.name.clone(), images, targets: settings.targets.clone(), policy })
            }
            _ => Err(faults),
        }
    }
}

fn images(settings: &MirrorSettings, faults: &mut Vec<MirrorFault>) -> Option<MirrorImages> {
    let MirrorSettings { source, repositories, images, images_from, .. } = settings;
    let given = [
        source.as_ref().map(|_| "source"),
        images.as_ref().map(|_| "images"),
        images_from.as_ref().map(|_| "images_from"),
    ];
    let mut given = given.into_iter().flatten();
    let Some(first) = given.next() else {
        faults.push(MirrorFault::NoImages);
        return None;
    };
    faults.extend(given.map(|key| MirrorFault::SeveralImages { key }));
    if repositories.is_some() && !matches!(source, Some(MirrorSource::Below { .. })) {
        faults.push(MirrorFault::NothingToChoose);
    }
    if settings.tags.is_some() && source.is_none() {
        faults.push(MirrorFault::TagsOfImages { key: first });
    }
    if images.as_ref().is_some_and(Vec::is_empty) {
        faults.push(MirrorFault::EmptyImages);
    }
    match (source, images, images_from) {
        (Some(MirrorSource::Place(location)), ..) => Some(MirrorImages::Place(location.clone())),
        (Some(MirrorSource::Below { registry, prefix }), ..) => {
            Some(MirrorImages::Repositories(RepositoryRules {
                registry: registry.clone(),
                prefix: prefix.clone(),
                names: repositories.clone().map(NameRules::from).unwrap_or_default(),
            }))
        }
        (None, Some(images), _) => Some(MirrorImages::Named(images.clone())),
        (None, None, Some(from)) => Some(MirrorImages::Listed(from.clone())),
        (None, None, None) => None,
    }
}

/// Why nothing of a source, or only one repository of it, can go to a target.
fn unfit(source: &MirrorSource, target: &TargetTemplate, index: usize) -> Option<MirrorFault> {
    let template = target.to_string();
    let source_name = source.to_string();
    match source {
        MirrorSource::Below { .. } => {
            let apart = [Variable::Repository, Variable::Name, Variable::Image(None)];
            let apart = apart.iter().any(|variable| target.uses(variable));
            (!apart).then_some(MirrorFault::OnePlace { template, source_name, index })
        }
        MirrorSource::Place(Location::Registry(..)) => None,
        MirrorSource::Place(_) => {
            let variable = target.first_of_registry()?;
            Some(MirrorFault::NoRegistry { template, variable, source_name, index })
        }
    }
}
