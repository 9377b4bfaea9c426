//! What pairs say, as rows of a result.

use perfaudit_result::{
    ArtifactId, Direction, MetricName, Of, PairedMetric, PairedRow, PairedVerdict, Unit, WorkloadId,
    WorkloadKind,
};
use perfaudit_stats::{Design, LayoutJudgement, LayoutScope, LogRatio, holm, judge_together};

use crate::contest::{Contested, Ended, differences};
use crate::figures;
use crate::metrics::metrics;
use crate::pair::Pair;
use crate::workbench::{Both, Side};

/// A row with its artifacts.
#[derive(Debug, Clone, Default)]
pub struct RowArtifacts {
    /// The values of both sides, once they are written.
    pub samples: Both<Option<ArtifactId>>,
}

/// Rows for everything that was measured, in the same order: all are judged together. `p_among_all` is filled in by
/// [`among_all`].
#[must_use]
pub fn rows(design: &Design, measured: &[(Contested<'_>, RowArtifacts)]) -> Vec<PairedRow> {
    let contested: Vec<&Contested<'_>> = measured.iter().map(|(contested, _)| contested).collect();
    let compared: Vec<_> = contested.iter().map(|one| differences(one.compared())).collect();
    let judged = judge_together(design, &compared);
    let metrics = metrics(design, &contested);
    let all = measured.iter().zip(judged).zip(metrics);
    all.map(|(((contested, artifacts), judged), metrics)| row(contested, artifacts, judged, metrics))
        .collect()
}

fn row(
    contested: &Contested<'_>,
    artifacts: &RowArtifacts,
    judged: Option<LayoutJudgement>,
    metrics: Vec<PairedMetric>,
) -> PairedRow {
    let Contested { subject, discarded, ended, .. } = contested;
    let pairs = contested.compared();
    let of = if subject.kind == WorkloadKind::Command { Of::Process } else { Of::ProcessMedian };
    let judgement = judged.map(|judged| judged.judgement);
    let direction = Direction::LowerIsBetter;
    let verdict = judgement.map_or(PairedVerdict::NotMeasured, |judgement| {
        figures::verdict(judgement.verdict, judgement.effect, direction)
    });
    let values = |side: Side| pairs.iter().map(|pair| pair.sides.get(side).value_ns).collect::<Vec<_>>();
    let median = |side: Side| figures::median(values(side), Unit::Nanoseconds, of, "");
    PairedRow {
        id: subject.id.clone(),
        kind: subject.kind,
        metric: MetricName::WALL_TIME_P50,
        direction,
        verdict,
        effect: figures::effect(judged, pairs.len(), of),
        before: median(Side::A),
        after: median(Side::B),
        pairs: count(pairs.len()),
        noise_floor: judgement.and_then(|judgement| judgement.noise_floor).map(LogRatio::change),
        discarded: count(discarded.len()),
        p: judgement.map(|judgement| judgement.p_value),
        p_among_all: None,
        minimum_detectable_effect: judgement
            .and_then(|judgement| judgement.minimum_detectable_effect)
            .map(LogRatio::change),
        pairs_needed: judged.and_then(pairs_needed),
        layouts: layouts(pairs),
        metrics,
        witnesses: Vec::new(),
        functions: None,
        remarks: work(pairs).into_iter().collect(),
        unsettled: None,
        same_output: same_output(pairs),
        message: message(ended, verdict),
        samples_before: artifacts.samples.a.clone(),
        samples_after: artifacts.samples.b.clone(),
    }
}

/// About how many pairs tell a difference that matters from none; where layouts are what counts, pairs do not.
fn pairs_needed(judged: LayoutJudgement) -> Option<u64> {
    let is_of_pairs = !matches!(judged.scope, LayoutScope::Sampled { .. });
    judged.judgement.pairs_needed.filter(|_| is_of_pairs).map(|pairs| pairs as u64)
}

/// That an iteration of one side does not declare as much work as one of the other, if so.
fn work(pairs: &[Pair]) -> Option<String> {
    let Both { a, b } = &pairs.first()?.sides;
    (a.throughput != b.throughput).then(|| {
        "an iteration of B does not declare as much work as one of A: compare the throughput".to_owned()
    })
}

/// A row for what both sides have and what was not measured.
#[must_use]
pub fn unmeasured(id: WorkloadId, kind: WorkloadKind, verdict: PairedVerdict, message: String) -> PairedRow {
    let nothing = |unit| figures::none(message.clone(), unit, Of::ProcessMedian);
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
        noise_floor: None,
        discarded: 0,
        p: None,
        p_among_all: None,
        minimum_detectable_effect: None,
        pairs_needed: None,
        layouts: 0,
        metrics: Vec::new(),
        witnesses: Vec::new(),
        functions: None,
        remarks: Vec::new(),
        unsettled: None,
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
            "the kernel counted more than 1 % of the CPUs' time as taken by the hypervisor during most pairs: measure when the machine is left alone"
                .to_owned(),
        ),
        Ended::Failed { side, message } => Some(format!("{}: {message}", side.letter())),
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
