//! What goes wrong, in the specification's words (distribution-spec, "Error Codes").

use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use portolan_catalog::CatalogError;
use portolan_oci::{Digest, ManifestError, RawManifestError, RepositoryName, with_causes};
use portolan_store::{BackendError, StoreError};
use serde_json::{Value, json};

use super::challenge::Scope;
use crate::access::Refusal;
use crate::http::TooSlow;

/// The codes of the specification, with what others have added and clients know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    BlobUnknown,
    BlobUploadInvalid,
    BlobUploadUnknown,
    DigestInvalid,
    ManifestBlobUnknown,
    ManifestInvalid,
    ManifestUnknown,
    NameInvalid,
    NameUnknown,
    PaginationNumberInvalid,
    RangeInvalid,
    SizeInvalid,
    TagInvalid,
    Unauthorized,
    Denied,
    Unsupported,
    TooManyRequests,
    /// Room, database, disk: nothing that the client did.
    Unavailable,
    Unknown,
}

impl Code {
    fn word(self) -> &'static str {
        match self {
            Self::BlobUnknown => "BLOB_UNKNOWN",
            Self::BlobUploadInvalid => "BLOB_UPLOAD_INVALID",
            Self::BlobUploadUnknown => "BLOB_UPLOAD_UNKNOWN",
            Self::DigestInvalid => "DIGEST_INVALID",
            Self::ManifestBlobUnknown => "MANIFEST_BLOB_UNKNOWN",
            Self::ManifestInvalid => "MANIFEST_INVALID",
            Self::ManifestUnknown => "MANIFEST_UNKNOWN",
            Self::NameInvalid => "NAME_INVALID",
            Self::NameUnknown => "NAME_UNKNOWN",
            Self::PaginationNumberInvalid => "PAGINATION_NUMBER_INVALID",
            Self::RangeInvalid => "RANGE_INVALID",
            Self::SizeInvalid => "SIZE_INVALID",
            Self::TagInvalid => "TAG_INVALID",
            Self::Unauthorized => "UNAUTHORIZED",
            Self::Denied => "DENIED",
            Self::Unsupported => "UNSUPPORTED",
            Self::TooManyRequests => "TOOMANYREQUESTS",
            Self::Unavailable => "UNAVAILABLE",
            Self::Unknown => "UNKNOWN",
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::BlobUnknown
            | Self::BlobUploadUnknown
            | Self::ManifestBlobUnknown
            | Self::ManifestUnknown
            | Self::NameUnknown => StatusCode::NOT_FOUND,
            Self::BlobUploadInvalid
            | Self::DigestInvalid
            | Self::ManifestInvalid
            | Self::NameInvalid
            | Self::PaginationNumberInvalid
            | Self::SizeInvalid
            | Self::TagInvalid => StatusCode::BAD_REQUEST,
            Self::RangeInvalid => StatusCode::RANGE_NOT_SATISFIABLE,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Denied => StatusCode::FORBIDDEN,
            Self::Unsupported => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Unknown => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// An answer that says what went wrong: nothing of causes inside the house, which go to the log.
#[derive(Debug)]
pub(super) struct RegistryError(Box<Parts>);

#[derive(Debug)]
struct Parts {
    status: StatusCode,
    code: Code,
    message: String,
    detail: Value,
    headers: HeaderMap,
    /// What a login is asked for.
    wanted: Option<Scope>,
}

impl RegistryError {
    pub(super) fn new(code: Code, message: impl Into<String>) -> Self {
        let (status, message) = (code.status(), message.into());
        let headers = HeaderMap::new();
        Self(Box::new(Parts { status, code, message, detail: Value::Null, headers, wanted: None }))
    }

    /// With what the client may want to know in a form that it can read.
    pub(super) fn detail(mut self, detail: Value) -> Self {
        self.0.detail = detail;
        self
    }

    pub(super) fn status(mut self, status: StatusCode) -> Self {
        self.0.status = status;
        self
    }

    pub(super) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.insert(name, value);
        self
    }

    /// A login might help, with which the caller may do this.
    pub(super) fn no_login(wanted: Option<Scope>) -> Self {
        let mut error = Self::new(Code::Unauthorized, "a login is needed");
        error.0.wanted = wanted;
        error
    }

    /// If a login is asked for: what for.
    pub(super) fn asks_for_login(&self) -> Option<Option<&Scope>> {
        (self.0.code == Code::Unauthorized).then_some(self.0.wanted.as_ref())
    }

    pub(super) fn no_endpoint(path: &str) -> Self {
        Self::new(Code::NameUnknown, "the registry has no such endpoint").detail(json!({ "path": path }))
    }

    pub(super) fn name_invalid(name: &str) -> Self {
        Self::new(
            Code::NameInvalid,
            "a repository is named by lower-case words between slashes, 255 characters in all",
        )
        .detail(json!({ "name": name }))
    }

    pub(super) fn name_unknown(name: &RepositoryName) -> Self {
        Self::new(Code::NameUnknown, "the repository is not known here")
            .detail(json!({ "name": name.as_str() }))
    }

    pub(super) fn blob_unknown(digest: &Digest) -> Self {
        Self::new(Code::BlobUnknown, "the repository does not have this blob")
            .detail(json!({ "digest": digest.to_string() }))
    }

    pub(super) fn manifest_unknown(reference: &str) -> Self {
        Self::new(Code::ManifestUnknown, "the repository does not have this manifest")
            .detail(json!({ "reference": reference }))
    }

    pub(super) fn tag_invalid(tag: &str) -> Self {
        Self::new(
            Code::TagInvalid,
            "a tag is made of up to 128 letters, digits, dots, dashes and underscores, and begins with none of \
             dot and dash",
        )
        .detail(json!({ "tag": tag }))
    }

    pub(super) fn upload_unknown() -> Self {
        Self::new(Code::BlobUploadUnknown, "there is no such upload: begin it again")
    }

    /// The endpoint is there, the method is not.
    pub(super) fn method(allowed: &'static str) -> Self {
        Self::new(Code::Unsupported, "the endpoint has no such method")
            .header(ALLOW, HeaderValue::from_static(allowed))
    }
}

impl IntoResponse for RegistryError {
    fn into_response(self) -> Response {
        let Parts { status, code, message, detail, headers, wanted: _ } = *self.0;
        let mut error = json!({ "code": code.word(), "message": message });
        if let (false, Some(error)) = (detail.is_null(), error.as_object_mut()) {
            error.insert("detail".to_owned(), detail);
        }
        let body = json!({ "errors": [error] }).to_string();
        let mut response = (status, [(CONTENT_TYPE, "application/json")], body).into_response();
        response.headers_mut().extend(headers);
        response
    }
}

impl RegistryError {
    /// What must not fail has failed.
    pub(super) fn internal(cause: impl std::error::Error) -> Self {
        tracing::error!(cause = %with_causes(&cause), "a request failed");
        Self::new(Code::Unknown, "the registry failed; its log says why")
    }

    /// The client stopped sending in the middle.
    pub(super) fn broken_off(cause: &(dyn std::error::Error + Send + Sync + 'static)) -> Self {
        let status =
            if cause.is::<TooSlow>() { StatusCode::REQUEST_TIMEOUT } else { StatusCode::BAD_REQUEST };
        Self::new(Code::SizeInvalid, format!("the body broke off: {cause}")).status(status)
    }

    /// With the advice to try again in a while.
    pub(super) fn unavailable(message: &str) -> Self {
        Self::new(Code::Unavailable, message).header(RETRY_AFTER, HeaderValue::from_static("5"))
    }
}

impl From<Refusal> for RegistryError {
    fn from(refusal: Refusal) -> Self {
        match &refusal {
            Refusal::Wrong => Self::new(Code::Unauthorized, format!("{refusal}")),
            Refusal::Busy => Self::new(Code::TooManyRequests, format!("{refusal}"))
                .header(RETRY_AFTER, HeaderValue::from_static("1")),
            Refusal::Catalog(_) => {
                tracing::error!(cause = %with_causes(&refusal), "a login cannot be checked");
                Self::unavailable("the registry cannot check logins now; try again")
            }
        }
    }
}

impl From<StoreError> for RegistryError {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::NoRoom { missing } => Self::new(Code::Unavailable, format!("{error}"))
                .status(StatusCode::INSUFFICIENT_STORAGE)
                .detail(json!({ "missingBytes": missing })),
            StoreError::Backend(BackendError::Full { .. }) | StoreError::Catalog(CatalogError::Full(_)) => {
                tracing::error!(cause = %with_causes(&error), "no room is left");
                Self::new(Code::Unavailable, "the registry has no room left")
                    .status(StatusCode::INSUFFICIENT_STORAGE)
            }
            StoreError::Content(cause) => Self::new(Code::DigestInvalid, format!("{cause}")),
            StoreError::BrokenOff { cause, .. } => Self::broken_off(cause.as_ref()),
            StoreError::OutOfOrder { offset } => {
                Self::new(Code::RangeInvalid, format!("the upload goes on at byte {offset}"))
            }
            StoreError::UploadUnknown => Self::upload_unknown(),
            StoreError::Elsewhere => Self::unavailable("another node goes on with the upload; try again"),
            StoreError::TooManyUploads => {
                Self::new(Code::TooManyRequests, "too many uploads are open: end or cancel some of them")
            }
            StoreError::Catalog(_)
            | StoreError::Backend(_)
            | StoreError::Contended
            | StoreError::Unreadable(_)
            | StoreError::CatalogueLost
            | StoreError::FilesLost
            | StoreError::Foreign
            | StoreError::HeldElsewhere { .. }
            | StoreError::TakenOver { .. }
            | StoreError::NotRenewed
            | StoreError::Closing => {
                tracing::error!(cause = %with_causes(&error), "a request failed");
                Self::unavailable("the registry cannot do that now; try again")
            }
        }
    }
}

impl From<RawManifestError> for RegistryError {
    fn from(error: RawManifestError) -> Self {
        match error {
            RawManifestError::Verify(cause) => Self::new(Code::DigestInvalid, format!("{cause}")),
            RawManifestError::Manifest(ManifestError::TooLarge(_)) => {
                Self::new(Code::SizeInvalid, format!("{error}")).status(StatusCode::PAYLOAD_TOO_LARGE)
            }
            RawManifestError::Manifest(cause) => Self::new(Code::ManifestInvalid, with_causes(&cause)),
        }
    }
}
