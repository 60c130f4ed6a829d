//! The machine that this process is on.

/// Its name.
pub async fn host_name() -> String {
    let name = tokio::fs::read_to_string("/proc/sys/kernel/hostname").await;
    name.map_or_else(|_| "unknown host".to_owned(), |name| name.trim().to_owned())
}
