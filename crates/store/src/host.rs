//! Which host this is.

use std::fs;

use portolan_catalog::StoreHost;
use portolan_oci::Digest;

/// Digits that tell machines of one name apart.
const DIGITS: usize = 12;

/// Letters that the catalogue has room for.
const LONGEST: usize = 64;

/// This host: by the id that its kernel drew when it was started, which is the same in all of its containers, and by its
/// name with its machine id, which is the same when it is started anew. The machine id itself is told to nobody.
pub(crate) fn this() -> StoreHost {
    let name = line("/proc/sys/kernel/hostname").unwrap_or_else(|| "unknown host".to_owned());
    let boot = line("/proc/sys/kernel/random/boot_id");
    let id = line("/etc/machine-id").filter(|id| id.len() == 32).or_else(|| boot.clone());
    let hash = Digest::sha256(format!("portolan store {}", id.unwrap_or_default()).as_bytes());
    let digits: String = hex::encode(hash.as_bytes()).chars().take(DIGITS).collect();
    let machine = format!("{} ({digits})", name.chars().take(LONGEST).collect::<String>());
    let boot = boot.unwrap_or_else(|| machine.clone()).chars().take(LONGEST).collect();
    StoreHost { boot, machine }
}

/// What stands in a file of one line; `None` if nothing does.
fn line(path: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_same_host_each_time_and_fits_into_its_columns() {
        let host = this();
        assert_eq!(host, this());
        assert!(host.boot.len() <= 64 && host.machine.len() <= 255, "{host:?}");
        assert!(host.machine.ends_with(')'), "{host:?}");
    }
}
