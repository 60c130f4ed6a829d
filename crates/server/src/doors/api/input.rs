//! What is asked: parts of the path, parameters, a body. What cannot be read is a problem.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use bytes::Bytes;
use http::request::Parts;
use serde::de::DeserializeOwned;

use super::problem::{Kind, Problem};
use crate::wire::PageQuery;

/// Bytes of a body, at most.
const MOST: usize = 1 << 20;

/// How long a body may take to come in.
const PATIENCE: Duration = Duration::from_secs(30);

/// The parts of a path.
pub(super) struct At<T>(pub(super) T);

/// The parameters behind a path.
pub(super) struct Asked<T>(pub(super) T);

/// A body of JSON.
pub(super) struct Sent<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for At<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(value)) => Ok(Self(value)),
            Err(PathRejection::FailedToDeserializePathParams(error)) => {
                Err(Kind::Invalid.because(error.body_text()))
            }
            Err(_) => Err(Kind::NotFound.into()),
        }
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        // PostgreSQL has no texts with it, and no name has it.
        if parts.uri.query().is_some_and(|query| query.contains("%00")) {
            return Err(Kind::Invalid.because("no parameter has the character NUL"));
        }
        let read = Query::from_request_parts(parts, state).await;
        let Query(value) =
            read.map_err(|rejection: QueryRejection| Kind::Invalid.because(rejection.body_text()))?;
        Ok(Self(value))
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Sent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let bytes = whole(request.into_body()).await?;
        match serde_json::from_slice(&bytes) {
            Ok(value) => Ok(Self(value)),
            Err(error) if error.is_data() => Err(Kind::Unfit.because(error.to_string())),
            Err(error) => Err(Kind::Invalid.because(format!("this is no JSON: {error}"))),
        }
    }
}

/// A body, as soon as all of it is there.
pub(super) async fn whole(body: Body) -> Result<Bytes, Problem> {
    let read = tokio::time::timeout(PATIENCE, to_bytes(body, MOST)).await;
    let read = read.map_err(|_| Kind::Slow.because("a body comes in within 30 seconds"))?;
    read.map_err(|_| Kind::TooLong.because("a body has no more than 1 MiB"))
}

/// Entries of a page.
pub(super) fn limit(page: &PageQuery) -> Result<u32, Problem> {
    page.limit().ok_or_else(|| Kind::Invalid.because(format!("`limit` is from 1 to {}", PageQuery::MOST)))
}
