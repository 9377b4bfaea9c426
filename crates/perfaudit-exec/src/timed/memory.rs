//! How much memory the launcher itself occupied: less than that a child cannot report.

use super::PeakRss;

/// The peak of this process, in bytes: the least that `ru_maxrss` of a child that it starts can be.
pub(super) fn own_peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

/// What the kernel's counters may be wrong by: each CPU keeps up to 32 pages back before it adds them to the sum
/// (`percpu_counter_batch`). The launcher hardly ever runs on more than four.
fn tolerance() -> u64 {
    const BATCH: u64 = 32 * 4096;
    let cpus = std::thread::available_parallelism().map_or(1, usize::from);
    BATCH * cpus.clamp(2, 4) as u64
}

/// Tells what a child occupied from what may be the launcher's own.
pub(super) fn peak_rss(reported: u64, launcher: Option<u64>) -> PeakRss {
    match launcher {
        Some(floor) if reported > floor + tolerance() => PeakRss::Measured(reported),
        // Without `/proc` the floor is not known, and any report may be the floor.
        Some(_) | None => PeakRss::AtMost(reported),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_that_may_be_the_launchers_own_memory_is_no_measurement() {
        const MIB: u64 = 1 << 20;
        assert_eq!(peak_rss(5 * MIB, Some(5 * MIB)), PeakRss::AtMost(5 * MIB));
        assert_eq!(peak_rss(5 * MIB, Some(5 * MIB - 4096)), PeakRss::AtMost(5 * MIB));
        assert_eq!(peak_rss(9 * MIB, Some(5 * MIB)), PeakRss::Measured(9 * MIB));
        assert_eq!(peak_rss(9 * MIB, None), PeakRss::AtMost(9 * MIB));
    }

    #[test]
    fn the_peak_of_this_process_is_known() {
        assert!(own_peak().unwrap() > 100_000);
    }
}
