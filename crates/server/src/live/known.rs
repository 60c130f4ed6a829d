//! Mirrors with what is known of them beside their rules, from a file or from the catalogue.

use portolan_catalog::StoredMirror;
use portolan_oci::with_causes;
use portolan_sync::Mirror;
use portolan_sync::select::{MirrorFault, Policy};
use portolan_sync::settings::{MirrorName, MirrorSettings, TagSets};

/// A mirror in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownMirror {
    /// What it does.
    pub mirror: Mirror,
    /// In the words of who made it.
    pub settings: MirrorSettings,
    /// Where it comes from.
    pub origin: MirrorOrigin,
}

/// Where a mirror comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MirrorOrigin {
    /// From the configuration file.
    File,
    /// It was made through the API; it has this revision.
    Stored(u64),
}

/// What mirrors share that say nothing else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shared {
    /// The defaults.
    pub defaults: Policy,
    /// Rules for tags by name.
    pub tag_sets: TagSets,
}

/// Why a mirror cannot be made through the API.
#[derive(Debug, thiserror::Error)]
pub enum UnfitMirror {
    /// Its settings are none.
    #[error("these are no settings of a mirror")]
    Settings(#[source] serde_json::Error),
    /// They contradict each other.
    #[error("{}", faults.iter().map(|fault| with_causes(fault)).collect::<Vec<_>>().join("; "))]
    Faults {
        /// All that is wrong.
        faults: Vec<MirrorFault>,
    },
    /// Who asks over the network reads and writes no files of this machine, and runs no programs on it.
    #[error("`{0}` is of this machine: only a mirror of the configuration file may have it")]
    OnThisMachine(String),
}

impl Shared {
    /// The mirror of these settings, for who asks over the network.
    ///
    /// # Errors
    /// [`UnfitMirror`].
    pub fn mirror(&self, settings: &MirrorSettings) -> Result<Mirror, UnfitMirror> {
        let made = Mirror::new(settings, &self.defaults, &self.tag_sets);
        let mirror = made.map_err(|faults| UnfitMirror::Faults { faults })?;
        match mirror.on_this_machine() {
            None => Ok(mirror),
            Some(what) => Err(UnfitMirror::OnThisMachine(what)),
        }
    }

    fn known(&self, stored: &StoredMirror) -> Result<KnownMirror, UnfitMirror> {
        let settings: MirrorSettings =
            serde_json::from_str(&stored.settings).map_err(UnfitMirror::Settings)?;
        let origin = MirrorOrigin::Stored(stored.revision);
        Ok(KnownMirror { mirror: self.mirror(&settings)?, settings, origin })
    }

    /// The mirrors of the file and those of the catalogue. Of two with one name the file's counts; one that is no longer
    /// right is left out. Both are logged.
    pub fn joined(&self, file: &[KnownMirror], stored: &[StoredMirror]) -> Vec<KnownMirror> {
        let mut mirrors = file.to_vec();
        let is_in_file = |name: &MirrorName| file.iter().any(|known| known.mirror.name == *name);
        for stored in stored {
            match self.known(stored) {
                Ok(known) if is_in_file(&known.mirror.name) => {
                    let mirror = stored.name.as_str();
                    tracing::warn!(
                        mirror,
                        "the configuration has a mirror of this name: what was made through the API rests"
                    );
                }
                Ok(known) => mirrors.push(known),
                Err(error) => {
                    let (mirror, cause) = (stored.name.as_str(), with_causes(&error));
                    tracing::error!(mirror, cause, "a mirror that was made through the API cannot be run");
                }
            }
        }
        mirrors
    }
}
