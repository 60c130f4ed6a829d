//! Where Picture-Book looked for its file.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::LoadError;

/// What the name `config` may end with, in the order in which it is tried; the content is YAML in any case.
const ENDINGS: [&str; 12] =
    ["json", "toml", "yaml", "yml", "properties", "props", "prop", "hcl", "tfvars", "dotenv", "env", "ini"];

/// The file `config.yaml` (or with another ending, or with none) two folders above `folder`, else in it.
///
/// # Errors
/// If there is none.
pub fn find(folder: &Path) -> Result<PathBuf, LoadError> {
    let names = || ENDINGS.iter().map(|ending| format!("config.{ending}")).chain(["config".to_owned()]);
    let places = [folder.join("../.."), folder.to_owned()];
    let files = places.iter().flat_map(|place| names().map(|name| place.join(name)));
    files.into_iter().find(|file| file.is_file()).ok_or_else(|| {
        let text = "there is no config.yaml of Picture-Book in this folder or two above it";
        let cause = io::Error::new(ErrorKind::NotFound, text);
        LoadError::Unreadable { path: folder.join("config.yaml"), cause }
    })
}
