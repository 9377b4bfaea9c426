//! What pairs say, as rows of a result.

use perfaudit_bench::median_estimate;
use perfaudit_result::{
    ArtifactId, ConfidenceLevel, Direction, Estimate, Figure, Interval, Method, MetricName, Of, PairedRow,
    PairedVerdict, Unit, Witness, WitnessSays, WorkloadId, WorkloadKind,
};
use perfaudit_stats::{
    Counts, Design, Exact, ExactVerdict, LayoutJudgement, LayoutScope, LogRatio, Sample, Verdict, holm,
};

use crate::contest::{Contested, Ended, judge};
use crate::pair::Pair;
use crate::workbench::{Both, Side};

/// A row with its artifacts.
#[derive(Debug, Clone, Default)]
pub struct RowArtifacts {
    /// The values of both sides, once they are written.
    pub samples: Both<Option<ArtifactId>>,
}

/// Rows for everything that was measured, in the same order. `p_among_all` is filled in by [`among_all`].
#[must_use]
pub fn row(design: &Design, contested: &Contested<'_>, artifacts: RowArtifacts) -> PairedRow {
    let Contested { subject, pairs, discarded, ended } = contested;
    let judged = judge(design, pairs);
    let of = if subject.kind == WorkloadKind::Command { Of::Process } else { Of::ProcessMedian };
    let failed = matches!(ended, Ended::Failed { .. });
    let verdict = match (&judged, failed) {
        (_, true) | (None, _) => PairedVerdict::NotMeasured,
        (Some(judged), false) => verdict_of(judged),
    };
    let values = Both {
        a: pairs.iter().map(|pair| pair.sides.a.value_ns).collect::<Vec<_>>(),
        b: pairs.iter().map(|pair| pair.sides.b.value_ns).collect(),
    };
    let judgement = judged.filter(|_| !failed).map(|judged| judged.judgement);
    PairedRow {
        id: subject.id.clone(),
        kind: subject.kind,
        metric: MetricName::WALL_TIME_P50,
        direction: Direction::LowerIsBetter,
        verdict,
        effect: effect(judged.filter(|_| !failed), pairs.len(), of),
        before: median(values.a, of),
        after: median(values.b, of),
        pairs: count(pairs.len()),
        discarded: count(discarded.len()),
        p: judgement.map(|judgement| judgement.p_value),
        p_among_all: None,
        minimum_detectable_effect: judgement
            .and_then(|judgement| judgement.minimum_detectable_effect)
            .map(LogRatio::change),
        pairs_needed: judgement.and_then(|judgement| judgement.pairs_needed).map(|pairs| pairs as u64),
        layouts: layouts(pairs),
        witnesses: witnesses(pairs),
        same_output: same_output(pairs),
        message: message(ended, verdict),
        samples_before: artifacts.samples.a,
        samples_after: artifacts.samples.b,
    }
}

/// A row for what both sides have and what was not measured.
#[must_use]
pub fn unmeasured(id: WorkloadId, kind: WorkloadKind, verdict: PairedVerdict, message: String) -> PairedRow {
    let nothing = |unit| Figure {
        estimate: Estimate::NotEstimable { reason: message.clone() },
        unit,
        n: 0,
        method: Method("not measured".into()),
        of: Of::ProcessMedian,
    };
    PairedRow {
        id,
        kind,
        metric: MetricName::WALL_TIME_P50,
        direction: Direction::LowerIsBetter,
        verdict,
        effect: nothing(Unit::Ratio),
        before: nothing(Unit::Nanoseconds),
        after: nothing(Unit::Nanoseconds),
        pairs: 0,
        discarded: 0,
        p: None,
        p_among_all: None,
        minimum_detectable_effect: None,
        pairs_needed: None,
        layouts: 0,
        witnesses: Vec::new(),
        same_output: None,
        message: Some(message),
        samples_before: None,
        samples_after: None,
    }
}

/// Fills in the p-values that hold for all rows together.
pub fn among_all(rows: &mut [PairedRow]) {
    let measured: Vec<f64> = rows.iter().filter_map(|row| row.p).collect();
    let mut adjusted = holm(&measured).into_iter();
    for row in rows.iter_mut().filter(|row| row.p.is_some()) {
        row.p_among_all = adjusted.next();
    }
}

fn verdict_of(judged: &LayoutJudgement) -> PairedVerdict {
    match judged.judgement.verdict {
        Verdict::Changed if judged.judgement.effect.get() > 0.0 => PairedVerdict::Worse,
        Verdict::Changed => PairedVerdict::Better,
        Verdict::Equivalent => PairedVerdict::Equivalent,
        Verdict::Inconclusive => PairedVerdict::Inconclusive,
    }
}

fn effect(judged: Option<LayoutJudgement>, pairs: usize, of: Of) -> Figure {
    let figure = |estimate, method: String| Figure {
        estimate,
        unit: Unit::Ratio,
        n: pairs as u64,
        method: Method(method.into()),
        of,
    };
    let Some(LayoutJudgement { judgement, scope }) = judged else {
        let reason = "no pair was measured".to_owned();
        return figure(Estimate::NotEstimable { reason }, "signed-rank test of pairs".to_owned());
    };
    let value = judgement.effect.change();
    let interval = judgement.interval.and_then(|interval| {
        let (lower, upper) = (interval.lower.change(), interval.upper.change());
        Interval::new(lower.min(value), upper.max(value)).ok()
    });
    let level = ConfidenceLevel::new(judgement.level.get());
    let estimate = match (interval, level) {
        (Some(interval), Ok(level)) => Estimate::WithInterval { value, interval, level },
        _ => Estimate::WithoutInterval {
            value,
            reason: format!("{pairs} pairs are too few for an interval at this level"),
        },
    };
    let layouts = match scope {
        LayoutScope::NotExcluded => "one layout of each program",
        LayoutScope::AllTried { .. } => "widened to the estimate of every layout",
        LayoutScope::Sampled { .. } => "each layout counted once",
    };
    figure(
        estimate,
        format!(
            "estimate and interval that a signed-rank test of ln(B / A) over pairs, its ranks capped at a quarter of them, inverts to; for all looks and all rows together; {layouts}"
        ),
    )
}

fn median(values: Vec<f64>, of: Of) -> Figure {
    let n = values.len() as u64;
    let estimate = Sample::new(values).map_or_else(
        |_| Estimate::NotEstimable { reason: "no pair was measured".to_owned() },
        |sample| median_estimate(&sample, "processes"),
    );
    let method = Method("median over processes, order-statistic interval".into());
    Figure { estimate, unit: Unit::Nanoseconds, n, method, of }
}

fn layouts(pairs: &[Pair]) -> u32 {
    let mut seen: Vec<u32> = pairs.iter().map(|pair| pair.layout).collect();
    seen.sort_unstable();
    seen.dedup();
    count(seen.len())
}

/// Whether both sides print the same, where each does so every time.
fn same_output(pairs: &[Pair]) -> Option<bool> {
    let constant = |side: Side| {
        let mut outputs = pairs.iter().map(|pair| pair.sides.get(side).output.as_deref());
        let first = outputs.next()??;
        outputs.all(|output| output == Some(first)).then_some(first)
    };
    Some(constant(Side::A)? == constant(Side::B)?)
}

/// The peak of resident memory, where it is known in every run.
fn witnesses(pairs: &[Pair]) -> Vec<Witness> {
    let peaks =
        |side: Side| pairs.iter().map(|pair| pair.sides.get(side).peak_rss).collect::<Option<Vec<_>>>();
    let both = peaks(Side::A).zip(peaks(Side::B));
    let peak = both.and_then(|(a, b)| witness(MetricName::RSS_PEAK, Unit::Bytes, &a, &b));
    peak.into_iter().collect()
}

/// Counts of both sides beside each other; none without any.
#[must_use]
pub fn witness(metric: MetricName, unit: Unit, a: &[u64], b: &[u64]) -> Option<Witness> {
    let exact = Exact { a: Counts::of(a)?, b: Counts::of(b)? };
    let range = |counts: &[u64]| {
        [counts.iter().copied().min().unwrap_or(0), counts.iter().copied().max().unwrap_or(0)]
    };
    let says = match exact.verdict() {
        ExactVerdict::Equal => WitnessSays::Equal,
        ExactVerdict::More => WitnessSays::More,
        ExactVerdict::Less => WitnessSays::Less,
        ExactVerdict::NotExact => WitnessSays::NotExact,
    };
    Some(Witness { metric, unit, before: range(a), after: range(b), says })
}

/// Why there are not more pairs, where that is not a verdict.
fn message(ended: &Ended, verdict: PairedVerdict) -> Option<String> {
    let open = matches!(verdict, PairedVerdict::Inconclusive | PairedVerdict::NotMeasured);
    match ended {
        Ended::Decided => None,
        Ended::LooksOver => None,
        Ended::BudgetSpent if open => Some("the budget was spent".to_owned()),
        Ended::Interrupted if open => Some("interrupted".to_owned()),
        Ended::BudgetSpent | Ended::Interrupted => None,
        Ended::Disturbed => Some(
            "the hypervisor took the CPUs away during most pairs: measure when the machine is left alone"
                .to_owned(),
        ),
        Ended::Failed { side, message } => Some(format!("{}: {message}", side.letter())),
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
