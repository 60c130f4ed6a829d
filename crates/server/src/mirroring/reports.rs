//! Telling senders of webhooks what became of the images of which they told.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use futures::future::try_join_all;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, StatusCode};
use jiff::Timestamp;
use portolan_catalog::{Became, CatalogError, OwedReport, Runs};
use portolan_oci::with_causes;
use portolan_transport::Courier;
use serde::Serialize;
use tokio::time::{sleep, timeout};
use url::Url;

use crate::live::Live;

/// How often it is looked for what could not be told before.
const LOOK: Duration = Duration::from_secs(60);

/// How long one sender may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long it is tried to tell.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Characters of a description, at most.
const DESCRIPTION: usize = 255;

/// What Docker Hub wants to hear.
/// <https://docs.docker.com/docker-hub/repos/manage/webhooks/#validate-a-webhook-callback>
#[derive(Debug, Serialize)]
struct Report<'a> {
    state: &'static str,
    description: String,
    context: &'a str,
}

impl<'a> Report<'a> {
    fn of(OwedReport { mirror, image, became, .. }: &'a OwedReport) -> Self {
        let (state, description) = match became {
            Became::Brought => ("success", format!("{image} is where {mirror} wants it")),
            Became::Failed { cause } => ("failure", format!("{image}: {cause}")),
        };
        Self { state, description: short(description), context: "Portolan" }
    }
}

fn short(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(DESCRIPTION) {
        text.truncate(end);
    }
    text
}

/// Tells senders what they have not heard yet, from time to time.
pub async fn keep_reporting(live: &Live, runs: &Runs) -> Infallible {
    loop {
        tell_owed(runs, live.reach().places.courier()).await;
        let old = Timestamp::now().checked_sub(LONGEST).unwrap_or(Timestamp::MIN);
        if let Err(error) = runs.expire_reports(old).await {
            tracing::warn!(cause = with_causes(&error), "old reports stay for now");
        }
        sleep(LOOK).await;
    }
}

/// Tells senders what is known now. What is not heard is tried again later.
pub(super) async fn tell_owed(runs: &Runs, courier: Courier) {
    if let Err(error) = try_to_tell(runs, &courier).await {
        tracing::warn!(
            cause = with_causes(&error),
            "senders of webhooks do not hear yet what became of images"
        );
    }
}

async fn try_to_tell(runs: &Runs, courier: &Courier) -> Result<(), CatalogError> {
    loop {
        let reports = runs.take_reports(LOOK).await?;
        if reports.is_empty() {
            return Ok(());
        }
        // All at once, so that it is done before others may take them.
        let told = reports.iter().map(async |report| match is_heard(report, courier).await {
            true => runs.settle_report(report).await,
            false => Ok(()),
        });
        try_join_all(told).await?;
    }
}

/// Whether a sender that answers like this may listen later.
fn is_for_now(status: StatusCode) -> bool {
    let later = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS];
    status.is_server_error() || later.contains(&status)
}

/// Whether the sender has heard it, or does not want to.
async fn is_heard(report: &OwedReport, courier: &Courier) -> bool {
    let Ok(url) = Url::parse(&report.url) else { return true };
    let host = url.host_str().unwrap_or_default().to_owned();
    let body = serde_json::to_vec(&Report::of(report)).unwrap_or_default();
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    match timeout(PATIENCE, courier.post(&url, headers, Bytes::from(body))).await {
        Ok(Ok((status, _))) if is_for_now(status) => {
            tracing::info!(host, %status, "a sender of webhooks does not listen now");
            false
        }
        Ok(Ok((status, _))) => {
            tracing::debug!(host, %status, "a sender of webhooks has heard what became of an image");
            true
        }
        Ok(Err(error)) => {
            tracing::info!(host, cause = with_causes(&error), "a sender of webhooks cannot be told");
            false
        }
        Err(_) => {
            tracing::info!(host, "a sender of webhooks does not answer");
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_no_longer_than_the_hub_takes() {
        assert_eq!(short("é".repeat(400)), "é".repeat(255));
        assert_eq!(short("it is there".to_owned()), "it is there");
    }
}
