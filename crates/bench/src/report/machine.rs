//! Where the figures come from.

use serde::Serialize;

/// The machine, as far as figures depend on it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Machine {
    /// The day, in UTC.
    pub(crate) date: String,
    pub(crate) system: String,
    pub(crate) kernel: String,
    pub(crate) processor: String,
    pub(crate) cores: usize,
    pub(crate) memory_gib: u64,
    /// What the registries call their version.
    pub(crate) registry: String,
}

impl Machine {
    /// Looks around; what cannot be found out is said to be unknown.
    pub(crate) fn here() -> Self {
        let memory = field("/proc/meminfo", "MemTotal", ':');
        let kib = memory.split(' ').next().and_then(|kib| kib.parse::<u64>().ok()).unwrap_or_default();
        let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        Self {
            date: jiff::Timestamp::now().strftime("%Y-%m-%d").to_string(),
            system: field("/etc/os-release", "PRETTY_NAME", '=').trim_matches('"').to_owned(),
            kernel: kernel.trim().to_owned(),
            processor: field("/proc/cpuinfo", "model name", ':'),
            cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            memory_gib: kib >> 20,
            registry: registry(),
        }
    }
}

/// The value of the first line `name SEPARATOR value`.
fn field(file: &str, name: &str, separator: char) -> String {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let split = text.lines().filter_map(|line| line.split_once(separator));
    let found = split.map(|(key, value)| (key.trim(), value.trim())).find(|(key, _)| *key == name);
    found.map_or("unknown", |(_, value)| value).to_owned()
}

fn registry() -> String {
    let output = std::process::Command::new("docker-registry").arg("--version").output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    text.unwrap_or_else(|_| "unknown".to_owned())
}
