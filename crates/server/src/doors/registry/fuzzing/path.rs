use portolan_oci::TagOrDigest;

use crate::doors::registry::route::{Named, Route};

/// What a path means has a path of its own that means the same, in which nothing needs to be encoded.
pub fn path(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for path in [text.to_owned(), format!("/v2/{text}")] {
        let Ok(route) = Route::parse(&path) else { continue };
        if let Some(plain) = plain(&route) {
            assert!(!plain.contains(['%', '\\']) && !plain.split('/').any(|part| part == ".."));
            assert_eq!(Route::parse(&plain).ok(), Some(route));
        }
    }
}

/// `None` for what names nothing.
fn plain(route: &Route) -> Option<String> {
    Some(match route {
        Route::Base => "/v2/".to_owned(),
        Route::Token => "/v2/token".to_owned(),
        Route::Repositories => "/v2/_catalog".to_owned(),
        Route::Tags(name) => format!("/v2/{name}/tags/list"),
        Route::Manifest(name, Named::By(TagOrDigest::Tag(tag))) => format!("/v2/{name}/manifests/{tag}"),
        Route::Manifest(name, Named::By(TagOrDigest::Digest(digest))) => {
            format!("/v2/{name}/manifests/{digest}")
        }
        Route::Blob(name, digest) => format!("/v2/{name}/blobs/{digest}"),
        Route::Uploads(name) => format!("/v2/{name}/blobs/uploads/"),
        Route::Upload(name, Some(id)) => format!("/v2/{name}/blobs/uploads/{id}"),
        Route::Referrers(name, digest) => format!("/v2/{name}/referrers/{digest}"),
        Route::Manifest(_, Named::Nothing(_)) | Route::Upload(_, None) => return None,
    })
}
