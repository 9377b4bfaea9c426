//! What one workload says of a patch.

use perfaudit_result::{Figure, MetricName, PairedComparison, PairedRow, PairedVerdict, WitnessSays};

/// Which way something went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trend {
    /// It became better, beyond chance and beyond what matters.
    Better,
    /// It became worse, beyond chance and beyond what matters.
    Worse,
    /// Whatever the difference is, it does not matter.
    Level,
    /// That is not decided.
    Open,
    /// It was not looked at.
    Unmeasured,
}

/// How the time of a workload changed: by the 95th percentile of its processes where that is known, else by their
/// median, which of a benchmark is the median of the means of batches.
pub(super) fn time(row: &PairedRow, alpha: f64) -> (Trend, &Figure, &'static str) {
    if let Some(p95) = row.metrics.iter().find(|metric| metric.metric == MetricName::WALL_TIME_P95)
        && p95.effect.value().is_some()
    {
        // Where the median is open, the place of code may have moved both.
        let is_sure = row.verdict != PairedVerdict::Inconclusive;
        return (trend(p95.verdict, is_sure), &p95.effect, "the 95th percentile of processes");
    }
    // What a report tells by chance in one of a hundred changes, a gate does not take.
    let is_sure = row.p_among_all.is_some_and(|p| p <= alpha);
    (trend(row.verdict, is_sure), &row.effect, "the median of processes")
}

fn trend(verdict: PairedVerdict, is_sure: bool) -> Trend {
    match verdict {
        PairedVerdict::Worse if is_sure => Trend::Worse,
        PairedVerdict::Better if is_sure => Trend::Better,
        PairedVerdict::Worse | PairedVerdict::Better | PairedVerdict::Inconclusive => Trend::Open,
        PairedVerdict::Equivalent | PairedVerdict::Identical => Trend::Level,
        PairedVerdict::NotMeasured => Trend::Unmeasured,
    }
}

/// How the bytes that a workload allocates changed: the trend, and the ratio as a change where counts are exact.
pub(super) fn bytes(row: &PairedRow, delta: f64) -> (Trend, Option<f64>) {
    if row.verdict == PairedVerdict::Identical {
        return (Trend::Level, Some(0.0));
    }
    let Some(witness) = row.witnesses.iter().find(|witness| witness.metric == MetricName::ALLOC_BYTES) else {
        return (Trend::Unmeasured, None);
    };
    // The least favourable of the counts, so that what does not repeat promises nothing.
    let change = match witness.says {
        WitnessSays::Equal => 0.0,
        WitnessSays::Less => ratio(witness.after[1], witness.before[0]),
        WitnessSays::More => ratio(witness.after[0], witness.before[1]),
        WitnessSays::NotExact => return (Trend::Open, None),
    };
    let trend = if change <= -delta {
        Trend::Better
    } else if change >= delta {
        Trend::Worse
    } else {
        Trend::Level
    };
    (trend, Some(change))
}

#[expect(clippy::cast_precision_loss, reason = "shown to three digits")]
fn ratio(after: u64, before: u64) -> f64 {
    if before == 0 {
        if after == 0 { 0.0 } else { f64::INFINITY }
    } else {
        after as f64 / before as f64 - 1.0
    }
}

/// The rows of a comparison that a patch gains on, with the gain in words, the largest first.
pub(super) fn gains(comparison: &PairedComparison) -> Vec<(&PairedRow, String)> {
    let (alpha, delta) = (comparison.design.alpha, comparison.design.delta);
    let mut found: Vec<(f64, &PairedRow, String)> = Vec::new();
    for row in &comparison.rows {
        let (of_time, effect, what) = time(row, alpha);
        let (of_bytes, change) = bytes(row, delta);
        if of_time == Trend::Better {
            let size = effect.value().unwrap_or(0.0);
            found.push((size, row, format!("{} is {} faster{}", row.id, share(size), spread(effect, what))));
        } else if of_bytes == Trend::Better && of_time != Trend::Worse {
            let size = change.unwrap_or(0.0);
            found.push((size, row, format!("{} allocates {} fewer bytes, counted", row.id, share(size))));
        }
    }
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    found.into_iter().map(|(_, row, said)| (row, said)).collect()
}

/// `31.2 %`.
pub(super) fn share(change: f64) -> String {
    format!("{:.1} %", 100.0 * change.abs())
}

/// ` (30.1 % to 32.3 %, the median of processes)`.
pub(super) fn spread(effect: &Figure, what: &str) -> String {
    effect.interval().map_or_else(
        || format!(" ({what}, without an interval)"),
        |interval| {
            let (lower, upper) = (interval.lower().abs(), interval.upper().abs());
            format!(" ({} to {}, {what})", share(lower.min(upper)), share(lower.max(upper)))
        },
    )
}
