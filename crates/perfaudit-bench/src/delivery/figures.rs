//! Figures of timed builds and tests.

use perfaudit_result::{
    Direction, Estimate, Figure, Method, Metric, Of, Samples, Unit, Workload, WorkloadKind,
};
use perfaudit_stats::{Sample, SampleError, effective_size};

use crate::command::{CommandRuns, extremes, quantities};
use crate::estimate::{Estimates, median_estimate};

/// Makes the figures of a timed build or of timed tests: the metric that they are measured for, from the median of
/// the wall time, and what else was observed. A single run gives a value without an interval. None for what is no such
/// workload.
///
/// # Errors
/// When there are no runs.
pub fn delivery_metrics(
    workload: &Workload,
    samples: &Samples,
    runs: &CommandRuns,
) -> Option<Result<Estimates, SampleError>> {
    let name = workload.kind.own_metric()?;
    let make = || {
        let wall = Sample::new(samples.per_iteration().collect())?;
        let n = wall.len() as u64;
        let estimate = if n == 1 {
            let reason = "a single run has no spread: standard mode makes more of them, and full mode enough for an interval";
            Estimate::WithoutInterval { value: wall.median(), reason: reason.to_owned() }
        } else {
            median_estimate(&wall, "runs")
        };
        let method = Method(method(workload.kind, &runs.argv).into());
        let unit = Unit::Nanoseconds;
        let figure = Figure { estimate, unit, n, method, of: Of::Process };
        let others = extremes(&name, unit, &wall);
        let own = Metric { name: name.clone(), direction: Direction::LowerIsBetter, figure };
        let mut metrics = vec![own];
        metrics.extend(others);
        metrics.extend(quantities(runs)?);
        Ok(Estimates { metrics, effective_batches: effective_size(&wall).get() })
    };
    Some(make())
}

fn method(kind: WorkloadKind, argv: &[String]) -> String {
    let profile = argv.iter().skip_while(|word| *word != "--profile").nth(1);
    let profile = profile.map(|profile| format!(" --profile {profile}")).unwrap_or_default();
    let what = match kind {
        WorkloadKind::CleanBuild => {
            format!("`cargo build{profile}` into an empty target directory, dependencies fetched before")
        }
        WorkloadKind::IncrementalBuild => format!(
            "`cargo build{profile}` after a new value of a used static in the root of the package, in a copy of the project"
        ),
        _ => "`cargo test --no-fail-fast` with everything built but examples in documentation".to_owned(),
    };
    format!("median wall time of {what}, with an order-statistic interval where there are enough runs")
}
