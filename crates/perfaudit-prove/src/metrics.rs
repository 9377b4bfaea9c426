//! What else was measured of the processes of pairs, judged like their time.

use perfaudit_result::{
    Direction, Estimate, Figure, Method, MetricName, Of, PairedMetric, PairedVerdict, Throughput, Unit,
    WorkloadKind,
};
use perfaudit_stats::{
    Design, LayoutJudgement, LogRatio, Probability, QuantileRatio, Sample, judge_together, quantile,
    quantile_ratio,
};

use crate::contest::Contested;
use crate::figures;
use crate::pair::{Observation, Pair};
use crate::workbench::Side;

/// A quantity that each process has.
struct Quantity {
    metric: MetricName,
    direction: Direction,
    unit: fn(&Observation) -> Unit,
    of: Of,
    /// What the value of a process is, in words behind "median over processes".
    what: &'static str,
    /// Whether it is a time, on which the noise floor of the machine bears.
    is_time: bool,
    is_of: fn(WorkloadKind) -> bool,
    value: fn(&Observation) -> Option<f64>,
    /// Why a process has none, where that is to be told.
    missing: Option<&'static str>,
}

fn is_command(kind: WorkloadKind) -> bool {
    kind == WorkloadKind::Command
}

fn is_benchmark(kind: WorkloadKind) -> bool {
    kind != WorkloadKind::Command
}

#[expect(clippy::cast_precision_loss, reason = "times and sizes of processes are below 2^53")]
const QUANTITIES: [Quantity; 4] = [
    Quantity {
        metric: MetricName::WALL_TIME_P95,
        direction: Direction::LowerIsBetter,
        unit: |_| Unit::Nanoseconds,
        of: Of::Call,
        what: " of the 95th percentile of each one's calls",
        is_time: true,
        is_of: is_benchmark,
        value: |one| one.p95_of_calls_ns,
        missing: Some(
            "its processes time batches of calls, state a median only, or make fewer than 21 calls: what they state are no percentiles of calls",
        ),
    },
    Quantity {
        metric: MetricName::THROUGHPUT,
        direction: Direction::HigherIsBetter,
        unit: |one| rate(one.throughput),
        of: Of::ProcessMedian,
        what: " of the declared work over the median time of an iteration",
        is_time: true,
        is_of: is_benchmark,
        value: |one| Some(one.throughput?.amount() as f64 * 1e9 / one.value_ns),
        missing: None,
    },
    Quantity {
        metric: MetricName::CPU_TIME,
        direction: Direction::LowerIsBetter,
        unit: |_| Unit::Nanoseconds,
        of: Of::Process,
        what: " of user and system time with all descendants",
        is_time: true,
        is_of: is_command,
        value: |one| Some(one.cpu_ns? as f64),
        missing: None,
    },
    Quantity {
        metric: MetricName::RSS_PEAK,
        direction: Direction::LowerIsBetter,
        unit: |_| Unit::Bytes,
        of: Of::Process,
        what: "",
        is_time: false,
        is_of: is_command,
        value: |one| Some(one.peak_rss? as f64),
        missing: Some(
            "it is no larger than that of the process which starts commands, below which nothing can be told",
        ),
    },
];

fn rate(throughput: Option<Throughput>) -> Unit {
    match throughput {
        Some(Throughput::Bytes(_)) => Unit::BytesPerSecond,
        Some(Throughput::Bits(_)) => Unit::BitsPerSecond,
        Some(Throughput::Elements(_)) => Unit::ElementsPerSecond,
        None => Unit::Unknown,
    }
}

/// The further metrics of each row, in the same order. Each metric is judged among the same one of all rows.
pub(crate) fn metrics(design: &Design, rows: &[&Contested<'_>]) -> Vec<Vec<PairedMetric>> {
    let mut all: Vec<Vec<PairedMetric>> =
        rows.iter().map(|row| p95_of_processes(design, row).into_iter().collect()).collect();
    for quantity in &QUANTITIES {
        for (metrics, metric) in all.iter_mut().zip(quantity.judged(design, rows)) {
            metrics.extend(metric);
        }
    }
    all
}

impl Quantity {
    fn judged(&self, design: &Design, rows: &[&Contested<'_>]) -> Vec<Option<PairedMetric>> {
        let compared: Vec<Vec<(usize, LogRatio)>> =
            rows.iter().map(|row| self.differences(row).unwrap_or_default()).collect();
        let design = if self.is_time { design.clone() } else { design.clone().without_floor() };
        let judged = judge_together(&design, &compared);
        rows.iter().zip(judged).map(|(row, judged)| self.metric(row, judged)).collect()
    }

    /// Where both processes of every pair have a value above zero, in the same unit.
    fn differences(&self, row: &Contested<'_>) -> Option<Vec<(usize, LogRatio)>> {
        if !(self.is_of)(row.subject.kind) {
            return None;
        }
        let difference = |pair: &Pair| {
            let (a, b) = (&pair.sides.a, &pair.sides.b);
            let is_alike = (self.unit)(a) == (self.unit)(b);
            let values = is_alike.then(|| (self.value)(a).zip((self.value)(b))).flatten()?;
            Some((pair.layout as usize, LogRatio::between(values.0, values.1)?))
        };
        row.compared().iter().map(difference).collect()
    }

    fn metric(&self, row: &Contested<'_>, judged: Option<LayoutJudgement>) -> Option<PairedMetric> {
        let pairs = row.compared();
        let first = pairs.first().filter(|_| (self.is_of)(row.subject.kind))?;
        let (metric, direction, of) = (self.metric.clone(), self.direction, self.of);
        let unit = (self.unit)(&first.sides.a);
        let Some(judged) = judged else {
            return Some(not_estimable(metric, self.missing?, unit, of));
        };
        let side = |side: Side| {
            let values = pairs.iter().filter_map(|pair| (self.value)(pair.sides.get(side))).collect();
            figures::median(values, unit, of, self.what)
        };
        Some(PairedMetric {
            metric,
            direction,
            verdict: figures::verdict(judged.judgement.verdict, judged.judgement.effect, direction),
            effect: figures::effect(Some(judged), pairs.len(), of),
            before: side(Side::A),
            after: side(Side::B),
        })
    }
}

/// The 95th percentile of the processes of a command, from the first pairs of a number that was fixed beforehand.
fn p95_of_processes(design: &Design, row: &Contested<'_>) -> Option<PairedMetric> {
    let p = Probability::P95;
    let needed = design.pairs_for_quantile(p);
    if !is_command(row.subject.kind) || row.compared().is_empty() {
        return None;
    }
    let none = |reason: String| {
        Some(not_estimable(MetricName::WALL_TIME_P95, &reason, Unit::Nanoseconds, Of::Process))
    };
    let Some(pairs) = row.pairs.get(..needed) else {
        return none(format!(
            "not estimable from {} processes of each side: an interval of the 95th percentile takes {needed}, which `--p95` measures",
            row.pairs.len()
        ));
    };
    let values = |side: Side| pairs.iter().map(|pair| pair.sides.get(side).value_ns).collect::<Vec<_>>();
    let (a, b) = (values(Side::A), values(Side::B));
    match quantile_ratio(design, p, &a, &b)? {
        QuantileRatio::NotEstimable { needed, have } => none(format!(
            "not estimable from {} processes of each side: they hang together and are worth {have}, and it takes {needed}; measure when the machine is left alone",
            pairs.len()
        )),
        QuantileRatio::Estimated { verdict, effect, interval, level } => {
            let figure = |estimate, unit, method: &'static str| Figure {
                estimate,
                unit,
                n: pairs.len() as u64,
                method: Method(method.into()),
                of: Of::Process,
            };
            let side = |values: Vec<f64>| {
                let estimate = Sample::new(values).map_or_else(
                    |error| Estimate::NotEstimable { reason: error.to_string() },
                    |sample| Estimate::WithoutInterval {
                        value: quantile(&sample, p),
                        reason: "the interval is that of the ratio of both sides".to_owned(),
                    },
                );
                figure(estimate, Unit::Nanoseconds, "empirical quantile of processes")
            };
            Some(PairedMetric {
                metric: MetricName::WALL_TIME_P95,
                direction: Direction::LowerIsBetter,
                verdict: figures::verdict(verdict, effect, Direction::LowerIsBetter),
                effect: figure(
                    figures::change(effect, interval, level),
                    Unit::Ratio,
                    "ratio of the empirical quantiles of processes; its interval joins the order-statistic intervals of both sides, each at half of the error",
                ),
                before: side(a),
                after: side(b),
            })
        }
    }
}

fn not_estimable(metric: MetricName, reason: &str, unit: Unit, of: Of) -> PairedMetric {
    let none = |unit| figures::none(reason.to_owned(), unit, of);
    PairedMetric {
        metric,
        direction: Direction::LowerIsBetter,
        verdict: PairedVerdict::NotMeasured,
        effect: none(Unit::Ratio),
        before: none(unit),
        after: none(unit),
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use perfaudit_exec::Command;
    use perfaudit_exec::timed::{OutputUse, TimedCommand};
    use perfaudit_result::WorkloadId;

    use super::*;
    use crate::contest::Ended;
    use crate::subject::Subject;
    use crate::workbench::Both;

    /// A process of a command whose time wavers by a per mille.
    fn observation(turn: usize, factor: f64) -> Observation {
        let waver = 1.0 + 0.001 * f64::from(u8::try_from(turn * 37 % 11).expect("it is below 11"));
        Observation {
            value_ns: 1e6 * waver * factor,
            process_s: 0.001,
            p95_of_calls_ns: None,
            throughput: None,
            cpu_ns: Some(if factor > 1.0 { 2_200_000 } else { 2_000_000 } + turn as u64 * 31 % 7),
            peak_rss: Some(8_000_000),
            output: None,
        }
    }

    fn contested(pairs: usize, judged: usize) -> Contested<'static> {
        let command =
            || TimedCommand { command: Command::new("true"), input: None, output: OutputUse::Discarded };
        let pair = |turn| Pair {
            first: Side::A,
            padding: 0,
            layout: 0,
            stolen: None,
            sides: Both { a: observation(turn, 1.0), b: observation(turn + 5, 1.1) },
        };
        let sides = Both { a: command().into(), b: command().into() };
        Contested {
            subject: Subject::command(WorkloadId("command/true".into()), sides),
            pairs: (0..pairs).map(pair).collect(),
            judged,
            discarded: Vec::new(),
            ended: Ended::Decided,
        }
    }

    fn told(pairs: usize, name: &MetricName) -> PairedMetric {
        let ratio = |change| LogRatio::of_change(change).expect("finite");
        let floor = perfaudit_stats::StandardErrors::new(2.0).expect("finite");
        let design = Design::new(ratio(0.02), NonZeroUsize::MIN).with_floors([(10, floor)]);
        let row = contested(pairs, 10);
        let all = metrics(&design, &[&row]).remove(0);
        all.into_iter().find(|metric| metric.metric == *name).expect("it is told")
    }

    #[test]
    fn cpu_time_and_peak_memory_are_judged_like_the_time() {
        let cpu = told(10, &MetricName::CPU_TIME);
        assert_eq!((cpu.verdict, cpu.effect.n), (PairedVerdict::Worse, 10));
        assert!((cpu.effect.value().unwrap() - 0.1).abs() < 0.001);
        let memory = told(10, &MetricName::RSS_PEAK);
        assert_eq!((memory.verdict, memory.effect.value()), (PairedVerdict::Equivalent, Some(0.0)));
    }

    #[test]
    fn p95_of_processes_takes_117_pairs_whatever_was_decided_sooner() {
        let few = told(32, &MetricName::WALL_TIME_P95);
        assert!(few.effect.reason().unwrap().contains("from 32 processes of each side"), "{few:?}");
        let many = told(130, &MetricName::WALL_TIME_P95);
        // The order of these processes is no drawn one: they may count as fewer.
        match many.effect.value() {
            Some(effect) => assert!((effect - 0.1).abs() < 0.01 && many.effect.n == 117, "{many:?}"),
            None => assert!(many.effect.reason().unwrap().contains("hang together"), "{many:?}"),
        }
    }
}
