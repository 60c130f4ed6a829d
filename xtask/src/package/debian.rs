//! The Debian package: by cargo-deb, or put together of the same metadata in a few seconds.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::Package;
use serde::Deserialize;

use super::staging::{empty, files};
use super::tools::Tool;
use super::{FOLDER, PackageError};
use crate::process;
use crate::workspace::Workspace;

const CARGO_DEB: Tool = Tool { name: "cargo-deb", version: "3.8.0" };

/// Builds the package of what was staged, and returns where it is.
pub(crate) fn debian(workspace: &Workspace) -> Result<PathBuf, PackageError> {
    let path = workspace.root.join(FOLDER).join("portolan.deb");
    let mut command = Command::new(CARGO_DEB.find(workspace)?);
    command.current_dir(&workspace.root).args(["--package=portolan-cli", "--no-build", "--output"]);
    process::run(command.arg(&path))?;
    Ok(path)
}

/// `[package.metadata.deb]` of the program: what we use of what cargo-deb knows.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Metadata {
    name: String,
    maintainer: String,
    section: String,
    priority: String,
    depends: String,
    recommends: String,
    changelog: PathBuf,
    maintainer_scripts: PathBuf,
    extended_description: String,
    assets: Vec<(PathBuf, PathBuf, String)>,
}

/// Puts the package together of the same metadata by `dpkg-deb` alone: for tests, which need not build cargo-deb
/// first. It is compressed lightly, and depends on no particular version of a library.
pub(crate) fn assemble(workspace: &Workspace) -> Result<PathBuf, PackageError> {
    let package = workspace.package("portolan-cli").ok_or(PackageError::Wrong("no such package"))?;
    let metadata = Metadata::of(package)?;
    let home = workspace.root.join("crates/cli");
    let tree = workspace.root.join(FOLDER).join("tree");
    empty(&tree)?;
    let mut settings = String::new();
    for (source, target, mode) in &metadata.assets {
        for file in matching(&home.join(source))? {
            let target = if ends_with_slash(target) { target.join(name(&file)?) } else { target.clone() };
            if target.starts_with("etc") {
                settings.push_str(&format!("/{}\n", target.display()));
            }
            lay(&file, &tree.join(target), mode)?;
        }
    }
    let changelog = tree.join("usr/share/doc").join(&metadata.name).join("changelog.Debian");
    lay(&home.join(&metadata.changelog), &changelog, "644")?;
    process::run(Command::new("gzip").args(["-9", "--no-name"]).arg(changelog))?;
    for script in files(&home.join(&metadata.maintainer_scripts))? {
        if ["preinst", "postinst", "prerm", "postrm"].contains(&name(&script)?) {
            lay(&script, &tree.join("DEBIAN").join(name(&script)?), "755")?;
        }
    }
    write(&tree.join("DEBIAN/conffiles"), &settings)?;
    write(&tree.join("DEBIAN/control"), &metadata.control(package, &architecture()?))?;
    let path = tree.with_file_name("assembled.deb");
    let mut build = Command::new("dpkg-deb");
    build.args(["--root-owner-group", "-Zgzip", "-z1", "--build"]);
    process::run(build.arg(&tree).arg(&path))?;
    Ok(path)
}

impl Metadata {
    fn of(package: &Package) -> Result<Self, PackageError> {
        let metadata = package.metadata.get("deb").ok_or(PackageError::Wrong("there are none"))?;
        Ok(Self::deserialize(metadata)?)
    }

    fn control(&self, package: &Package, architecture: &str) -> String {
        let Self { name, maintainer, section, priority, recommends, extended_description: text, .. } = self;
        let depends = self.depends.replace("$auto", "libc6");
        let text = text.replace('\n', "\n ");
        let version = &package.version;
        let synopsis = package.description.as_deref().unwrap_or_default();
        format!(
            "Package: {name}\nVersion: {version}-1\nArchitecture: {architecture}\nMaintainer: {maintainer}\n\
             Section: {section}\nPriority: {priority}\nDepends: {depends}\nRecommends: {recommends}\n\
             Description: {synopsis}\n {text}\n"
        )
    }
}

/// The files that a path with a `*` in its name means, or the one it names.
fn matching(path: &Path) -> Result<Vec<PathBuf>, PackageError> {
    let (Some((before, after)), Some(folder)) = (name(path)?.split_once('*'), path.parent()) else {
        return Ok(vec![path.to_owned()]);
    };
    let mut found = files(folder)?;
    found.retain(|file| name(file).is_ok_and(|name| name.starts_with(before) && name.ends_with(after)));
    Ok(found)
}

fn lay(source: &Path, target: &Path, mode: &str) -> Result<(), PackageError> {
    let mode = u32::from_str_radix(mode, 8).map_err(|_| PackageError::Wrong("a mode is not octal"))?;
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder).map_err(PackageError::file(folder))?;
    }
    fs::copy(source, target).map_err(PackageError::file(source))?;
    fs::set_permissions(target, fs::Permissions::from_mode(mode)).map_err(PackageError::file(target))
}

fn write(path: &Path, text: &str) -> Result<(), PackageError> {
    fs::write(path, text).map_err(PackageError::file(path))
}

fn name(path: &Path) -> Result<&str, PackageError> {
    path.file_name().and_then(|name| name.to_str()).ok_or(PackageError::Wrong("a file has no name"))
}

fn ends_with_slash(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().ends_with(b"/")
}

fn architecture() -> Result<String, PackageError> {
    let printed = process::output(Command::new("dpkg").arg("--print-architecture"))?;
    Ok(String::from_utf8_lossy(&printed).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_package_names_is_there() {
        let workspace = Workspace::find().unwrap();
        let package = workspace.package("portolan-cli").unwrap();
        let metadata = Metadata::of(package).unwrap();
        let home = workspace.root.join("crates/cli");
        let committed = metadata.assets.iter().filter(|(source, ..)| !source.starts_with("../../target"));
        let missing: Vec<_> = committed.filter(|(source, ..)| !home.join(source).is_file()).collect();
        assert!(missing.is_empty(), "{missing:?}");
        let control = metadata.control(package, "amd64");
        assert!(control.contains("\nDepends: libc6, adduser,"), "{control}");
        assert!(control.lines().all(|line| !line.is_empty()), "{control}");
    }

    #[test]
    fn a_star_stands_for_any_part_of_a_name() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.1.gz", "a.1.gz", "a.1", "a.5.gz"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let found = matching(&folder.path().join("*.1.gz")).unwrap();
        assert_eq!(found, [folder.path().join("a.1.gz"), folder.path().join("b.1.gz")]);
        assert_eq!(matching(Path::new("/gone/a")).unwrap(), [Path::new("/gone/a")]);
    }
}
