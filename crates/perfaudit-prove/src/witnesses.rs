//! Counts of both sides beside each other, and what they say of a verdict on time.

use perfaudit_result::{
    Method, MetricName, PairedRow, PairedVerdict, Unit, Witness, WitnessOfTime, WitnessSays,
};
use perfaudit_stats::{Counts, Exact, ExactVerdict, LogRatio, Verdict};

/// Counts that differ by less, as a ratio, count as equal where they bear on a time: hash seeds and addresses move them
/// a little.
const MARGIN: f64 = 0.001;

/// Counts of both sides beside each other; none without any. `method` says what is counted and how.
#[must_use]
pub fn witness(metric: MetricName, unit: Unit, method: Method, a: &[u64], b: &[u64]) -> Option<Witness> {
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
    let counts = u32::try_from(a.len().min(b.len())).unwrap_or(u32::MAX);
    Some(Witness { metric, unit, method, counts, of_time: None, before: range(a), after: range(b), says })
}

/// Lets the instructions of a row speak of its verdict. Other counts do not: time is spent on other things, too, and one
/// block more explains no change of it. Where a verdict was taken back because of what they say, that stays.
pub fn testify(row: &mut PairedRow) {
    if row.unsettled.is_some() {
        return;
    }
    let (verdict, effect) = (row.verdict, row.effect.value());
    for witness in row.witnesses.iter_mut().filter(|witness| witness.metric == MetricName::INSTRUCTIONS) {
        witness.of_time = effect.and_then(|effect| of_time(witness, verdict, effect));
    }
}

fn of_time(witness: &Witness, verdict: PairedVerdict, effect: f64) -> Option<WitnessOfTime> {
    let time = match verdict {
        PairedVerdict::Worse | PairedVerdict::Better => Verdict::Changed,
        PairedVerdict::Equivalent => Verdict::Equivalent,
        PairedVerdict::Inconclusive | PairedVerdict::Identical | PairedVerdict::NotMeasured => {
            Verdict::Inconclusive
        }
    };
    let exact = Exact { a: Counts::of(&witness.before)?, b: Counts::of(&witness.after)? };
    let effect = LogRatio::of_change(effect)?;
    // A tenth as much more work is not what a change of time comes from.
    let least = LogRatio::of_change(MARGIN)?;
    let tenth = LogRatio::new(effect.abs().get() / 10.0)?;
    let margin = if time == Verdict::Changed && tenth > least { tenth } else { least };
    match perfaudit_stats::witness(time, effect, exact, margin) {
        perfaudit_stats::Witness::Confirmed => Some(WitnessOfTime::Confirmed),
        perfaudit_stats::Witness::SuspectLayout => Some(WitnessOfTime::SuspectLayout),
        perfaudit_stats::Witness::Opposed => Some(WitnessOfTime::Opposed),
        perfaudit_stats::Witness::Latent => Some(WitnessOfTime::Latent),
        perfaudit_stats::Witness::Unchanged => Some(WitnessOfTime::Unchanged),
        perfaudit_stats::Witness::Undecided => None,
    }
}

#[cfg(test)]
mod tests {
    use perfaudit_result::{ConfidenceLevel, Estimate, Interval, WorkloadId, WorkloadKind};

    use super::*;
    use crate::rows::unmeasured;

    fn said(
        verdict: PairedVerdict,
        effect: f64,
        metric: MetricName,
        counts: [u64; 2],
    ) -> Option<WitnessOfTime> {
        let mut row = unmeasured(WorkloadId("a".into()), WorkloadKind::Command, verdict, "known".to_owned());
        let interval = Interval::new(effect, effect).unwrap();
        row.effect.estimate = Estimate::WithInterval { value: effect, interval, level: ConfidenceLevel::P95 };
        let method = Method("made up".into());
        row.witnesses.extend(witness(metric, Unit::Count, method, &[counts[0]; 2], &[counts[1]; 2]));
        testify(&mut row);
        row.witnesses[0].of_time
    }

    #[test]
    fn a_change_of_time_without_one_of_instructions_is_suspected_of_layout() {
        let of = |verdict, effect, counts| said(verdict, effect, MetricName::INSTRUCTIONS, counts);
        let (worse, equivalent) = (PairedVerdict::Worse, PairedVerdict::Equivalent);
        assert_eq!(of(worse, 0.1, [100_000, 100_020]), Some(WitnessOfTime::SuspectLayout));
        assert_eq!(of(worse, 0.1, [100_000, 100_500]), Some(WitnessOfTime::SuspectLayout));
        assert_eq!(of(worse, 0.1, [100_000, 110_000]), Some(WitnessOfTime::Confirmed));
        assert_eq!(of(worse, 0.1, [100_000, 90_000]), Some(WitnessOfTime::Opposed));
        assert_eq!(of(equivalent, 0.001, [100_000, 110_000]), Some(WitnessOfTime::Latent));
        assert_eq!(of(PairedVerdict::Inconclusive, 0.1, [100_000, 110_000]), None);
    }

    #[test]
    fn other_counts_say_nothing_of_time() {
        assert_eq!(said(PairedVerdict::Worse, 0.1, MetricName::ALLOC_COUNT, [7, 8]), None);
        assert_eq!(said(PairedVerdict::Worse, 0.1, MetricName::BINARY_SIZE, [7, 8]), None);
    }
}
