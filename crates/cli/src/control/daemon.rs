//! A daemon, by its API.

use std::fmt::Display;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use http::{Method, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use portolan_oci::Registry;
use portolan_server::wire::{
    AskedData, FailureData, MirrorData, MirrorStatus, NodeData, PageOf, RunData, RunDetail,
};
use portolan_transport::{ApiAnswer, ApiCall};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Control;
use crate::context::Context;
use crate::error::{CliError, Failure};

/// Entries of a page, at most.
const PAGE: u64 = 1_000;

/// Bytes of an event.
const LONGEST: usize = 1 << 20;

/// A daemon.
pub(super) struct ByDaemon<'a> {
    host: Registry,
    context: &'a Context,
}

impl<'a> ByDaemon<'a> {
    pub(super) fn new(host: Registry, context: &'a Context) -> Self {
        Self { host, context }
    }

    pub(super) async fn call(&self, call: ApiCall) -> Result<ApiAnswer, CliError> {
        let answer = self.context.places()?.call(&self.host, call).await?;
        if answer.status.is_success() { Ok(answer) } else { Err(self.refused(answer).await) }
    }

    /// What the daemon says in place of an answer.
    async fn refused(&self, answer: ApiAnswer) -> CliError {
        let status = answer.status;
        let said = answer.bytes().await.ok().and_then(|body| serde_json::from_slice::<Value>(&body).ok());
        let part = |key: &str| said.as_ref()?.get(key)?.as_str().map(str::to_owned);
        let Some(text) = part("detail").or_else(|| part("title")) else {
            return Failure::Refused(format!(
                "{} answered {status}, and is no daemon of Portolan",
                self.host
            ))
            .into();
        };
        match status {
            StatusCode::NOT_FOUND => Failure::NotFound(text).into(),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => CliError::from(Failure::NotAuthorised(text))
                .with_hint(format!("portolan login {}", self.host)),
            _ => Failure::Refused(text).into(),
        }
    }

    pub(super) async fn read<T: DeserializeOwned>(&self, call: ApiCall) -> Result<T, CliError> {
        let body = self.call(call).await?.bytes().await?;
        Ok(self.parsed(&body)?)
    }

    fn parsed<T: DeserializeOwned>(&self, body: &[u8]) -> Result<T, Failure> {
        let wrong = |cause| Failure::other(format!("what {} answers cannot be read", self.host), cause);
        serde_json::from_slice(body).map_err(wrong)
    }

    /// Entries of a list, up to so many.
    pub(super) async fn list<T: DeserializeOwned>(&self, path: &str, most: u64) -> Result<Vec<T>, CliError> {
        let (mut all, mut after) = (Vec::new(), None::<String>);
        loop {
            let left = most.saturating_sub(all.len() as u64);
            let joint = if path.contains('?') { '&' } else { '?' };
            let behind =
                after.as_deref().map(|after| format!("&after={}", escaped(after))).unwrap_or_default();
            let call = ApiCall::get(format!("{path}{joint}limit={}{behind}", left.clamp(1, PAGE)));
            let page: PageOf<T> = self.read(call).await?;
            all.extend(page.items);
            after = page.next;
            if after.is_none() || all.len() as u64 >= most {
                return Ok(all);
            }
        }
    }

    pub(super) async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: String,
        body: &impl Serialize,
    ) -> Result<T, CliError> {
        let body =
            serde_json::to_vec(body).map_err(|cause| Failure::other("cannot ask the daemon", cause))?;
        self.read(ApiCall { body: Some(body.into()), ..ApiCall::get(path).with(method) }).await
    }

    async fn post<T: DeserializeOwned>(&self, path: String) -> Result<T, CliError> {
        self.read(ApiCall::get(path).with(Method::POST)).await
    }
}

#[async_trait(?Send)]
impl Control for ByDaemon<'_> {
    async fn mirrors(&self) -> Result<Vec<MirrorData>, CliError> {
        let mirrors: Vec<MirrorStatus> = self.list("mirrors", u64::MAX).await?;
        Ok(mirrors.into_iter().map(|status| status.mirror).collect())
    }

    async fn pause(&self, mirror: &str) -> Result<(), CliError> {
        self.post::<MirrorStatus>(format!("mirrors/{}/pause", escaped(mirror))).await.map(drop)
    }

    async fn resume(&self, mirror: &str) -> Result<(), CliError> {
        self.post::<MirrorStatus>(format!("mirrors/{}/resume", escaped(mirror))).await.map(drop)
    }

    async fn ask_run(&self, mirror: &str) -> Result<AskedData, CliError> {
        self.post(format!("mirrors/{}/runs", escaped(mirror))).await
    }

    async fn nodes(&self) -> Result<Vec<NodeData>, CliError> {
        self.list("nodes", u64::MAX).await
    }

    async fn runs(&self, mirror: Option<&str>, limit: u64) -> Result<Vec<RunData>, CliError> {
        let path =
            mirror.map_or_else(|| "runs".to_owned(), |mirror| format!("runs?mirror={}", escaped(mirror)));
        self.list(&path, limit).await
    }

    async fn run(&self, id: i64) -> Result<RunDetail, CliError> {
        self.read(ApiCall::get(format!("runs/{id}"))).await
    }

    async fn failures(&self, id: i64) -> Result<Vec<FailureData>, CliError> {
        self.list(&format!("runs/{id}/failures"), u64::MAX).await
    }

    async fn cancel(&self, id: i64) -> Result<(), CliError> {
        self.post::<RunDetail>(format!("runs/{id}/cancel")).await.map(drop)
    }

    async fn retry(&self, id: i64) -> Result<AskedData, CliError> {
        self.post(format!("runs/{id}/retry")).await
    }

    async fn follow(
        &self,
        id: i64,
        hear: &mut dyn FnMut(Value) -> Result<(), CliError>,
    ) -> Result<(), CliError> {
        let mut answer = self.call(ApiCall::get(format!("runs/{id}/events"))).await?;
        let mut left = BytesMut::new();
        while let Some(bytes) = answer.chunk().await? {
            left.extend_from_slice(&bytes);
            while let Some(line) = next_line(&mut left) {
                if !line.is_empty() {
                    hear(self.parsed(&line)?)?;
                }
            }
            if left.len() > LONGEST {
                return Err(
                    Failure::Refused(format!("what {} tells of the run has no end", self.host)).into()
                );
            }
        }
        Ok(())
    }
}

fn next_line(left: &mut BytesMut) -> Option<Bytes> {
    let end = left.iter().position(|byte| *byte == b'\n')?;
    let line = left.split_to(end + 1).freeze();
    Some(line.slice(..end))
}

/// A part of a path or query.
pub(super) fn escaped(text: &str) -> impl Display {
    utf8_percent_encode(text, NON_ALPHANUMERIC)
}
