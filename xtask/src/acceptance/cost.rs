//! What perfaudit itself takes, beyond building and running benchmarks.

use std::time::Duration;

use super::CrateReport;
use super::audit::Audit;
use super::check::Check;

/// Everything but building and running 100 benchmarks.
const TARGET: Duration = Duration::from_secs(2);

/// The cost of one audit.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct OwnCost {
    /// CPU seconds of perfaudit itself, without its children.
    pub(crate) cpu_s: f64,
    /// CPU seconds that do not depend on the number of benchmarks: finding packages, looking at the host.
    pub(crate) fixed_s: f64,
    /// Seconds that grow with it: CPU seconds of listing, starting, reading and analysing, and the time of writing.
    pub(crate) growing_s: f64,
    /// The number of measured benchmarks.
    pub(crate) benchmarks: usize,
}

impl OwnCost {
    pub(crate) fn of(audit: &Audit) -> Self {
        let stages = audit.result["run"]["stages"].as_array().map(Vec::as_slice).unwrap_or_default();
        // Stages also measure the noise floor, run benchmarks once more and wait for another run to end its measuring.
        let own = |name: &str| {
            let stage = stages.iter().filter(|stage| stage["name"] == name);
            stage.filter_map(|stage| stage["cost"]["own_cpu_s"].as_f64()).sum::<f64>()
        };
        let run = audit.result["run"]["duration_s"].as_f64().unwrap_or_default();
        let reports = audit.elapsed.as_secs_f64() - run;
        Self {
            cpu_s: stages.iter().filter_map(|stage| stage["cost"]["own_cpu_s"].as_f64()).sum(),
            fixed_s: own("discover") + own("host"),
            growing_s: own("list") + own("bench") + own("analyse") + reports,
            benchmarks: audit.measured().count(),
        }
    }
}

/// The time of perfaudit itself for 100 benchmarks, from all crates together: a crate with three benchmarks says
/// little about a hundred.
pub(crate) fn own_time_check(reports: &[CrateReport]) -> Check {
    let costs: Vec<OwnCost> = reports
        .iter()
        .filter_map(|report| report.outcome.as_ref().ok())
        .map(|(audit, _)| OwnCost::of(audit))
        .collect();
    let (seconds, detail) = per_hundred(&costs);
    let over = seconds > TARGET.as_secs_f64();
    let problems =
        over.then(|| format!("{seconds:.2} s exceed the target of {TARGET:?}")).into_iter().collect();
    Check { name: "own time", detail, problems }
}

#[expect(clippy::cast_precision_loss, reason = "numbers of benchmarks are small")]
fn per_hundred(costs: &[OwnCost]) -> (f64, String) {
    let benchmarks: usize = costs.iter().map(|cost| cost.benchmarks).sum();
    let fixed = costs.iter().map(|cost| cost.fixed_s).sum::<f64>() / costs.len().max(1) as f64;
    let growing = costs.iter().map(|cost| cost.growing_s).sum::<f64>() / benchmarks.max(1) as f64;
    let seconds = fixed + 100.0 * growing;
    let detail = format!(
        "{seconds:.2} s for 100 benchmarks (target {TARGET:?}): {fixed:.2} s once and {:.1} ms for each, from {benchmarks} benchmarks",
        1e3 * growing
    );
    (seconds, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fixed_part_counts_once_and_the_growing_part_for_each_benchmark() {
        let cost = |fixed_s, growing_s, benchmarks| OwnCost { cpu_s: 0.0, fixed_s, growing_s, benchmarks };
        let (seconds, _) = per_hundred(&[cost(0.4, 0.1, 10), cost(0.6, 0.4, 40)]);
        assert!((seconds - 1.5).abs() < 1e-12, "{seconds}");
    }
}
