//! MariaDB of the Debian package.

use std::process::Command;

use super::files;
use super::running::{Programs, Running};
use crate::peer;

/// Where they are; `None` where they are not installed.
pub(super) fn programs() -> Option<Programs> {
    let server = peer::require_also_in("mariadbd", "/usr/sbin")?;
    Some(Programs {
        server,
        install: peer::require("mariadb-install-db")?,
        client: peer::require("mariadb")?,
    })
}

pub(super) fn install(server: &Running) {
    let name = format!("mariadb-{}", server.version());
    files::copy_of_new(&name, &server.data(), server.account(), |data| {
        let mut command = server.command(&server.programs().install);
        command.args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"]);
        command.arg(format!("--datadir={}", data.display()));
        files::run(command.args(SMALL));
    });
}

/// A small log is copied fast; it has to be the same from the start.
const SMALL: [&str; 1] = ["--innodb-log-file-size=8M"];

pub(super) fn serve(server: &Running) -> Command {
    let mut command = server.command(&server.programs().server);
    command.arg("--no-defaults").args(SMALL);
    command.arg(format!("--datadir={}", server.data().display()));
    command.arg(format!("--socket={}", server.folder().join("socket").display()));
    command.arg(format!("--pid-file={}", server.folder().join("pid").display()));
    command.arg(format!("--port={}", server.port()));
    command.args([
        "--bind-address=127.0.0.1",
        // Otherwise 127.0.0.1 is looked up, and may be somebody else.
        "--skip-name-resolve",
        "--skip-log-bin",
        "--character-set-server=utf8mb4",
        "--collation-server=utf8mb4_general_ci",
        "--default-time-zone=+13:00",
        // What does not fit is cut off, unless a connection says otherwise.
        "--sql-mode=",
        "--max-connections=400",
        "--innodb-flush-log-at-trx-commit=2",
        "--innodb-buffer-pool-size=64M",
        "--innodb-doublewrite=OFF",
        "--innodb-use-native-aio=OFF",
        "--innodb-fast-shutdown=2",
    ]);
    command
}

pub(super) fn ready(log: &str) -> Option<()> {
    log.contains("ready for connections").then_some(())
}
