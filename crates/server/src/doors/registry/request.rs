//! A request as the endpoints see it.

use axum::extract::Request;
use http::header::CONTENT_LENGTH;
use http::request::Parts;
use http::{HeaderMap, HeaderName, Method};
use portolan_catalog::Action;
use portolan_oci::RepositoryName;

use super::challenge::Scope;
use super::error::{Code, RegistryError};
use super::query::Query;
use crate::access::Caller;
use crate::http::RequestBody;

/// A request without its body, and who sent it.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) head: Parts,
    pub(super) caller: Caller,
}

impl Asked {
    /// The head of a request, and apart from it its body.
    pub(super) fn parts(request: Request) -> (Parts, RequestBody) {
        let (head, body) = request.into_parts();
        (head, RequestBody::new(body))
    }

    pub(super) fn method(&self) -> &Method {
        &self.head.method
    }

    pub(super) fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    pub(super) fn path(&self) -> &str {
        self.head.uri.path()
    }

    pub(super) fn query(&self) -> Query<'_> {
        Query::new(self.head.uri.query())
    }

    /// A header that can be read as text.
    pub(super) fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers().get(name)?.to_str().ok()
    }

    /// How long the body says it is.
    pub(super) fn length(&self) -> Option<u64> {
        self.header(&CONTENT_LENGTH)?.trim().parse().ok()
    }

    /// Goes on if the caller may do that there. The answer is the same whether the repository is there or not.
    ///
    /// # Errors
    /// `UNAUTHORIZED` if a login might help, `DENIED` if not.
    pub(super) fn must(&self, action: Action, repository: &RepositoryName) -> Result<(), RegistryError> {
        if self.caller.may(action, repository) {
            return Ok(());
        }
        if self.caller.has_no_login() {
            return Err(RegistryError::no_login(Some(Scope { repository: repository.clone(), action })));
        }
        let message = format!("{} may not {} in {repository}", self.caller, action.name());
        Err(RegistryError::new(Code::Denied, message))
    }
}
