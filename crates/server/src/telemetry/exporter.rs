//! What becomes of spans that have ended.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

/// How often it is said that the collector does not take them.
const AGAIN: Duration = Duration::from_secs(5 * 60);

/// Sends spans, and says once in a while that it cannot; those are lost.
#[derive(Debug)]
pub(super) struct Exporter {
    inner: opentelemetry_otlp::SpanExporter,
    lost: Mutex<Lost>,
}

/// What was lost since it was said.
#[derive(Debug, Default)]
struct Lost {
    spans: usize,
    said: Option<Instant>,
}

impl Exporter {
    pub(super) fn new(inner: opentelemetry_otlp::SpanExporter) -> Self {
        Self { inner, lost: Mutex::default() }
    }

    /// How many are lost, if it is time to say so.
    fn lose(&self, spans: usize) -> Option<usize> {
        let mut lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        lost.spans += spans;
        if lost.said.is_some_and(|said| said.elapsed() < AGAIN) {
            return None;
        }
        lost.said = Some(Instant::now());
        Some(std::mem::take(&mut lost.spans))
    }
}

impl SpanExporter for Exporter {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let spans = batch.len();
        let sent = self.inner.export(batch).await;
        if let Err(cause) = &sent
            && let Some(lost) = self.lose(spans)
        {
            tracing::warn!(%cause, lost, "the collector does not take traces");
        }
        sent
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.inner.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.inner.set_resource(resource);
    }
}
