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
    busy: u64,
    stolen: u64,
}

/// What happened on the machine while benchmarks ran, as shares of the time of all its CPUs, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Meanwhile {
    /// The hypervisor ran something else.
    pub(crate) stolen: f64,
    /// Processes that are none of ours ran.
    pub(crate) others: f64,
}

impl Meanwhile {
    /// The share of the time of all CPUs in which the hypervisor ran something else.
    #[must_use]
    pub fn stolen(self) -> f64 {
        self.stolen
    }
}

/// Ticks in a second, as `/proc/stat` shows them: 100 on every architecture, whatever the kernel's own clock does.
const TICKS_PER_SECOND: f64 = 100.0;

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
        let &[user, nice, system, idle, iowait, irq, softirq, stolen, ..] = ticks.as_slice() else {
            return None;
        };
        let busy = user + nice + system + irq + softirq;
        Some(Self { total: busy + idle + iowait + stolen, busy, stolen })
    }

    /// What happened since `earlier`. `ours` are the CPU seconds that this process and its children took meanwhile.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "ticks since boot are far below 2^53")]
    pub fn meanwhile(self, earlier: Self, ours: f64) -> Meanwhile {
        let total = self.total.saturating_sub(earlier.total).max(1) as f64;
        let busy = self.busy.saturating_sub(earlier.busy) as f64;
        Meanwhile {
            stolen: self.stolen.saturating_sub(earlier.stolen) as f64 / total,
            others: (busy - ours * TICKS_PER_SECOND).max(0.0) / total,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stolen_time_and_that_of_others_are_shares_of_all_time() {
        let earlier = CpuTicks::parse("cpu  100 0 50 800 10 0 5 35 7 0\ncpu0 ...").unwrap();
        let later = CpuTicks::parse("cpu  150 0 60 820 10 0 5 55 7 0\n").unwrap();
        let meanwhile = later.meanwhile(earlier, 0.5);
        assert!((meanwhile.stolen - 0.2).abs() < 1e-12);
        assert!((meanwhile.others - 0.1).abs() < 1e-12);
        assert_eq!(earlier.meanwhile(earlier, 1.0), Meanwhile { stolen: 0.0, others: 0.0 });
    }

    #[test]
    fn a_kernel_that_tells_less_is_not_guessed_at() {
        assert_eq!(CpuTicks::parse("cpu  100 0 50 800\n"), None);
    }
}
