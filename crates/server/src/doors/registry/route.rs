//! Which endpoint a path means (distribution-spec, "Endpoints").

use percent_encoding::percent_decode_str;
use portolan_catalog::UploadId;
use portolan_oci::{Digest, RepositoryName, TagOrDigest};

use super::error::{Code, RegistryError};

/// What a path below `/v2/` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    /// `/v2/`
    Base,
    /// `/v2/token`
    Token,
    /// `/v2/_catalog`
    Repositories,
    /// `/v2/<name>/tags/list`
    Tags(RepositoryName),
    /// `/v2/<name>/manifests/<reference>`
    Manifest(RepositoryName, Named),
    /// `/v2/<name>/blobs/<digest>`
    Blob(RepositoryName, Digest),
    /// `/v2/<name>/blobs/uploads/`
    Uploads(RepositoryName),
    /// `/v2/<name>/blobs/uploads/<id>`; `None` for what cannot be the name of a session.
    Upload(RepositoryName, Option<UploadId>),
    /// `/v2/<name>/referrers/<digest>`
    Referrers(RepositoryName, Digest),
}

/// A manifest as it was named. What is no tag names nothing for a reader, and is an error of a writer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    /// A tag or a digest.
    By(TagOrDigest),
    /// Neither.
    Nothing(String),
}

impl Route {
    /// Reads a path. Its parts are decoded after it was cut at the slashes, so an encoded slash never makes a
    /// new part.
    ///
    /// # Errors
    /// `NAME_INVALID`, `DIGEST_INVALID`, and 404 for what is no endpoint.
    pub(super) fn parse(path: &str) -> Result<Self, RegistryError> {
        let rest = path.strip_prefix("/v2").ok_or_else(|| RegistryError::no_endpoint(path))?;
        if rest.is_empty() || rest == "/" {
            return Ok(Self::Base);
        }
        let rest = rest.strip_prefix('/').ok_or_else(|| RegistryError::no_endpoint(path))?;
        if rest == "token" {
            return Ok(Self::Token);
        }
        if rest == "_catalog" {
            return Ok(Self::Repositories);
        }
        let parts = decoded(rest).ok_or_else(|| RegistryError::no_endpoint(path))?;
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        match parts.as_slice() {
            [name @ .., "tags", "list"] => Ok(Self::Tags(repository(name)?)),
            [name @ .., "blobs", "uploads"] | [name @ .., "blobs", "uploads", ""] => {
                Ok(Self::Uploads(repository(name)?))
            }
            [name @ .., "blobs", "uploads", id] => Ok(Self::Upload(repository(name)?, id.parse().ok())),
            [name @ .., "blobs", digest] => Ok(Self::Blob(repository(name)?, parse_digest(digest)?)),
            [name @ .., "referrers", digest] => Ok(Self::Referrers(repository(name)?, parse_digest(digest)?)),
            [name @ .., "manifests", reference] => Ok(Self::Manifest(repository(name)?, named(reference)?)),
            _ => Err(RegistryError::no_endpoint(path)),
        }
    }
}

fn decoded(path: &str) -> Option<Vec<String>> {
    path.split('/').map(|part| percent_decode_str(part).decode_utf8().ok().map(Into::into)).collect()
}

fn repository(parts: &[&str]) -> Result<RepositoryName, RegistryError> {
    // A part that had a slash in it when it was encoded must not become two.
    if parts.iter().any(|part| part.contains('/')) {
        return Err(RegistryError::name_invalid(&parts.join("/")));
    }
    let name = parts.join("/");
    name.parse().map_err(|_| RegistryError::name_invalid(&name))
}

/// Reads a digest of a path or a query.
pub(super) fn parse_digest(text: &str) -> Result<Digest, RegistryError> {
    text.parse().map_err(|cause| RegistryError::new(Code::DigestInvalid, format!("{cause}")))
}

fn named(text: &str) -> Result<Named, RegistryError> {
    if text.contains(':') {
        return parse_digest(text).map(|digest| Named::By(digest.into()));
    }
    Ok(text.parse().map_or_else(|_| Named::Nothing(text.to_owned()), |tag| Named::By(TagOrDigest::Tag(tag))))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HEX: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn name(text: &str) -> RepositoryName {
        text.parse().unwrap()
    }

    #[test]
    fn each_endpoint_has_its_path() {
        let digest: Digest = format!("sha256:{HEX}").parse().unwrap();
        let id = UploadId::random();
        for (path, route) in [
            ("/v2".to_owned(), Route::Base),
            ("/v2/".to_owned(), Route::Base),
            ("/v2/_catalog".to_owned(), Route::Repositories),
            ("/v2/a/b/tags/list".to_owned(), Route::Tags(name("a/b"))),
            ("/v2/a/blobs/uploads/".to_owned(), Route::Uploads(name("a"))),
            ("/v2/a/blobs/uploads".to_owned(), Route::Uploads(name("a"))),
            (format!("/v2/a/blobs/uploads/{id}"), Route::Upload(name("a"), Some(id))),
            ("/v2/a/blobs/uploads/x".to_owned(), Route::Upload(name("a"), None)),
            (format!("/v2/a/blobs/{digest}"), Route::Blob(name("a"), digest)),
            (format!("/v2/a/blobs/sha256%3A{HEX}"), Route::Blob(name("a"), digest)),
            (format!("/v2/a/referrers/{digest}"), Route::Referrers(name("a"), digest)),
            (
                "/v2/a/manifests/v1".to_owned(),
                Route::Manifest(name("a"), Named::By(TagOrDigest::Tag("v1".parse().unwrap()))),
            ),
            (format!("/v2/a/manifests/{digest}"), Route::Manifest(name("a"), Named::By(digest.into()))),
            ("/v2/a/manifests/.x".to_owned(), Route::Manifest(name("a"), Named::Nothing(".x".to_owned()))),
        ] {
            assert_eq!(Route::parse(&path).unwrap(), route, "{path}");
        }
    }

    #[test]
    fn words_of_endpoints_may_be_names() {
        let route = Route::parse("/v2/blobs/uploads/tags/list/manifests/latest").unwrap();
        assert!(matches!(route, Route::Manifest(found, _) if found == name("blobs/uploads/tags/list")));
    }

    #[test]
    fn nothing_leads_out_of_the_store() {
        for path in [
            "/v2/../../etc/passwd",
            "/v2/..%2f..%2fetc/manifests/latest",
            "/v2/a%2fb/manifests/latest",
            "/v2//manifests/latest",
            "/v2/a/../b/tags/list",
            "/v2/A/tags/list",
            "/v2/a/blobs/sha256:..%2f..%2fx",
            "/v2/a%00/tags/list",
            "/v2/tags/list",
            "/v2x",
            "/v1/",
        ] {
            assert!(Route::parse(path).is_err(), "{path}");
        }
    }

    proptest! {
        #[test]
        fn anything_is_survived(path in "\\PC{0,120}") {
            let _ = Route::parse(&path);
            let _ = Route::parse(&format!("/v2/{path}"));
        }
    }
}
