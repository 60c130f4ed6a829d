//! New files in place of old ones, and files that are no certificate.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Arc;

use portolan_oci::with_causes;
use portolan_testkit::tls::{Authority, Identity};
use tempfile::TempDir;

use super::{Tls, TlsError, TlsFiles};
use crate::metrics::Metrics;

fn write(folder: &Path, identity: &Identity) {
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("tls.crt"), &identity.certificate).unwrap();
    fs::write(folder.join("tls.key"), &identity.key).unwrap();
}

async fn open(folder: &Path) -> Result<Tls, TlsError> {
    let files = TlsFiles::new(folder.join("tls.crt"), folder.join("tls.key"));
    Tls::open(files, Metrics::default()).await
}

/// Whether a look at the files changes what is shown.
async fn changes(tls: &Tls) -> bool {
    let before = tls.config();
    tls.renew().await.unwrap();
    !Arc::ptr_eq(&before, &tls.config())
}

#[tokio::test]
async fn a_new_pair_is_shown_however_it_came() {
    let (folder, authority) = (TempDir::new().unwrap(), Authority::new("ours"));
    // As a secret is mounted: names that lead through a link to the folder of the day.
    let path = |name: &str| folder.path().join(name);
    write(&path("monday"), &authority.server());
    write(&path("tuesday"), &authority.server());
    symlink("monday", path("data")).unwrap();
    for name in ["tls.crt", "tls.key"] {
        symlink(format!("data/{name}"), path(name)).unwrap();
    }
    let tls = open(folder.path()).await.unwrap();
    assert!(!changes(&tls).await);
    symlink("tuesday", path("new")).unwrap();
    fs::rename(path("new"), path("data")).unwrap();
    assert!(changes(&tls).await);
    assert!(!changes(&tls).await);
    // Written over,
    write(folder.path(), &authority.server());
    assert!(changes(&tls).await);
    // and renamed into place.
    write(&path("next"), &authority.server());
    for name in ["tls.crt", "tls.key"] {
        fs::rename(path("next").join(name), path(name)).unwrap();
    }
    assert!(changes(&tls).await);
}

#[tokio::test]
async fn the_old_pair_is_shown_while_the_new_one_is_wrong() {
    let (folder, authority) = (TempDir::new().unwrap(), Authority::new("ours"));
    write(folder.path(), &authority.server());
    let tls = open(folder.path()).await.unwrap();
    let before = tls.config();
    let new = authority.server();
    let (cert, key) = (folder.path().join("tls.crt"), folder.path().join("tls.key"));
    fs::write(&cert, &new.certificate).unwrap();
    assert!(matches!(tls.renew().await, Err(TlsError::Mismatch { .. })));
    fs::write(&key, new.key.get(..100).unwrap()).unwrap();
    assert!(matches!(tls.renew().await, Err(TlsError::Malformed(_))));
    fs::remove_file(&key).unwrap();
    assert!(matches!(tls.renew().await, Err(TlsError::Unreadable { .. })));
    assert!(Arc::ptr_eq(&before, &tls.config()));
    fs::write(&key, &new.key).unwrap();
    assert!(changes(&tls).await);
}

#[tokio::test]
async fn what_is_wrong_is_told_and_nothing_that_a_file_holds() {
    let (folder, authority) = (TempDir::new().unwrap(), Authority::new("ours"));
    let (ours, other) = (authority.server(), authority.server());
    let pem = |label: &str| format!("-----BEGIN {label}-----\nc2VjcmV0\n-----END {label}-----\n");
    let cases = [
        ("secret", ours.key.as_str(), "DIR/tls.crt has no certificate in PEM form"),
        (&ours.key, &ours.key, "DIR/tls.crt has no certificate in PEM form"),
        (
            &pem("CERTIFICATE"),
            &ours.key,
            "the certificate in DIR/tls.crt cannot be used: invalid peer certificate: BadEncoding",
        ),
        (
            &ours.certificate,
            &pem("ENCRYPTED PRIVATE KEY"),
            "DIR/tls.key has no key in PEM form that can be read without a password",
        ),
        (&ours.certificate, "-----BEGIN secret", "DIR/tls.key is no whole PEM file"),
        (
            &ours.certificate,
            &pem("PRIVATE KEY"),
            "the key in DIR/tls.key cannot be used: unexpected error: failed to parse private key as RSA, ECDSA, or EdDSA",
        ),
        (
            &ours.certificate,
            &other.key,
            "the key in DIR/tls.key is not that of the certificate in DIR/tls.crt",
        ),
    ];
    for (certificate, key, told) in cases {
        write(folder.path(), &Identity { certificate: certificate.to_owned(), key: key.to_owned() });
        let error = open(folder.path()).await.unwrap_err();
        let text = with_causes(&error).replace(folder.path().to_str().unwrap(), "DIR");
        assert_eq!(text, told);
    }
}
