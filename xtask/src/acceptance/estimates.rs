//! Criterion's samples by brute force, and the comparison with what perfaudit says of them.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use walkdir::WalkDir;

use super::audit::{Audit, read};
use crate::error::TaskError;

/// What two ways to compute the same may differ by, relative to the larger.
pub(crate) const TOLERANCE: f64 = 1e-9;
/// Criterion multiplies the median absolute deviation by 1.4826 as an f32.
const CRITERION_MAD_FACTOR: f64 = 1.482_599_973_678_588_9;
const MAD_FACTOR: f64 = 1.4826;
/// The least number of independent values for a 95 % interval with two finite ends: 0.95^72 and 0.99^368 are the
/// first powers that do not exceed 0.025.
const LEAST: [(&str, f64, f64); 3] =
    [("wall_time.p50", 0.5, 6.0), ("wall_time.p95", 0.95, 72.0), ("wall_time.p99", 0.99, 368.0)];

/// The batches of one benchmark.
#[derive(Debug)]
struct Batches {
    iterations: Vec<f64>,
    times: Vec<f64>,
    per_iteration: Vec<f64>,
    sorted: Vec<f64>,
}

impl Batches {
    fn new(iterations: Vec<f64>, times: Vec<f64>) -> Self {
        let per_iteration: Vec<f64> = times.iter().zip(&iterations).map(|(time, n)| time / n).collect();
        let mut sorted = per_iteration.clone();
        sorted.sort_by(f64::total_cmp);
        Self { iterations, times, per_iteration, sorted }
    }

    #[expect(clippy::cast_precision_loss, reason = "sample sizes are small")]
    fn n(&self) -> f64 {
        self.times.len() as f64
    }

    fn mean(&self) -> f64 {
        self.per_iteration.iter().sum::<f64>() / self.n()
    }

    fn std_dev(&self) -> f64 {
        let mean = self.mean();
        (self.per_iteration.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (self.n() - 1.0)).sqrt()
    }

    fn median_abs_dev(&self) -> f64 {
        let median = quantile(&self.sorted, 0.5);
        let mut distances: Vec<f64> = self.per_iteration.iter().map(|x| (x - median).abs()).collect();
        distances.sort_by(f64::total_cmp);
        quantile(&distances, 0.5) * MAD_FACTOR
    }

    fn slope(&self) -> f64 {
        let pairs = || self.iterations.iter().zip(&self.times);
        pairs().map(|(n, time)| n * time).sum::<f64>() / pairs().map(|(n, _)| n * n).sum::<f64>()
    }

    fn contains(&self, bound: f64) -> bool {
        self.sorted.iter().any(|&x| relative_difference(x, bound) < 1e-12)
    }
}

/// Type 7: linear between the order statistics around position (n - 1) p.
#[expect(clippy::cast_precision_loss, reason = "sample sizes are small")]
fn quantile(sorted: &[f64], p: f64) -> f64 {
    let position = (sorted.len() - 1) as f64 * p;
    let mut below = 0;
    while (below + 1) as f64 <= position {
        below += 1;
    }
    match sorted.get(below + 1) {
        Some(above) => sorted[below] + (above - sorted[below]) * (position - below as f64),
        None => sorted[below],
    }
}

/// |a - b| over the larger of the two; 0 for equal ones.
pub(crate) fn relative_difference(a: f64, b: f64) -> f64 {
    if a.to_bits() == b.to_bits() { 0.0 } else { (a - b).abs() / a.abs().max(b.abs()).max(f64::MIN_POSITIVE) }
}

/// The worst of many comparisons, and all that went too far.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    /// The number of pairs.
    pub(crate) pairs: usize,
    /// The largest relative difference.
    pub(crate) worst: f64,
    /// What differs too much, or is missing.
    pub(crate) problems: Vec<String>,
}

impl Comparison {
    fn pair(&mut self, what: impl FnOnce() -> String, ours: Option<f64>, theirs: Option<f64>) {
        self.pairs += 1;
        let (Some(a), Some(b)) = (ours, theirs) else {
            if ours != theirs {
                self.problems.push(format!("{}: {ours:?} against {theirs:?}", what()));
            }
            return;
        };
        let difference = relative_difference(a, b);
        self.worst = self.worst.max(difference);
        if difference.is_nan() || difference > TOLERANCE {
            self.problems.push(format!("{}: {a} against {b}, {difference:.1e} apart", what()));
        }
    }

    fn demand(&mut self, holds: bool, what: impl FnOnce() -> String) {
        self.pairs += 1;
        if !holds {
            self.problems.push(what());
        }
    }
}

/// How the figures of all measured rows compare.
#[derive(Debug, Default)]
pub(crate) struct Comparisons {
    /// The batches in perfaudit's artifacts against Criterion's `sample.json`.
    pub(crate) samples: Comparison,
    /// Figures against Criterion's `estimates.json`, and brute force against it too.
    pub(crate) estimates: Comparison,
    /// Quantiles against brute force, and where theory says that there is none.
    pub(crate) quantiles: Comparison,
    /// Bounds of intervals: values of the sample, around the estimate.
    pub(crate) intervals: Comparison,
}

/// Compares every measured row.
pub(crate) fn compare(audit: &Audit) -> Result<Comparisons, TaskError> {
    let mut comparisons = Comparisons::default();
    for row in audit.measured() {
        let id = row["id"].as_str().unwrap_or_default();
        let home = audit.run.join("artifacts/criterion").join(harness_folder(row));
        let Some(folder) = criterion_folder(&home, &row["title"]) else {
            comparisons.samples.problems.push(format!("{id}: no files of Criterion"));
            continue;
        };
        let raw = read(&folder.join("sample.json"))?;
        let estimates = read(&folder.join("estimates.json"))?;
        let batches = Batches::new(numbers(&raw["iters"]), numbers(&raw["times"]));
        let copy = read(&audit.run.join(row["samples"].as_str().unwrap_or("none")))?;
        comparisons.samples.demand(
            numbers(&copy["iterations"]) == batches.iterations && numbers(&copy["times"]) == batches.times,
            || format!("{id}: the artifact holds other batches than sample.json"),
        );
        compare_estimates(&mut comparisons.estimates, id, row, &raw, &estimates, &batches);
        compare_quantiles(&mut comparisons, id, row, &batches);
    }
    Ok(comparisons)
}

fn compare_estimates(
    into: &mut Comparison,
    id: &str,
    row: &Value,
    raw: &Value,
    estimates: &Value,
    batches: &Batches,
) {
    let linear = raw["sampling_mode"] == "Linear";
    // In Criterion's scale; perfaudit and brute force use the factor as written.
    let scale = CRITERION_MAD_FACTOR / MAD_FACTOR;
    let figures = [
        ("wall_time.mean", "mean", 1.0, Some(batches.mean())),
        ("wall_time.p50", "median", 1.0, Some(quantile(&batches.sorted, 0.5))),
        ("wall_time.std_dev", "std_dev", 1.0, Some(batches.std_dev())),
        ("wall_time.mad", "median_abs_dev", scale, Some(batches.median_abs_dev())),
        ("wall_time.slope", "slope", 1.0, linear.then(|| batches.slope())),
    ];
    let metrics = metrics(row);
    for (metric, name, scale, brute) in figures {
        let criterion = estimates[name]["point_estimate"].as_f64();
        let ours = metrics.get(metric).and_then(|metric| metric["estimate"].as_f64());
        into.pair(|| format!("{id}: {metric} and Criterion's {name}"), ours.map(|x| x * scale), criterion);
        into.pair(
            || format!("{id}: brute force and Criterion's {name}"),
            brute.map(|x| x * scale),
            criterion,
        );
    }
}

fn compare_quantiles(comparisons: &mut Comparisons, id: &str, row: &Value, batches: &Batches) {
    let metrics = metrics(row);
    let worth = row["sampling"]["effective_batches"].as_f64().unwrap_or(0.0);
    for (name, p, least) in LEAST {
        let Some(metric) = metrics.get(name) else {
            comparisons.quantiles.problems.push(format!("{id}: {name} is missing"));
            continue;
        };
        let estimate = metric["estimate"].as_f64();
        let bounds = numbers(&metric["ci"]);
        let estimable = worth.floor() >= least;
        // A median has a value even where it can have no interval.
        let expected = (estimable || p <= 0.5).then(|| quantile(&batches.sorted, p));
        comparisons.quantiles.pair(|| format!("{id}: {name} and brute force"), estimate, expected);
        comparisons.intervals.demand(estimable == (bounds.len() == 2), || {
            format!("{id}: {name} has {} bounds from batches worth {worth}; it needs {least}", bounds.len())
        });
        if let [lower, upper] = bounds[..] {
            let around = estimate.is_some_and(|value| lower <= value && value <= upper);
            let members = batches.contains(lower) && batches.contains(upper);
            comparisons.intervals.demand(around && members, || {
                format!(
                    "{id}: {name}: [{lower}, {upper}] are not two values of the sample around {estimate:?}"
                )
            });
        } else {
            comparisons.intervals.demand(metric["reason"].is_string(), || {
                format!("{id}: {name} has no interval and no reason")
            });
        }
    }
}

fn metrics(row: &Value) -> BTreeMap<&str, &Value> {
    let list = row["metrics"].as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(|metric| Some((metric["name"].as_str()?, metric))).collect()
}

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
}

/// The folder of the process whose samples count: a benchmark that was measured once more has one named like them.
fn harness_folder(row: &Value) -> String {
    let samples = Path::new(row["samples"].as_str().unwrap_or_default());
    match samples.file_stem().and_then(|stem| stem.to_str()) {
        Some(again) if again.starts_with("again-") => again.to_owned(),
        _ => format!("{:04}", row["order"].as_u64().unwrap_or(u64::MAX)),
    }
}

/// The folder `new` of the benchmark with this title.
fn criterion_folder(home: &Path, title: &Value) -> Option<std::path::PathBuf> {
    WalkDir::new(home)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name() == "benchmark.json")
        .filter_map(|entry| Some(entry.path().parent()?.to_owned()))
        .filter(|folder| folder.ends_with("new"))
        .find(|folder| read(&folder.join("benchmark.json")).is_ok_and(|file| file["title"] == *title))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn brute_force_agrees_with_numbers_worked_out_by_hand() {
        let batches = Batches::new(vec![1.0, 2.0, 3.0, 4.0], vec![4.0, 4.0, 3.0, 12.0]);
        assert_eq!(batches.sorted, [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(batches.mean(), 2.5);
        assert!((batches.std_dev() - (5.0_f64 / 3.0).sqrt()).abs() < 1e-15);
        assert!((quantile(&batches.sorted, 0.95) - 3.85).abs() < 1e-12);
        assert!((batches.median_abs_dev() - 1.4826).abs() < 1e-12);
        assert!((batches.slope() - 69.0 / 30.0).abs() < 1e-15);
        assert!(batches.contains(3.0) && !batches.contains(3.5));
    }

    #[test]
    fn of_a_benchmark_that_was_measured_once_more_the_later_files_are_compared() {
        let folder = |samples: &str| harness_folder(&json!({"order": 7, "samples": samples}));
        assert_eq!(folder("artifacts/samples/0003.json"), "0007");
        assert_eq!(folder("artifacts/samples/again-0003.json"), "again-0003");
    }

    #[test]
    fn the_least_sample_sizes_follow_from_the_binomial_distribution() {
        for (name, p, least) in LEAST {
            assert!(p.powf(least) <= 0.025, "{name}");
            assert!(p.powf(least - 1.0) > 0.025, "{name}");
        }
    }

    #[test]
    fn a_difference_beyond_the_tolerance_is_a_problem() {
        let mut comparison = Comparison::default();
        comparison.pair(String::new, Some(1.0), Some(1.0 + 1e-10));
        assert!(comparison.problems.is_empty());
        comparison.pair(String::new, Some(1.0), Some(1.0 + 1e-8));
        comparison.pair(String::new, Some(1.0), None);
        comparison.pair(String::new, Some(1.0), Some(f64::NAN));
        assert_eq!(comparison.problems.len(), 3);
    }

    /// A run with one benchmark of ten batches, one iteration each, that took 1 to 10 ns.
    fn run(folder: &Path, figures: &[(&str, f64)]) -> Audit {
        let write = |path: &str, value: Value| {
            crate::workspace::write(&folder.join(path), &value.to_string()).unwrap();
        };
        let (ones, times) = (vec![1.0; 10], (1..=10).map(f64::from).collect::<Vec<_>>());
        let new = "artifacts/criterion/0000/b/new";
        write(&format!("{new}/benchmark.json"), json!({"title": "b"}));
        write(
            &format!("{new}/sample.json"),
            json!({"sampling_mode": "Linear", "iters": ones, "times": times}),
        );
        let point = |value: f64| json!({"point_estimate": value});
        let batches = Batches::new(ones.clone(), times.clone());
        let estimates = json!({
            "mean": point(5.5), "median": point(5.5), "std_dev": point(batches.std_dev()),
            "median_abs_dev": point(2.5 * CRITERION_MAD_FACTOR), "slope": point(5.5),
        });
        write(&format!("{new}/estimates.json"), estimates);
        write("samples.json", json!({"iterations": ones, "times": times}));
        let metric = |name: &str, estimate: Option<f64>, ci: Option<[f64; 2]>| {
            let changed = figures.iter().find(|(changed, _)| *changed == name).map(|(_, value)| *value);
            json!({"name": name, "estimate": changed.or(estimate), "ci": ci, "reason": "because"})
        };
        let metrics = [
            metric("wall_time.p50", Some(5.5), Some([2.0, 9.0])),
            metric("wall_time.p95", None, None),
            metric("wall_time.p99", None, None),
            metric("wall_time.mean", Some(5.5), None),
            metric("wall_time.slope", Some(5.5), None),
            metric("wall_time.std_dev", Some(batches.std_dev()), None),
            metric("wall_time.mad", Some(2.5 * MAD_FACTOR), None),
        ];
        let row = json!({
            "id": "p/t/b", "title": "b", "state": "measured", "order": 0, "samples": "samples.json",
            "sampling": {"effective_batches": 10.0}, "metrics": metrics,
        });
        Audit {
            result: json!({"workloads": [row]}),
            run: folder.to_owned(),
            printed: Value::Null,
            stderr: String::new(),
            exit_code: Some(0),
            elapsed: std::time::Duration::ZERO,
            tree_unchanged: true,
            left_behind: Vec::new(),
        }
    }

    #[test]
    fn figures_that_agree_pass_and_one_that_differs_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let sound = compare(&run(folder.path(), &[])).unwrap();
        for comparison in [sound.samples, sound.estimates, sound.quantiles, sound.intervals] {
            assert_eq!(comparison.problems, [""; 0]);
            assert!(comparison.pairs > 0);
        }
        let wrong = compare(&run(folder.path(), &[("wall_time.mad", 2.5 * CRITERION_MAD_FACTOR)])).unwrap();
        assert!(wrong.estimates.problems[0].contains("wall_time.mad"), "{:?}", wrong.estimates.problems);
        let invented = compare(&run(folder.path(), &[("wall_time.p95", 9.55)])).unwrap();
        assert!(
            invented.quantiles.problems[0].contains("wall_time.p95"),
            "{:?}",
            invented.quantiles.problems
        );
    }
}
