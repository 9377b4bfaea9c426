//! What else the machine does.

use crate::proc_file::read;

/// The mean number of runnable processes over the last minute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LoadAverage(pub f64);

impl LoadAverage {
    /// The present value; none where the system does not tell.
    #[must_use]
    pub fn now() -> Option<Self> {
        read("/proc/loadavg")?.split(' ').next()?.parse().ok().map(Self)
    }
}

/// Time of all CPUs since boot, in ticks of the kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CpuTicks {
    total: u64,
    stolen: u64,
}

impl CpuTicks {
    /// The present value; none where the system does not tell.
    #[must_use]
    pub fn now() -> Option<Self> {
        Self::parse(&read("/proc/stat")?)
    }

    /// The first line of `/proc/stat` (proc_stat(5)): user nice system idle iowait irq softirq steal; guest time
    /// is contained in user time.
    fn parse(stat: &str) -> Option<Self> {
        let ticks: Vec<u64> = stat
            .lines()
            .next()?
            .strip_prefix("cpu ")?
            .split_whitespace()
            .map_while(|n| n.parse().ok())
            .collect();
        Some(Self { total: ticks.iter().take(8).sum(), stolen: *ticks.get(7)? })
    }

    /// The share of time since `earlier` in which the hypervisor ran something else, 0 to 1.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "ticks since boot are far below 2^53")]
    pub fn stolen_since(self, earlier: Self) -> f64 {
        let total = self.total.saturating_sub(earlier.total);
        if total == 0 { 0.0 } else { self.stolen.saturating_sub(earlier.stolen) as f64 / total as f64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stolen_time_is_a_share_of_all_time() {
        let earlier = CpuTicks::parse("cpu  100 0 50 800 10 0 5 35 7 0\ncpu0 ...").unwrap();
        let later = CpuTicks::parse("cpu  150 0 60 820 10 0 5 55 7 0\n").unwrap();
        assert!((later.stolen_since(earlier) - 0.2).abs() < 1e-12);
        assert!(earlier.stolen_since(earlier).abs() < 1e-12);
    }
}
