use perfaudit_result::{AuditState, Confidence, MetricName, Severity, Throughput, Workload, WorkloadGroup};
use perfaudit_stats::{Growth, GrowthPoint, Interval, Sample, growth};

use crate::audit::audit;
use crate::evidence::{Evidence, Measured};
use crate::outcome::{Draft, Outcome};

audit! {
    /// ## What it does
    /// Looks at benchmarks of one group that differ in a numeric parameter, and flags those whose time stays the
    /// same although the work grows at least fourfold: the work that the benchmarks declare as throughput, else
    /// the parameter in their names. Without declared work only times of a few cycles are flagged; slower ones
    /// are remarked on.
    ///
    /// ## Why it matters
    /// A sum over a million elements that takes as long as one over a thousand was not computed: the compiler
    /// replaced it by a formula, a cache answered, or the input is not the one that the name says. A throughput
    /// made from it is a number without meaning.
    ///
    /// ## What to do
    /// Check that each benchmark uses its own input, pass it through `std::hint::black_box`, and declare as
    /// throughput what one iteration really works through. If the routine is meant to take constant time, leave
    /// the throughput out.
    ///
    /// ## Limits
    /// Look-ups in hash maps and other operations of constant time are flat for a good reason; without declared
    /// throughput they are not flagged unless they take a few cycles only.
    rule: "flat-benchmark",
    title: "A benchmark whose time does not grow with its input",
    check: check,
}

/// Below this many cycles a benchmark over a growing input does not look at the input.
const FEW_CYCLES: f64 = 10.0;

fn check(evidence: &Evidence<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let measured: Vec<Measured<'_>> = evidence.measured().collect();
    for group in evidence.groups {
        for axis in 0..group.axes.len() {
            for line in lines_along(group, axis, &measured) {
                judge(&line, evidence, &mut outcome);
            }
        }
    }
    outcome
}

/// A benchmark on a line, with the parameter from its name.
struct Point<'a> {
    measured: Measured<'a>,
    parameter: f64,
}

/// The benchmarks that differ in one numeric axis only.
fn lines_along<'a>(group: &WorkloadGroup, axis: usize, measured: &[Measured<'a>]) -> Vec<Vec<Point<'a>>> {
    let Some(numbers) = &group.axes[axis].numeric else { return Vec::new() };
    let mut lines: Vec<(Vec<u32>, Vec<Point<'a>>)> = Vec::new();
    for cell in &group.cells {
        let Some(found) = measured.iter().find(|measured| measured.workload.id == cell.workload) else {
            continue;
        };
        let Some(&parameter) = numbers.get(cell.coordinates[axis] as usize) else { continue };
        let mut others = cell.coordinates.clone();
        others.remove(axis);
        let point = Point { measured: *found, parameter };
        match lines.iter_mut().find(|(known, _)| *known == others) {
            Some((_, line)) => line.push(point),
            None => lines.push((others, vec![point])),
        }
    }
    lines.into_iter().map(|(_, line)| line).filter(|line| line.len() > 1).collect()
}

fn judge(line: &[Point<'_>], evidence: &Evidence<'_>, outcome: &mut Outcome) {
    let declared: Option<Vec<f64>> =
        line.iter().map(|point| declared_work(point.measured.workload)).collect();
    // A throughput that is the same for all points belongs to another axis.
    let declared = declared.filter(|work| work.iter().any(|amount| *amount != work[0]));
    let points: Option<Vec<GrowthPoint>> = line
        .iter()
        .enumerate()
        .map(|(index, point)| {
            Some(GrowthPoint {
                parameter: declared.as_ref().map_or(point.parameter, |work| work[index]),
                value: point.measured.median_ns()?,
                interval: bounds(&point.measured)?,
            })
        })
        .collect();
    let Some(points) = points else { return };
    let Growth::Flat { parameter_ratio, value_ratio } = growth(&points) else {
        outcome.remarks.extend(
            line.iter()
                .map(|point| (point.measured.index, AuditState::Passed, "grows with its input".to_owned())),
        );
        return;
    };
    let slowest = points.iter().map(|point| point.value).fold(0.0, f64::max);
    let few_cycles = evidence.host.cycle_ns.is_some_and(|cycle| slowest < FEW_CYCLES * cycle);
    let what = if declared.is_some() { "declared work" } else { "parameter" };
    let message = format!("the {what} grows {parameter_ratio:.0}-fold, the time {value_ratio:.2}-fold");
    let is_flagged = declared.is_some() || few_cycles;
    let state = if is_flagged { AuditState::Flagged } else { AuditState::Informative };
    outcome.remarks.extend(line.iter().map(|point| (point.measured.index, state, message.clone())));
    if is_flagged {
        let workloads: Vec<&Workload> = line.iter().map(|point| point.measured.workload).collect();
        let draft = Draft {
            title: format!("the time of `{}` does not grow with its input", workloads[0].title),
            message: format!("{message}: the work is not done, or is not the work that is declared"),
            remedy: "check that each benchmark uses its own input, pass it through `std::hint::black_box`, and declare as throughput what one iteration works through",
            severity: Severity::Warning,
            confidence: Confidence::High,
            evidence: vec![message],
        };
        outcome.find(&AUDIT, &workloads, &workloads[0].title, draft);
    }
}

/// The interval of the median. Where batches resemble each other too much for one, the range of all of them: wider
/// than any interval would be, and often still narrow beside the range of the input.
fn bounds(measured: &Measured<'_>) -> Option<Interval> {
    let figure = &measured.workload.metric(&MetricName::WALL_TIME_P50)?.figure;
    if let Some(interval) = figure.interval() {
        return Some(Interval { lower: interval.lower(), upper: interval.upper() });
    }
    let sample = Sample::new(measured.samples.per_iteration().collect()).ok()?;
    Some(Interval { lower: sample.min(), upper: sample.max() })
}

#[expect(clippy::cast_precision_loss, reason = "declared work is far below 2^53")]
fn declared_work(workload: &Workload) -> Option<f64> {
    workload.throughput.map(Throughput::amount).filter(|amount| *amount > 0).map(|amount| amount as f64)
}

#[cfg(test)]
mod tests {
    use perfaudit_result::AuditState;

    use crate::testing::{Case, flagged, states};

    #[test]
    fn a_sum_that_takes_as_long_for_more_elements_is_flagged() {
        let mut case =
            Case::new(&[("sum/1k", &[50.0; 100]), ("sum/64k", &[50.1; 100]), ("sum/1M", &[50.2; 100])]);
        case.declare_elements(&[1_000, 64_000, 1_000_000]);
        assert_eq!(flagged(&case, "flat-benchmark"), ["sum/1k", "sum/64k", "sum/1M"]);
    }

    #[test]
    fn a_flat_line_is_flagged_by_the_range_of_its_batches_where_they_allow_no_interval() {
        let mut case = Case::new(&[("sum/1k", &[50.0; 3]), ("sum/64k", &[50.1; 3]), ("sum/1M", &[50.2; 3])]);
        case.declare_elements(&[1_000, 64_000, 1_000_000]);
        assert_eq!(flagged(&case, "flat-benchmark").len(), 3);
        let noisy = [50.0, 900.0, 51.0];
        let mut case = Case::new(&[("sum/1k", &noisy), ("sum/64k", &noisy), ("sum/1M", &noisy)]);
        case.declare_elements(&[1_000, 64_000, 1_000_000]);
        assert!(flagged(&case, "flat-benchmark").is_empty());
    }

    #[test]
    fn a_sum_that_grows_is_sound() {
        let mut case =
            Case::new(&[("sum/1k", &[50.0; 100]), ("sum/64k", &[3_200.0; 100]), ("sum/1M", &[5e4; 100])]);
        case.declare_elements(&[1_000, 64_000, 1_000_000]);
        assert!(flagged(&case, "flat-benchmark").is_empty());
    }

    #[test]
    fn a_look_up_of_constant_time_is_remarked_on_but_not_flagged() {
        let case =
            Case::new(&[("get/1k", &[20.0; 100]), ("get/64k", &[20.1; 100]), ("get/1M", &[20.2; 100])]);
        assert!(flagged(&case, "flat-benchmark").is_empty());
        assert_eq!(states(&case, "flat-benchmark"), [AuditState::Informative; 3]);
    }

    #[test]
    fn a_formula_instead_of_a_loop_is_flagged_without_declared_work() {
        let case = Case::new(&[("sum/1k", &[1.0; 100]), ("sum/64k", &[1.01; 100]), ("sum/1M", &[1.0; 100])]);
        assert_eq!(flagged(&case, "flat-benchmark").len(), 3);
    }
}
