//! `cargo xtask package`: the packages and the image, and the test that installs a package.

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
    /// Build the container image with the program alone, in place of the packages (with podman)
    #[arg(long, conflicts_with = "test")]
    images: bool,
    /// Install a Debian package or an RPM on a copy of this machine and see its service run, in place of building
    /// one; without a file, a Debian package that is put together of the debug build (as root)
    #[arg(long, value_name = "FILE")]
    test: Option<Option<PathBuf>>,
}

impl Package {
    /// Builds them and says where they are, or tests one.
    pub(crate) fn run(self, workspace: &Workspace) -> Result<(), PackageError> {
        let build = if self.debug { Build::Debug } else { Build::Release };
        match self.test {
            Some(Some(file)) => install(workspace, &file),
            Some(None) => test(workspace),
            None if self.images => {
                let (name, archive) = package::image(workspace, build)?;
                say::line(format_args!("built {name}, and {}", archive.display()));
                Ok(())
            }
            None => {
                package::stage(workspace, build)?;
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

/// A Debian package under the init script, and under systemd where it is installed; an RPM under systemd.
fn install(workspace: &Workspace, file: &Path) -> Result<(), PackageError> {
    let folder = workspace.root.join("packaging/test");
    let file = std::path::absolute(file).map_err(PackageError::file(file))?;
    let is_rpm = file.extension().is_some_and(|extension| extension == "rpm");
    let tries: &[_] =
        if is_rpm { &[("systemd", "install-rpm")] } else { &[("sysv", "install"), ("systemd", "install")] };
    for (init, test) in tries {
        if *init == "systemd" && process::find("systemctl").is_none() {
            say::line(format_args!("systemd is not installed here: the unit is not tried"));
            continue;
        }
        let mut command = Command::new(folder.join("apart"));
        command.current_dir(&workspace.root).arg(init).arg(folder.join(test)).arg(&file);
        process::run(&mut command)?;
    }
    Ok(())
}
