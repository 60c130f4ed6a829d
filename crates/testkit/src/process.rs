//! What a process costs, as the kernel tells (proc(5)).

/// A process of this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Process(u32);

impl Process {
    /// The one with this id.
    pub fn of(id: u32) -> Self {
        Self(id)
    }

    /// This one.
    pub fn this() -> Self {
        Self(std::process::id())
    }

    /// The most memory that it ever had, in bytes, without that of the program itself and other files, of which a
    /// program that is built for debugging has much.
    pub fn peak_memory(self) -> u64 {
        let status = self.read("status");
        let bytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("a line of this name");
            line.trim().trim_end_matches(" kB").parse::<u64>().expect("kilobytes") * 1024
        };
        bytes("VmHWM:").saturating_sub(bytes("RssFile:"))
    }

    /// The time that it has computed, in ticks of the kernel (a hundredth of a second).
    pub fn computed(self) -> u64 {
        let stat = self.read("stat");
        // The name of the program, which is in parentheses, may hold anything.
        let fields = stat.rsplit_once(')').expect("a name in parentheses").1.split_whitespace();
        fields.skip(11).take(2).map(|ticks| ticks.parse::<u64>().expect("ticks")).sum()
    }

    fn read(self, file: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{file}", self.0)).expect("a process that runs")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_and_time_grow() {
        let this = Process::this();
        let (computed, large) = (this.computed(), vec![1_u8; 64 << 20]);
        let mut sums = 0;
        while sums == 0 || this.computed() == computed {
            assert_eq!(large.iter().map(|byte| u64::from(*byte)).sum::<u64>(), 64 << 20);
            sums += 1;
        }
        assert!(this.peak_memory() >= 64 << 20, "{}", this.peak_memory());
    }
}
