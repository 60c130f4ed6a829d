//! `certs.d` folders, as Docker and Podman have them: `HOST[:PORT]/*.crt` are authorities, `*.cert` with the
//! `*.key` of the same name is what we show.

use std::io;
use std::path::{Path, PathBuf};

use portolan_oci::Registry;

use super::config::settings;
use super::{CertificateFiles, ClientPair};
use crate::TransportResult;
use crate::hosts::HostsError;

/// What the first of `folders` that knows the host has for it; `None` if none does. Of several certificates to
/// show, the first by name is taken.
pub(in crate::hosts) fn find(
    folders: &[PathBuf],
    registry: &Registry,
) -> TransportResult<Option<CertificateFiles>> {
    for folder in folders {
        let folder = folder.join(registry.as_str());
        match list(&folder) {
            Ok(files) => {
                let found = sort(&files).map_err(|cause| settings(certificate_folder(&folder), cause))?;
                return Ok(Some(found));
            }
            Err(cause) => match cause.kind() {
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {}
                // Docker's folder is for root only on some systems, and most hosts are not in it.
                io::ErrorKind::PermissionDenied => {
                    tracing::debug!(folder = %folder.display(), "certificates may not be read");
                }
                _ => return Err(settings(certificate_folder(&folder), cause)),
            },
        }
    }
    Ok(None)
}

fn list(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files =
        std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    files.sort();
    Ok(files)
}

fn sort(files: &[PathBuf]) -> Result<CertificateFiles, HostsError> {
    let mut found = CertificateFiles::default();
    for file in files {
        match file.extension().and_then(|extension| extension.to_str()) {
            Some("crt") => found.authorities.push(file.clone()),
            Some("cert") => {
                let pair = ClientPair { cert: file.clone(), key: partner(files, file, "key")? };
                found.client.get_or_insert(pair);
            }
            Some("key") => {
                partner(files, file, "cert")?;
            }
            _ => {}
        }
    }
    Ok(found)
}

fn partner(files: &[PathBuf], file: &Path, extension: &str) -> Result<PathBuf, HostsError> {
    let partner = file.with_extension(extension);
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if files.contains(&partner) {
        Ok(partner)
    } else {
        Err(HostsError::HalfPairFile { file: name(file), missing: name(&partner) })
    }
}

fn certificate_folder(path: &Path) -> String {
    format!("certificate folder {}", path.display())
}
