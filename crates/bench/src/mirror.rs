//! Many images in one go: how each client that can is told to.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use crate::client::{Client, Kind};
use crate::measure::CommandLine;

impl Kind {
    /// Whether it copies all images of a repository in one process.
    pub(crate) fn mirrors(self) -> bool {
        matches!(self, Self::Portolan | Self::Skopeo | Self::Regsync | Self::Crane)
    }
}

impl Client {
    /// The commands that copy all images of the `repositories`, which are all in one folder, from one host to
    /// the other; what they read is written to `home`.
    pub(crate) fn mirror(
        &self,
        repositories: &[String],
        (source, target): (&str, &str),
        home: &Path,
    ) -> io::Result<Vec<CommandLine>> {
        let folder = folder(repositories);
        let file = home.join("mirror.yaml");
        let path = file.display().to_string();
        let to = format!("{target}/{folder}");
        let (text, arguments): (String, Vec<&str>) = match self.kind {
            Kind::Portolan => (
                portolan(repositories, folder, source, &format!("{target}/")),
                vec!["sync", "--config", &path],
            ),
            Kind::Regsync => (regsync(repositories, source, target), vec!["once", "--config", &path]),
            Kind::Skopeo => (
                skopeo(repositories, source),
                vec![
                    "--insecure-policy",
                    "sync",
                    "--all",
                    "--dest-tls-verify=false",
                    "--src",
                    "yaml",
                    "--dest",
                    "docker",
                    &path,
                    &to,
                ],
            ),
            Kind::Lean | Kind::Regctl | Kind::DockerRegistry => {
                let names = repositories.iter().map(String::as_str);
                return Ok(vec![self.line(["lean-mirror", source, target].into_iter().chain(names))]);
            }
            // A process for each repository: it takes no more.
            Kind::Crane => {
                let copy = |name: &String| {
                    let (from, to) = (format!("{source}/{name}"), format!("{target}/{name}"));
                    self.line(["copy", "--insecure", "--all-tags", &from, &to])
                };
                return Ok(repositories.iter().map(copy).collect());
            }
        };
        std::fs::write(&file, text)?;
        Ok(vec![self.line(arguments)])
    }

    /// The same into Portolan's own store, which only Portolan can.
    pub(crate) fn mirror_into_store(
        &self,
        repositories: &[String],
        source: &str,
        home: &Path,
    ) -> io::Result<Vec<CommandLine>> {
        let file = home.join("mirror.yaml");
        std::fs::write(&file, portolan(repositories, folder(repositories), source, "store:"))?;
        Ok(vec![self.line(["sync", "--config", &file.display().to_string()])])
    }
}

/// The folder that all repositories are in.
fn folder(repositories: &[String]) -> &str {
    repositories.first().and_then(|name| name.rsplit_once('/')).map_or("", |(folder, _)| folder)
}

/// `target` ends where the repository's name begins.
fn portolan(repositories: &[String], folder: &str, source: &str, target: &str) -> String {
    let images = match repositories {
        [only] => only.clone(),
        _ => format!("{folder}/**"),
    };
    format!(
        "version: 1\nmirrors:\n  - name: bench\n    source: {source}/{images}\n    \
         targets: ['{target}{{repository}}']\n"
    )
}

/// An empty list is all tags.
fn skopeo(repositories: &[String], source: &str) -> String {
    let mut text = format!("'{source}':\n  tls-verify: false\n  images:\n");
    for repository in repositories {
        // Writing to a text does not fail.
        _ = writeln!(text, "    {repository}: []");
    }
    text
}

fn regsync(repositories: &[String], source: &str, target: &str) -> String {
    let mut text = "version: 1\ncreds:\n".to_owned();
    for host in [source, target] {
        _ = writeln!(text, "  - registry: {host}\n    tls: disabled");
    }
    text.push_str("defaults:\n  parallel: 6\nsync:\n");
    for repository in repositories {
        _ = writeln!(
            text,
            "  - source: {source}/{repository}\n    target: {target}/{repository}\n    type: repository"
        );
    }
    text
}
