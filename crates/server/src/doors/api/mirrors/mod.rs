//! Mirrors: how they stand, what they are, and what is asked of them.

mod ask_run;
mod delete_settings;
mod get;
mod get_settings;
mod lag;
mod list;
mod pause;
mod plan;
mod put_settings;
mod revision;

use portolan_sync::settings::MirrorName;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::door::ApiDoor;
use super::problem::{Kind, Problem};
use crate::live::{KnownMirror, MirrorOrigin};

pub(super) fn operations() -> OpenApiRouter<ApiDoor> {
    OpenApiRouter::new()
        .routes(routes!(list::list_mirrors))
        .routes(routes!(get::get_mirror))
        .routes(routes!(
            get_settings::get_mirror_settings,
            put_settings::put_mirror_settings,
            delete_settings::delete_mirror_settings
        ))
        .routes(routes!(pause::pause_mirror))
        .routes(routes!(pause::resume_mirror))
        .routes(routes!(ask_run::ask_run))
        .routes(routes!(plan::plan_mirror))
        .routes(routes!(lag::list_lag))
}

/// The mirror of this name that is in force.
pub(super) fn known(door: &ApiDoor, name: &str) -> Result<KnownMirror, Problem> {
    let mirrors = door.parts().live.known();
    let found = mirrors.iter().find(|known| known.mirror.name.as_str() == name);
    found.cloned().ok_or_else(|| unknown(name))
}

fn unknown(name: &str) -> Problem {
    Kind::NotFound.because(format!("there is no mirror `{name}`"))
}

/// What the file has is changed and deleted there.
fn not_of_file(door: &ApiDoor, name: &MirrorName) -> Result<(), Problem> {
    let is_in_file = |known: &KnownMirror| known.mirror.name == *name && known.origin == MirrorOrigin::File;
    if door.parts().live.known().iter().any(is_in_file) {
        let text = format!("the configuration file has a mirror `{name}`: it is changed and deleted there");
        return Err(Kind::Conflict.because(text));
    }
    Ok(())
}

/// The name of a mirror, from a path.
fn named(name: &str) -> Result<MirrorName, Problem> {
    name.parse().map_err(|error| Kind::Invalid.because(format!("{error}")))
}
