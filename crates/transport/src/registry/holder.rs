//! A repository at one host: the registry itself or one of its mirrors. The operations are methods of it, each
//! in the file of its name.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use portolan_oci::{Digest, RepositoryName, TagOrDigest};
use url::Url;

use super::RegistryClient;
use super::answer::Answer;
use super::ask::Ask;
use super::auth::Scope;
use super::retry::Hurry;
use crate::{Location, Reads, TransportError, TransportResult, UploadState};

/// How long a mirror that cannot be reached is left out.
const MIRROR_REST: Duration = Duration::from_mins(1);

/// A host that holds a repository.
pub(super) struct Holder {
    pub(super) client: Arc<RegistryClient>,
    pub(super) repository: RepositoryName,
    pub(super) reads: Reads,
    pub(super) location: Location,
    hurry: Hurry,
}

impl Holder {
    pub(super) fn new(client: Arc<RegistryClient>, repository: RepositoryName, reads: Reads) -> Self {
        let location = Location::Registry(client.registry().clone(), repository.clone());
        Self { client, repository, reads, location, hurry: Hurry::Patient }
    }

    /// The same as a mirror: there is another host behind it.
    pub(super) fn mirror(self) -> Self {
        Self { hurry: Hurry::AnotherIsWaiting, ..self }
    }

    /// Whether it is worth asking now.
    pub(super) fn is_ready(&self) -> bool {
        self.hurry == Hurry::Patient || !self.client.throttle.is_resting()
    }

    /// Another host is asked next; the last one's error counts. A mirror that cannot be reached is left out for
    /// a while.
    pub(super) fn pass_on(&self, error: TransportError) -> TransportError {
        use TransportError as E;
        if self.hurry == Hurry::AnotherIsWaiting
            && matches!(
                error,
                E::Unavailable { .. } | E::UnknownHost { .. } | E::Tls { .. } | E::RateLimited { .. }
            )
        {
            self.client.throttle.rest(MIRROR_REST);
        }
        tracing::debug!(host = %self.location, %error, "not from here");
        error
    }

    pub(super) fn pull(&self) -> Scope {
        Scope::pull(&self.repository)
    }

    pub(super) fn push(&self) -> Scope {
        Scope::push(&self.repository)
    }

    /// How a manifest or tag is named in errors.
    pub(super) fn named(&self, reference: &TagOrDigest) -> String {
        self.location.with(Some(reference))
    }

    /// How a blob is named in errors.
    pub(super) fn blob_named(&self, digest: &Digest) -> String {
        format!("blob {digest} of {}", self.location)
    }

    pub(super) async fn ask(&self, ask: Ask) -> TransportResult<Answer> {
        self.client.ask(Ask { hurry: self.hurry, ..ask }).await
    }

    /// A request to the session of an upload.
    pub(super) fn session(&self, method: Method, upload: &UploadState) -> TransportResult<Ask> {
        let what = self.blob_named(&upload.digest);
        let session: Url =
            upload.session.parse().map_err(|_| TransportError::SessionLost { what: what.clone() })?;
        Ok(Ask::of_session(method, session, self.push(), what))
    }

    /// The session that an answer names.
    pub(super) fn session_of(&self, answer: &Answer) -> TransportResult<Option<String>> {
        let Some(location) = answer.text(http::header::LOCATION) else { return Ok(None) };
        Ok(Some(self.client.follow(&answer.url, location, &answer.about.what)?.into()))
    }
}
