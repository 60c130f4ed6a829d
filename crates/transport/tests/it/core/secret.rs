//! Secrets are found where they are and shown nowhere.

use portolan_transport::{Secret, SecretError};

fn read(yaml: &str) -> Secret {
    serde_json::from_str(yaml).unwrap()
}

#[test]
fn a_secret_is_text_a_file_or_a_variable() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    std::fs::write(&file, "s3cret\r\n").unwrap();
    assert_eq!(read("\"s3cret\"").resolve().unwrap(), "s3cret");
    let secret = read(&serde_json::json!({"file": file}).to_string());
    assert_eq!(secret.resolve().unwrap(), "s3cret");
    let home = std::env::var("PATH").unwrap();
    assert_eq!(read("{\"env\": \"PATH\"}").resolve().unwrap(), home);
}

#[test]
fn what_cannot_be_found_is_named() {
    assert!(matches!(read("{\"file\": \"/none\"}").resolve(), Err(SecretError::File { .. })));
    let error = read("{\"env\": \"PORTOLAN_TEST_NOT_SET\"}").resolve().unwrap_err();
    assert_eq!(error.to_string(), "environment variable PORTOLAN_TEST_NOT_SET of a secret is not set");
}

#[test]
fn a_secret_is_never_shown() {
    let secret = read("\"s3cret\"");
    assert_eq!(format!("{secret:?}"), "***");
    assert_eq!(serde_json::to_string(&secret).unwrap(), "\"***\"");
}
