//! Keys that later versions give a meaning. Using one is an error that says so.

const TOP: &[&str] = &[
    "clouds", "compat", "events", "follow", "gc", "notify", "proxies", "quotas", "storage", "track", "trees",
];
const LOG: &[&str] = &["file", "keep", "max_size"];

/// Whether `key` is reserved in the section at `path` (`""`, `log`).
pub(crate) fn is_reserved(path: &str, key: &str) -> bool {
    match path {
        "" => TOP.contains(&key),
        "log" => LOG.contains(&key),
        _ => false,
    }
}
