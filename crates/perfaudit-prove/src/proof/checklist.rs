//! What was done to judge a patch, each step with its evidence.

use perfaudit_result::{
    MetricName, PairedComparison, PairedRow, ProofStep, StepName, Witness, WitnessOfTime, WitnessSays,
};

use super::row;
use crate::suite::{SuiteEnd, SuiteRun};

/// What is known of a patch when it is judged.
#[derive(Debug, Clone, Copy)]
pub struct Done<'a> {
    /// The comparison, where there was one.
    pub comparison: Option<&'a PairedComparison>,
    /// What the tests said, where they ran.
    pub suite: Option<&'a SuiteRun>,
    /// The files that the patch changes, relative to the root of the project.
    pub files: &'a [String],
}

/// All steps, in their order.
#[must_use]
pub fn checklist(done: Done<'_>) -> Vec<ProofStep> {
    let step = |step, evidence: Result<String, String>| {
        let done = evidence.is_ok();
        ProofStep { step, done, evidence: evidence.unwrap_or_else(|why| why) }
    };
    vec![
        step(StepName::Profiled, profiled(done.comparison)),
        step(StepName::Benchmarked, benchmarked(done.comparison)),
        step(StepName::Measured, measured(done.comparison)),
        step(StepName::Targeted, targeted(done)),
        step(StepName::Tested, tested(done.suite)),
        step(StepName::Verified, verified(done.comparison)),
    ]
}

const NOT_MEASURED: &str = "nothing was measured";

fn profiled(comparison: Option<&PairedComparison>) -> Result<String, String> {
    let rows = &comparison.ok_or(NOT_MEASURED)?.rows;
    let named = rows.iter().filter_map(|row| row.functions.as_ref());
    let samples: u64 = named.clone().map(|functions| functions.samples.iter().sum::<u64>()).sum();
    match named.count() {
        0 => Err("no CPU profile of both sides was made: only what changed is profiled".to_owned()),
        n => Ok(format!("CPU profiles of both sides of {n} workloads, {samples} samples")),
    }
}

fn benchmarked(comparison: Option<&PairedComparison>) -> Result<String, String> {
    let rows = &comparison.ok_or(NOT_MEASURED)?.rows;
    let paired = rows.iter().filter(|row| row.pairs > 0);
    let pairs: u64 = paired.clone().map(|row| u64::from(row.pairs)).sum();
    match paired.count() {
        0 => Err("no workload ran on both sides".to_owned()),
        n => Ok(format!("{n} workloads, {pairs} pairs of processes by turns")),
    }
}

fn measured(comparison: Option<&PairedComparison>) -> Result<String, String> {
    let comparison = comparison.ok_or(NOT_MEASURED)?;
    let known = comparison.rows.iter().filter(|row| row.effect.interval().is_some()).count();
    if known == 0 {
        return Err("no effect is known with an interval".to_owned());
    }
    Ok(format!(
        "effects of {known} workloads with intervals at {}",
        row::share(1.0 - comparison.design.alpha)
    ))
}

/// Whether a function that changed is in a file of the patch.
fn targeted(done: Done<'_>) -> Result<String, String> {
    let rows = &done.comparison.ok_or(NOT_MEASURED)?.rows;
    let found =
        rows.iter().filter_map(|row| Some((row, row.functions.as_ref()?))).find_map(|(row, functions)| {
            let mut changed = functions.difference.faster.iter().chain(&functions.difference.slower);
            changed.find_map(|function| {
                let file = function.file.as_deref().filter(|file| is_in(file, done.files))?;
                Some(format!("{} in {file} changed in {}", function.symbol, row.id))
            })
        });
    found.ok_or_else(|| "no function of a changed file was seen to change in a profile".to_owned())
}

/// Whether a file of a profile, which has the path of its build, is one of the patch.
fn is_in(file: &str, files: &[String]) -> bool {
    !file.is_empty()
        && files.iter().any(|changed| {
            let ends = |long: &str, short: &str| {
                long.strip_suffix(short).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
            };
            ends(file, changed) || ends(changed, file)
        })
}

fn tested(suite: Option<&SuiteRun>) -> Result<String, String> {
    match suite {
        Some(SuiteRun { end: SuiteEnd::Passed, passed }) if *passed > 0 => Ok(match passed {
            1 => "1 test passes".to_owned(),
            passed => format!("{passed} tests pass"),
        }),
        Some(SuiteRun { end: SuiteEnd::Passed, .. }) => Err("no test ran".to_owned()),
        Some(_) => Err("the tests do not pass".to_owned()),
        None => Err("the tests did not run".to_owned()),
    }
}

/// Whether something other than time agrees with it.
fn verified(comparison: Option<&PairedComparison>) -> Result<String, String> {
    let comparison = comparison.ok_or(NOT_MEASURED)?;
    let gains = row::gains(comparison);
    if gains.is_empty() {
        return Err("there is no gain to verify".to_owned());
    }
    let counted = gains.iter().find_map(|(row, _)| {
        let witness = row.witnesses.iter().find(|witness| agrees(witness))?;
        let what = if witness.metric == MetricName::ALLOC_BYTES {
            "allocated bytes"
        } else if witness.metric == MetricName::ALLOC_COUNT {
            "allocated blocks"
        } else {
            "instructions"
        };
        Some(format!("{what} of {} went from {} to {}", row.id, witness.before[1], witness.after[1]))
    });
    let printed = || {
        let same = |(row, _): &&(&PairedRow, String)| row.same_output == Some(true);
        gains.iter().find(same).map(|(row, _)| format!("{} prints the same", row.id))
    };
    counted.or_else(printed).ok_or_else(|| "no count beside time says the same".to_owned())
}

fn agrees(witness: &Witness) -> bool {
    ![MetricName::BINARY_SIZE, MetricName::IR_LINES, MetricName::IR_COPIES].contains(&witness.metric)
        && witness.says == WitnessSays::Less
        && matches!(witness.of_time, Some(WitnessOfTime::Confirmed) | None)
}
