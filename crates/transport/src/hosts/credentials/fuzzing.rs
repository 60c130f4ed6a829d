//! What must hold for any credential file.

use portolan_oci::{Reference, Registry, RepositoryName};

use super::document::Document;
use super::edit::{plain, with_entry, without_entry};
use super::file::AuthFile;
use crate::Login;

/// Repositories of the registries that the corpus names.
const IMAGES: [&str; 4] = ["docker.io/library/debian", "r.example/a/b", "r.example/c", "localhost:5000/a"];

/// What can be read can be changed: a login that is stored is found, one that is erased is not, and no other moves.
pub fn credential_file(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(file) = AuthFile::parse(text) else { return };
    for image in IMAGES {
        let Ok(image) = image.parse::<Reference>() else { return };
        let (registry, repository) = (image.registry(), image.repository());
        let login = Login::Basic { user: "anna".to_owned(), password: "pass:word".to_owned() };

        let stored = reread(with_entry(text, registry, plain(&login)).ok());
        match stored.login(registry, repository) {
            Ok(found) => assert!(found.is_some_and(|found| found.depth > 0 || found.login == login)),
            // That of a path below the registry is malformed, and still there.
            Err(_) => assert!(file.login(registry, repository).is_err()),
        }
        assert_eq!(stored.helper(registry), file.helper(registry));
        others_stay(&file, &stored, registry);

        let Ok(erased) = without_entry(text, registry) else { return };
        let erased = erased.map(|document| reread(Some(document)));
        let found = erased.as_ref().unwrap_or(&file).login(registry, repository).ok().flatten();
        assert!(found.is_none_or(|found| found.depth > 0));
        others_stay(&file, erased.as_ref().unwrap_or(&file), registry);
    }
}

/// As it is read when it has been written.
fn reread(document: Option<Document>) -> AuthFile {
    let text = document.and_then(|document| document.to_text().ok());
    let file = text.and_then(|text| AuthFile::parse(&String::from_utf8_lossy(&text)).ok());
    assert!(file.is_some(), "what was changed cannot be read");
    file.unwrap_or_default()
}

fn others_stay(before: &AuthFile, after: &AuthFile, but: &Registry) {
    let images = IMAGES.iter().filter_map(|image| image.parse::<Reference>().ok());
    for image in images.filter(|image| image.registry() != but) {
        assert_eq!(
            login(before, image.registry(), image.repository()),
            login(after, image.registry(), image.repository())
        );
    }
}

/// The login, or whether there is an error.
fn login(file: &AuthFile, registry: &Registry, repository: &RepositoryName) -> Result<Option<Login>, ()> {
    file.login(registry, repository).map(|found| found.map(|found| found.login)).map_err(drop)
}
