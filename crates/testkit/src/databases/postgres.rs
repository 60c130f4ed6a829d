//! PostgreSQL of the Debian package, which has its programs in a folder of the version.

use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::Signal;

use super::files;
use super::running::{Programs, Running};
use crate::peer;

/// Where they are; `None` where they are not installed.
pub(super) fn programs() -> Option<Programs> {
    let client = peer::require("psql")?;
    let folder = newest().or_else(|| peer::require("initdb")?.parent().map(Path::to_owned))?;
    Some(Programs { server: folder.join("postgres"), install: folder.join("initdb"), client })
}

/// The folder of the newest version that is there.
fn newest() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    let folders = versions.map(|version| version.path().join("bin"));
    folders.filter(|folder| folder.join("postgres").is_file()).max()
}

pub(super) fn install(server: &Running) {
    let name = format!("postgres-{}", server.version());
    files::copy_of_new(&name, &server.data(), server.account(), |data| {
        let mut command = server.command(&server.programs().install);
        command.args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-sync", "--pgdata"]);
        command.arg(data).args(["--locale-provider=icu", "--icu-locale=en-US", "--locale=C.UTF-8"]);
        files::run(&mut command);
    });
}

pub(super) fn serve(server: &Running) -> Command {
    let mut command = server.command(&server.programs().server);
    command.arg("-D").arg(server.data()).arg("-k").arg(server.folder());
    command.args(["-h", "127.0.0.1", "-p"]).arg(server.port().to_string());
    let settings = [
        "timezone=Pacific/Apia",
        "log_timezone=UTC",
        "default_transaction_isolation=repeatable read",
        "max_connections=400",
        "fsync=off",
        "full_page_writes=off",
        "autovacuum=off",
        // Nothing of a killed server stays outside its folder.
        "dynamic_shared_memory_type=mmap",
        "shared_memory_type=mmap",
    ];
    for setting in settings {
        command.args(["-c", setting]);
    }
    command
}

/// Ends all processes of the server at once, as a crash would. What it shares with them in memory would outlive a
/// kill.
pub(super) const END: Signal = Signal::QUIT;

pub(super) fn ready(log: &str) -> Option<()> {
    log.contains("database system is ready to accept connections").then_some(())
}
