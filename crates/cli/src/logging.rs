//! Logs: what is written to the standard error about what is done, and how.

use portolan_config::{LogFormat, LogLevel, LogSettings};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::arguments::Global;
use crate::talk::Talk;

/// Everything is logged from here on as the settings want it, unless the command line wants more or less.
pub(crate) fn start(settings: &LogSettings, global: &Global, talk: &Talk) {
    let level = level(settings.level, global);
    // Libraries are heard at a third `--verbose` only.
    let others = if level == LevelFilter::TRACE { LevelFilter::TRACE } else { level.min(LevelFilter::WARN) };
    let filter = Targets::new().with_default(others).with_target("portolan", level);
    let lines = fmt::layer().with_writer(talk.clone()).with_ansi(talk.is_colored()).with_target(false);
    let registry = tracing_subscriber::registry().with(filter);
    // It fails only if there is one already; then that one is used.
    let _ = match settings.format {
        LogFormat::Text => registry.with(lines).try_init(),
        LogFormat::Json => registry.with(lines.json().flatten_event(true)).try_init(),
    };
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
