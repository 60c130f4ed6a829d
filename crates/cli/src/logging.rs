//! Logs: what is written to the standard error about what is done, and how.

use portolan_config::{LogFormat, LogLevel, LogSettings};
use portolan_server::telemetry::{TARGET, Traces};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt;
use tracing_subscriber::fmt::format::{DefaultFields, Format};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::arguments::Global;
use crate::talk::Talk;

/// Everything is logged from here on as the settings want it, unless the command line wants more or less.
pub(crate) fn start(settings: &LogSettings, global: &Global, talk: &Talk, traces: Option<&Traces>) {
    let level = level(settings.level, global);
    // Libraries are heard at a third `--verbose` only.
    let others = if level == LevelFilter::TRACE { LevelFilter::TRACE } else { level.min(LevelFilter::WARN) };
    // Spans are for traces: what is logged is the same with and without them.
    let filter = Targets::new().with_default(others).with_target("portolan", level);
    let filter = filter.with_target(TARGET, LevelFilter::OFF);
    let registry = tracing_subscriber::registry();
    // It fails only if there is one already; then that one is used.
    let _ = match (settings.format, traces) {
        (LogFormat::Text, None) => registry.with(filter).with(lines(talk)).try_init(),
        (LogFormat::Json, None) => {
            registry.with(filter).with(lines(talk).json().flatten_event(true)).try_init()
        }
        (LogFormat::Text, Some(traces)) => {
            registry.with(lines(talk).with_filter(filter)).with(traces.layer()).try_init()
        }
        (LogFormat::Json, Some(traces)) => {
            let lines = lines(talk).json().flatten_event(true);
            registry.with(lines.with_filter(filter)).with(traces.layer()).try_init()
        }
    };
}

fn lines<S>(talk: &Talk) -> fmt::Layer<S, DefaultFields, Format, Talk> {
    fmt::layer().with_ansi(talk.is_colored()).with_target(false).with_writer(talk.clone())
}

fn level(configured: LogLevel, global: &Global) -> LevelFilter {
    let configured = match configured {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    match (global.quiet, global.verbose) {
        (true, _) => LevelFilter::ERROR,
        (false, 0) => configured,
        (false, 1) => configured.max(LevelFilter::INFO),
        (false, 2) => configured.max(LevelFilter::DEBUG),
        (false, _) => LevelFilter::TRACE,
    }
}
