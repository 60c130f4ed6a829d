//! What the kernel tells of a process that runs.

use std::time::Duration;

use nix::unistd::{SysconfVar, sysconf};

use super::ServeError;

/// A process by its id.
#[derive(Debug, Clone, Copy)]
pub(super) struct Process(u32);

impl Process {
    pub(super) fn new(id: u32) -> Self {
        Self(id)
    }

    /// User and system time of all its threads, also of those that have ended.
    pub(super) fn cpu(self) -> Result<Duration, ServeError> {
        let ticks = ticks(&self.read("stat")?).ok_or(ServeError::Kernel("its CPU time"))?;
        let rate = sysconf(SysconfVar::CLK_TCK).ok().flatten().filter(|&rate| rate > 0);
        let rate = rate.ok_or(ServeError::Kernel("the length of a tick"))?;
        Ok(Duration::from_secs_f64(ticks as f64 / rate as f64))
    }

    /// The most that was resident since it started.
    pub(super) fn peak_mib(self) -> Result<f64, ServeError> {
        self.mib("VmHWM").ok_or(ServeError::Kernel("its peak memory"))
    }

    /// What is resident now.
    pub(super) fn resident_mib(self) -> Result<f64, ServeError> {
        self.mib("VmRSS").ok_or(ServeError::Kernel("its memory"))
    }

    fn mib(self, name: &str) -> Option<f64> {
        kib(&self.read("status").ok()?, name).map(|kib| kib as f64 / 1024.0)
    }

    fn read(self, file: &str) -> std::io::Result<String> {
        std::fs::read_to_string(format!("/proc/{}/{file}", self.0))
    }
}

/// utime and stime (fields 14 and 15 of proc(5)) of `/proc/PID/stat`, added up.
fn ticks(stat: &str) -> Option<u64> {
    // The program's name is in brackets and may hold spaces and brackets itself; what follows begins with field 3.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_ascii_whitespace().skip(14 - 3);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

/// The figure of the line `name: N kB` of `/proc/PID/status`.
fn kib(status: &str, name: &str) -> Option<u64> {
    let lines = status.lines().filter_map(|line| line.split_once(':'));
    let (_, value) = lines.into_iter().find(|(key, _)| *key == name)?;
    value.trim().strip_suffix(" kB")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Process, kib, ticks};

    #[test]
    fn user_and_system_time_are_found_behind_any_name() {
        let numbers = "S 1 2 3 4 5 6 7 8 9 10 120 34 0 0 20 0 7 0 99 1 2";
        assert_eq!(ticks(&format!("42 (portolan) {numbers}\n")), Some(154));
        assert_eq!(ticks(&format!("42 (a ) (b) {numbers}\n")), Some(154));
        assert_eq!(ticks("42 (portolan) S 1 2"), None);
        assert_eq!(ticks(""), None);
    }

    #[test]
    fn memory_is_found_by_its_name() {
        let status = "Name:\tportolan\nVmHWM:\t   20480 kB\nVmRSS:\t    1024 kB\n";
        assert_eq!(kib(status, "VmHWM"), Some(20480));
        assert_eq!(kib(status, "VmRSS"), Some(1024));
        assert_eq!(kib(status, "VmSwap"), None);
    }

    #[test]
    fn time_that_this_process_uses_is_counted() {
        let process = Process::new(std::process::id());
        let (before, began) = (process.cpu().unwrap(), Instant::now());
        while process.cpu().unwrap() == before && began.elapsed() < Duration::from_secs(60) {
            std::hint::black_box((0..10_000_u64).sum::<u64>());
        }
        assert!(process.cpu().unwrap() > before);
        assert!(process.peak_mib().unwrap() > 0.0 && process.resident_mib().unwrap() > 0.0);
        assert!(Process::new(u32::MAX).cpu().is_err());
    }
}
