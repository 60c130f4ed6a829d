//! Listening to spans.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{ExporterBuildError, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracerProvider};
use portolan_config::OtlpSettings;
use portolan_transport::{Courier, SecretError};
use tokio::runtime::Handle;
use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::registry::LookupSpan;

use super::TARGET;
use super::client::{Client, LateCourier};
use super::exporter::Exporter;

/// Spans that wait to be sent; what comes when there are as many is lost.
const QUEUE: usize = 4_096;

/// Spans in one request.
const AT_ONCE: usize = 512;

/// How long spans are gathered.
const EVERY: Duration = Duration::from_secs(5);

/// How long one request to the collector may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// How long is waited at the end for what is left.
const AT_THE_END: Duration = Duration::from_secs(3);

/// What is told to a collector.
#[derive(Debug)]
pub struct Traces {
    provider: SdkTracerProvider,
    courier: LateCourier,
}

/// Why a collector cannot be told anything.
#[derive(Debug, thiserror::Error)]
pub enum TracesError {
    /// A header is none.
    #[error("`{0}` cannot be a header, or not with its value")]
    Header(String),
    /// A secret cannot be read.
    #[error("a header cannot be read")]
    Secret(#[from] SecretError),
    /// It cannot be begun.
    #[error("traces cannot be sent")]
    Exporter(#[from] ExporterBuildError),
}

impl Traces {
    /// Gathers spans from now on, on a thread of its own, and has them sent on this runtime as soon as it is known
    /// [by whom](Self::send_by).
    ///
    /// # Errors
    /// If a header cannot be used.
    pub fn start(settings: &OtlpSettings, runtime: Handle) -> Result<Self, TracesError> {
        let courier = LateCourier::default();
        let client = Client { courier: LateCourier::clone(&courier), headers: headers(settings)?, runtime };
        let exporter = opentelemetry_otlp::SpanExporter::builder()
            .with_http()
            .with_http_client(client)
            .with_endpoint(settings.endpoint.traces().as_str())
            .with_timeout(PATIENCE)
            .build()?;
        let gathering = BatchConfigBuilder::default()
            .with_max_queue_size(QUEUE)
            .with_max_export_batch_size(AT_ONCE)
            .with_scheduled_delay(EVERY)
            .build();
        let processor =
            BatchSpanProcessor::builder(Exporter::new(exporter)).with_batch_config(gathering).build();
        let share = f64::from(settings.sample.percent()) / 100.0;
        let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(share)));
        let provider = SdkTracerProvider::builder()
            .with_span_processor(processor)
            .with_sampler(sampler)
            .with_resource(resource(&settings.service_name))
            .build();
        Ok(Self { provider, courier })
    }

    /// Says who carries spans to the collector.
    pub fn send_by(&self, courier: Courier) {
        // Who was first is as good.
        let _ = self.courier.set(courier);
    }

    /// What hears spans: to be added to what hears events. It hears nothing else.
    pub fn layer<S>(&self) -> impl Layer<S> + Send + Sync + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.provider.tracer("portolan"))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_level(false)
            .with_filter(Targets::new().with_target(TARGET, LevelFilter::INFO))
    }

    /// Sends what is left, for up to three seconds; nothing is told from here on. Not to be called by a task: the runtime
    /// does the sending.
    pub fn end(&self) {
        if let Err(cause) = self.provider.shutdown_with_timeout(AT_THE_END) {
            tracing::debug!(%cause, "some traces were not sent");
        }
    }
}

fn headers(settings: &OtlpSettings) -> Result<HeaderMap, TracesError> {
    let mut headers = HeaderMap::new();
    for (name, secret) in &settings.headers {
        let wrong = || TracesError::Header(name.clone());
        let key: HeaderName = name.parse().map_err(|_| wrong())?;
        let mut value: HeaderValue = secret.resolve()?.parse().map_err(|_| wrong())?;
        value.set_sensitive(true);
        headers.insert(key, value);
    }
    Ok(headers)
}

fn resource(service: &str) -> Resource {
    Resource::builder_empty()
        .with_service_name(service.to_owned())
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .with_attribute(KeyValue::new("process.pid", i64::from(std::process::id())))
        .build()
}
