//! Changes of time that may come from where code lies in memory.

use std::collections::BTreeSet;

use perfaudit_result::{MetricName, PairedRow, PairedVerdict, Witness, WitnessOfTime, WitnessSays};
use perfaudit_stats::{Beside, Design, Grounds, LogRatio, beside_cpu_time, grounds, judge_together};

use crate::contest::{Contested, differences};
use crate::pair::Pair;
use crate::rows::RowArtifacts;

/// Metrics that where code lies changes together with the time of a row.
const TIMES: [MetricName; 3] = [MetricName::WALL_TIME_P95, MetricName::THROUGHPUT, MetricName::CPU_TIME];

/// What each row that is told as a change rests on, by its place; none where that may be the layout of code alone, see
/// [`perfaudit_stats::grounds`]. What instructions say counts once [`crate::testify`] has asked them; `same_code` are the
/// places of rows whose sides are known to run the code of the same files.
#[must_use]
pub fn grounds_of_changes(
    design: &Design,
    measured: &[(Contested<'_>, RowArtifacts)],
    rows: &[PairedRow],
    same_code: &BTreeSet<usize>,
) -> Vec<(usize, Option<Grounds>)> {
    let compared: Vec<_> = measured.iter().map(|(one, _)| differences(one.compared())).collect();
    let judged = judge_together(design, &compared);
    let all = measured.iter().zip(judged).zip(rows).enumerate();
    all.filter(|(_, (_, row))| row.verdict.is_change())
        .map(|(place, (((contested, _), judged), row))| {
            let cpu = design.judge_beside_cpu(contested.compared().iter().map(beside));
            let instructions = instructions(row).and_then(|witness| witness.of_time).and_then(said);
            let known = Beside { cpu: cpu.as_ref(), instructions, is_same_code: same_code.contains(&place) };
            (place, judged.as_ref().and_then(|time| grounds(time, known)))
        })
        .collect()
}

/// What a reader has to know of the grounds of a change, where counts beside it do not say so.
#[must_use]
pub fn in_words(grounds: Grounds) -> Option<&'static str> {
    match grounds {
        Grounds::Waiting => Some(
            "CPU time does not change with it, so that it is no matter of where code lies: the processes wait, or run on more or fewer CPUs at once",
        ),
        Grounds::SameCode => {
            Some("both sides run the code of the same files, so that it is no matter of where code lies")
        }
        Grounds::Layouts | Grounds::Size | Grounds::Work => None,
    }
}

fn instructions(row: &PairedRow) -> Option<&Witness> {
    row.witnesses.iter().find(|witness| witness.metric == MetricName::INSTRUCTIONS)
}

#[expect(clippy::cast_precision_loss, reason = "CPU times of processes are below 2^53 ns")]
fn beside(pair: &Pair) -> Option<LogRatio> {
    let (a, b) = (&pair.sides.a, &pair.sides.b);
    beside_cpu_time([a.value_ns, b.value_ns], [a.cpu_ns? as f64, b.cpu_ns? as f64])
}

fn said(witness: WitnessOfTime) -> Option<perfaudit_stats::Witness> {
    match witness {
        WitnessOfTime::Confirmed => Some(perfaudit_stats::Witness::Confirmed),
        WitnessOfTime::SuspectLayout => Some(perfaudit_stats::Witness::SuspectLayout),
        WitnessOfTime::Opposed => Some(perfaudit_stats::Witness::Opposed),
        WitnessOfTime::Latent | WitnessOfTime::Unchanged => None,
    }
}

/// Why the instructions of a row, which are counted, do not bear out its change of time; none where they are not counted.
#[must_use]
pub fn not_borne_out(row: &PairedRow) -> Option<String> {
    let witness = instructions(row)?;
    let instructions = match (witness.of_time, witness.says) {
        (Some(WitnessOfTime::Opposed), _) => "the instructions of both sides differ the other way",
        (_, WitnessSays::NotExact) => {
            "the instructions that a side runs do not repeat, and do not differ by more"
        }
        (_, WitnessSays::Equal) => "both sides run the same instructions",
        (_, WitnessSays::More | WitnessSays::Less) => "both sides run nearly the same instructions",
    };
    Some(format!(
        "{instructions}: what differs may be where code and data lie in memory, or how long they wait for it"
    ))
}

/// Takes a change back, and with it those of other times of the same processes.
pub fn leave_open(row: &mut PairedRow, why: String) {
    row.verdict = PairedVerdict::Inconclusive;
    row.unsettled = Some(why);
    let is_time_that_changed = |metric: &&mut perfaudit_result::PairedMetric| {
        metric.verdict.is_change() && TIMES.contains(&metric.metric)
    };
    for metric in row.metrics.iter_mut().filter(is_time_that_changed) {
        metric.verdict = PairedVerdict::Inconclusive;
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use perfaudit_exec::Command;
    use perfaudit_exec::timed::{OutputUse, TimedCommand};
    use perfaudit_result::{Method, Unit, WorkloadId};

    use super::*;
    use crate::contest::Ended;
    use crate::pair::Observation;
    use crate::subject::Subject;
    use crate::workbench::{Both, Side};
    use crate::{rows, testify, witness};

    /// A process that computes and waits for so many milliseconds, by turns a per mille more or less.
    fn process(turn: u32, [cpu_ms, wait_ms]: [f64; 2]) -> Observation {
        let waver = 1.0 + 0.001 * f64::from(turn * 37 % 11);
        let cpu_ns = cpu_ms * 1e6 * waver;
        Observation {
            value_ns: cpu_ns + wait_ms * 1e6 * waver,
            process_s: 0.02,
            p95_of_calls_ns: None,
            throughput: None,
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some milliseconds")]
            cpu_ns: Some(cpu_ns as u64),
            peak_rss: None,
            output: None,
        }
    }

    /// A row of 12 pairs of a command that computes for 20 ms and waits for 2 with another one, with the instructions of
    /// both where they were counted.
    fn judged(other: [f64; 2], instructions: Option<[u64; 2]>) -> (PairedRow, bool) {
        let design = Design::new(LogRatio::of_change(0.01).unwrap(), NonZeroUsize::MIN);
        let command =
            || TimedCommand { command: Command::new("true"), input: None, output: OutputUse::Discarded };
        let pair = |turn| Pair {
            first: Side::A,
            padding: 0,
            layout: 0,
            stolen: None,
            sides: Both { a: process(turn, [20.0, 2.0]), b: process(turn + 5, other) },
        };
        let sides = Both { a: command().into(), b: command().into() };
        let contested = Contested {
            subject: Subject::command(WorkloadId("command/true".into()), sides),
            pairs: (0..12).map(pair).collect(),
            judged: 12,
            discarded: Vec::new(),
            ended: Ended::Decided,
        };
        let measured = [(contested, RowArtifacts::default())];
        let mut rows = rows(&design, &measured);
        if let Some([a, b]) = instructions {
            let method = Method("made up".into());
            rows[0].witnesses.extend(witness(
                MetricName::INSTRUCTIONS,
                Unit::Count,
                method,
                &[a; 2],
                &[b; 2],
            ));
            testify(&mut rows[0]);
        }
        let is_doubtful = grounds_of_changes(&design, &measured, &rows, &BTreeSet::new()) == [(0, None)];
        (rows.remove(0), is_doubtful)
    }

    #[test]
    fn a_change_that_instructions_carry_or_that_is_waited_for_is_not_in_doubt() {
        for (other, instructions, is_in_doubt) in [
            ([21.0, 2.0], None, true),
            ([21.0, 2.0], Some([1_000_000, 1_000_100]), true),
            ([21.0, 2.0], Some([1_000_000, 990_000]), true),
            ([21.0, 2.0], Some([1_000_000, 1_050_000]), false),
            ([20.0, 4.0], None, false),
            ([60.0, 2.0], None, false),
        ] {
            let (row, is_doubtful) = judged(other, instructions);
            assert_eq!((row.verdict, is_doubtful), (PairedVerdict::Worse, is_in_doubt), "{other:?}");
        }
        let (row, is_doubtful) = judged([20.0, 2.0], None);
        assert_eq!((row.verdict, is_doubtful), (PairedVerdict::Equivalent, false));
    }

    #[test]
    fn what_is_left_open_is_so_in_all_its_times_and_says_why() {
        let (mut row, _) = judged([21.0, 2.0], Some([1_000_000, 1_000_000]));
        let why = not_borne_out(&row).unwrap();
        assert!(why.starts_with("both sides run the same instructions: "), "{why}");
        leave_open(&mut row, why.clone());
        assert_eq!(
            (row.verdict, row.unsettled.as_deref()),
            (PairedVerdict::Inconclusive, Some(why.as_str()))
        );
        assert!(row.metrics.iter().all(|metric| !metric.verdict.is_change()), "{:?}", row.metrics);
        // What they said of the change stays beside it.
        testify(&mut row);
        assert_eq!(row.witnesses[0].of_time, Some(WitnessOfTime::SuspectLayout));
    }

    #[test]
    fn what_was_counted_is_told_as_it_is() {
        let words = |instructions| not_borne_out(&judged([21.0, 2.0], Some(instructions)).0).unwrap();
        assert!(
            words([1_000_000, 990_000]).starts_with("the instructions of both sides differ the other way")
        );
        assert!(words([1_000_000, 1_000_100]).starts_with("both sides run nearly the same instructions"));
        assert_eq!(not_borne_out(&judged([21.0, 2.0], None).0), None);
    }
}
