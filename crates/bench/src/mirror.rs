//! Many images in one go: how each client that can is told to.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use crate::client::{Client, Kind};
use crate::measure::CommandLine;
use crate::row::TAG;

impl Kind {
    /// Whether it copies many images in one process.
    pub(crate) fn mirrors(self) -> bool {
        matches!(self, Self::Portolan | Self::Skopeo)
    }
}

impl Client {
    /// The command that copies the same `repositories`, all in one folder, from one host to the other; what it
    /// reads is written to `home`.
    pub(crate) fn mirror(
        &self,
        repositories: &[String],
        (source, target): (&str, &str),
        home: &Path,
    ) -> io::Result<CommandLine> {
        let (file, text, arguments): (_, _, &[&str]) = match self.kind {
            Kind::Portolan => {
                ("portolan.yaml", portolan(repositories, source, target), &["sync", "--config"])
            }
            _ => (
                "skopeo.yaml",
                skopeo(repositories, source),
                &[
                    "--insecure-policy",
                    "sync",
                    "--all",
                    "--dest-tls-verify=false",
                    "--src",
                    "yaml",
                    "--dest",
                    "docker",
                ],
            ),
        };
        let file = home.join(file);
        std::fs::write(&file, text)?;
        let mut command = vec![self.program.display().to_string()];
        command.extend(arguments.iter().map(|&argument| argument.to_owned()));
        command.push(file.display().to_string());
        if self.kind == Kind::Skopeo {
            let folder =
                repositories.first().and_then(|name| name.rsplit_once('/')).map_or("", |(folder, _)| folder);
            command.push(format!("{target}/{folder}"));
        }
        Ok(command)
    }
}

fn portolan(repositories: &[String], source: &str, target: &str) -> String {
    let mut text = "version: 1\nmirrors:\n  - name: bench\n    images:\n".to_owned();
    for repository in repositories {
        // Writing to a text does not fail.
        _ = writeln!(text, "      - {source}/{repository}:{TAG}");
    }
    _ = writeln!(text, "    targets: ['{target}/{{repository}}']");
    text
}

fn skopeo(repositories: &[String], source: &str) -> String {
    let mut text = format!("'{source}':\n  tls-verify: false\n  images:\n");
    for repository in repositories {
        _ = writeln!(text, "    {repository}: ['{TAG}']");
    }
    text
}
