//! `cargo xtask package`: the packages, and the test that installs one.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::package::{self, Build, PackageError};
use crate::workspace::Workspace;
use crate::{process, say};

/// Arguments of `cargo xtask package`.
#[derive(Debug, clap::Args)]
pub(crate) struct Package {
    /// Package the debug build, to try the packages themselves
    #[arg(long)]
    debug: bool,
    /// Install a Debian package on a copy of this machine and see its service run, in place of building one; without
    /// a file, one that is put together of the debug build (as root)
    #[arg(long, value_name = "DEB")]
    test: Option<Option<PathBuf>>,
}

impl Package {
    /// Builds them and says where they are, or tests one.
    pub(crate) fn run(self, workspace: &Workspace) -> Result<(), PackageError> {
        match self.test {
            Some(Some(file)) => install(workspace, &file),
            Some(None) => test(workspace),
            None => {
                package::stage(workspace, if self.debug { Build::Debug } else { Build::Release })?;
                for file in [package::debian(workspace)?, package::rpm(workspace)?] {
                    say::line(format_args!("built {}", file.display()));
                }
                Ok(())
            }
        }
    }
}

/// Installs what can be put together in a few seconds.
pub(crate) fn test(workspace: &Workspace) -> Result<(), PackageError> {
    package::stage(workspace, Build::Debug)?;
    install(workspace, &package::assemble(workspace)?)
}

/// Under the init script, and under systemd where it is installed.
fn install(workspace: &Workspace, file: &Path) -> Result<(), PackageError> {
    let test = workspace.root.join("packaging/test");
    for init in ["sysv", "systemd"] {
        if init == "systemd" && process::find("systemctl").is_none() {
            say::line(format_args!("systemd is not installed here: the unit is not tried"));
            continue;
        }
        let mut command = Command::new(test.join("apart"));
        command.current_dir(&workspace.root).arg(init).arg(test.join("install"));
        process::run(command.arg(std::path::absolute(file).map_err(PackageError::file(file))?))?;
    }
    Ok(())
}
