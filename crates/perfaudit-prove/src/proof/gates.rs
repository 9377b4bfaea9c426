//! The gates, one function each: from what is known to whether the patch passes.

use perfaudit_result::{GateName, GateState, PairedComparison, PairedRow, PairedVerdict, ProofGate};

use super::row::{self, Trend};
use crate::patch::{ApplyError, ManifestError, PatchError, PatchFault};
use crate::suite::{SuiteEnd, SuiteRun};

/// How strict the gates are.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// How many workloads must gain; where fewer are compared, all of them.
    pub workloads: u32,
    /// How many lines a patch may change.
    pub changed_lines: u32,
    /// The new dependencies that are welcome.
    pub dependencies: Vec<String>,
    /// A slowdown of a workload up to this, as a ratio, needs not be ruled out.
    pub tolerance: f64,
    /// Whether a project without tests passes.
    pub allow_untested: bool,
}

fn gate(gate: GateName, state: GateState, evidence: String) -> ProofGate {
    ProofGate { gate, state, evidence }
}

/// A gate that was not looked at.
#[must_use]
pub fn not_reached(name: GateName, why: &str) -> ProofGate {
    gate(name, GateState::NotReached, why.to_owned())
}

/// The gate that a patch fails which cannot be read.
#[must_use]
pub fn refused_by_reader(error: &PatchError) -> ProofGate {
    let leads_elsewhere = matches!(error.fault, PatchFault::Path(_) | PatchFault::SymbolicLink);
    let name = if leads_elsewhere { GateName::Inside } else { GateName::Applies };
    gate(name, GateState::Failed, error.to_string())
}

/// Whether a patch applies, and stays within the tree.
#[must_use]
pub fn applied(applied: Result<(), &ApplyError>) -> [ProofGate; 2] {
    let inside = || gate(GateName::Inside, GateState::Passed, "all of its paths lie in the tree".to_owned());
    match applied {
        Ok(()) => [inside(), gate(GateName::Applies, GateState::Passed, "all of its hunks fit".to_owned())],
        Err(error) if error.fault.leads_out() => [
            gate(GateName::Inside, GateState::Failed, error.to_string()),
            not_reached(GateName::Applies, "it leads out of the tree"),
        ],
        Err(error) => [inside(), gate(GateName::Applies, GateState::Failed, error.to_string())],
    }
}

/// Whether a patch is short.
#[must_use]
pub fn changed_lines(lines: usize, limits: &Limits) -> ProofGate {
    let most = limits.changed_lines;
    let is_short = u32::try_from(lines).is_ok_and(|lines| lines <= most);
    let (state, says) =
        if is_short { (GateState::Passed, "at most") } else { (GateState::Failed, "more than") };
    let noun = if lines == 1 { "line" } else { "lines" };
    gate(GateName::ChangedLines, state, format!("it changes {lines} {noun}, {says} {most}"))
}

/// Whether a patch adds no dependency.
#[must_use]
pub fn dependencies(added: Result<&[String], &ManifestError>, limits: &Limits) -> ProofGate {
    let added = match added {
        Ok(added) => added,
        Err(error) => return gate(GateName::Dependencies, GateState::Failed, error.to_string()),
    };
    let is_welcome = |name: &&String| {
        let name = name.split(' ').next().unwrap_or_default();
        limits.dependencies.iter().any(|welcome| welcome == name)
    };
    let (welcome, others): (Vec<_>, Vec<_>) = added.iter().partition(is_welcome);
    let list = |names: &[&String]| names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
    if !others.is_empty() {
        let said = format!("it adds a runtime dependency: {}", list(&others));
        gate(GateName::Dependencies, GateState::Failed, said)
    } else if welcome.is_empty() {
        gate(GateName::Dependencies, GateState::Passed, "it adds no runtime dependency".to_owned())
    } else {
        let said = format!("the runtime dependencies that it adds are allowed: {}", list(&welcome));
        gate(GateName::Dependencies, GateState::Passed, said)
    }
}

/// Whether the project compiles and its tests pass. `before` is what they said without the patch, where that was asked.
#[must_use]
pub fn tested(line: &str, run: &SuiteRun, before: Option<&SuiteRun>, limits: &Limits) -> [ProofGate; 2] {
    let compiles =
        || gate(GateName::Compiles, GateState::Passed, format!("`{line}` met no error of the compiler"));
    let tests = |state, said: String| gate(GateName::Tests, state, said);
    let fails_before =
        before.filter(|before| before.end != SuiteEnd::Passed && before.end != SuiteEnd::Interrupted);
    match &run.end {
        SuiteEnd::Passed if run.passed == 0 && !limits.allow_untested => [
            compiles(),
            tests(
                GateState::Open,
                format!(
                    "`{line}` ran no test that it tells of: nothing shows that the patch is right; `--allow-untested` lets that pass"
                ),
            ),
        ],
        SuiteEnd::Passed => {
            let said = match run.passed {
                0 => "tells of no test, which is allowed".to_owned(),
                1 => "passes with 1 test".to_owned(),
                n => format!("passes with {n} tests"),
            };
            [compiles(), tests(GateState::Passed, format!("`{line}` {said}"))]
        }
        SuiteEnd::Interrupted => {
            [not_reached(GateName::Compiles, "interrupted"), not_reached(GateName::Tests, "interrupted")]
        }
        end if fails_before.is_some() => {
            let said = match end {
                SuiteEnd::DoesNotCompile(error) => error.clone(),
                SuiteEnd::Failed(what) => what.clone(),
                _ => "it takes too long".to_owned(),
            };
            let said = format!("`{line}` fails without the patch, too: {said}");
            [not_reached(GateName::Compiles, "the project's tests fail anyway"), tests(GateState::Open, said)]
        }
        SuiteEnd::DoesNotCompile(error) => [
            gate(GateName::Compiles, GateState::Failed, format!("it does not compile: {error}")),
            not_reached(GateName::Tests, "it does not compile"),
        ],
        SuiteEnd::Failed(what) => {
            [compiles(), tests(GateState::Failed, format!("{what} with the patch, and not without it"))]
        }
        SuiteEnd::TooLong => {
            [compiles(), tests(GateState::Failed, format!("`{line}` does not end in time with the patch"))]
        }
    }
}

/// Whether a build for measuring failed with the patch.
#[must_use]
pub fn compiled(reason: &str) -> ProofGate {
    gate(GateName::Compiles, GateState::Failed, format!("it cannot be built for measuring: {reason}"))
}

/// Whether workloads print the same with the patch.
#[must_use]
pub fn output(comparison: &PairedComparison) -> ProofGate {
    let compared = comparison.rows.iter().filter_map(|row| Some((row, row.same_output?)));
    let (same, other): (Vec<_>, Vec<_>) = compared.partition(|(_, is_same)| *is_same);
    if let Some((row, _)) = other.first() {
        return gate(
            GateName::Output,
            GateState::Failed,
            format!("{} prints something else with the patch", row.id),
        );
    }
    let said = match same.len() {
        0 => "no workload prints a result that could be compared: tests alone say that it does the same"
            .to_owned(),
        1 => format!("{} prints the same", same[0].0.id),
        n => format!("{n} workloads print the same"),
    };
    gate(GateName::Output, GateState::Passed, said)
}

/// Whether enough workloads are faster or allocate less. `measured_differently` says why workloads may not do the same
/// work on both sides, if so.
#[must_use]
pub fn gain(comparison: &PairedComparison, limits: &Limits, measured_differently: Option<&str>) -> ProofGate {
    let gains = row::gains(comparison);
    let of = comparison.rows.len();
    let needed = usize::try_from(limits.workloads).unwrap_or(usize::MAX).min(of).max(1);
    let delta = row::share(comparison.design.delta);
    let state = |state, said: String| gate(GateName::Gain, state, said);
    if of == 0 {
        return state(GateState::Open, "there is no workload that could be compared".to_owned());
    }
    if let (Some(why), false) = (measured_differently, gains.is_empty()) {
        return state(GateState::Open, format!("{}, but {why}", gains[0].1));
    }
    if gains.len() >= needed {
        let more = gains.len() - 1;
        let more = if more > 0 { format!("; {more} more of {of} gain") } else { String::new() };
        return state(GateState::Passed, format!("{}{more}", gains[0].1));
    }
    if let Some((_, said)) = gains.first() {
        let said = format!("{said}, and a gain on {needed} of {of} workloads was asked for");
        return state(GateState::Open, said);
    }
    let undecided =
        comparison.rows.iter().any(|row| row::time(row, comparison.design.alpha).0 == Trend::Open);
    if undecided {
        state(GateState::Open, format!("no gain of {delta} or more was shown on any of {of} workloads"))
    } else {
        state(GateState::Failed, format!("there is no gain of {delta} or more on any of {of} workloads"))
    }
}

/// Whether no workload is slower, or allocates more without being faster.
#[must_use]
pub fn no_regression(comparison: &PairedComparison, limits: &Limits) -> ProofGate {
    let (alpha, delta) = (comparison.design.alpha, comparison.design.delta);
    let state = |state, said: String| gate(GateName::NoRegression, state, said);
    let mut open: Vec<String> = Vec::new();
    let mut worst: Option<(f64, &PairedRow)> = None;
    let mut traded = Vec::new();
    for row in &comparison.rows {
        let (of_time, effect, what) = row::time(row, alpha);
        let (of_bytes, change) = row::bytes(row, delta);
        if of_time == Trend::Worse {
            let size = row::share(effect.value().unwrap_or(0.0));
            return state(
                GateState::Failed,
                format!("{} is {size} slower{}", row.id, row::spread(effect, what)),
            );
        }
        let more = || row::share(change.unwrap_or(0.0));
        match (of_bytes, of_time) {
            (Trend::Worse, Trend::Better) => {
                traded.push(format!("{} allocates {} more bytes", row.id, more()));
            }
            (Trend::Worse, _) => {
                let said = format!("{} allocates {} more bytes, counted, and is not faster", row.id, more());
                return state(GateState::Failed, said);
            }
            _ => {}
        }
        match row.verdict {
            PairedVerdict::Identical => {}
            PairedVerdict::NotMeasured => {
                let why = row
                    .message
                    .as_deref()
                    .and_then(|why| why.lines().next())
                    .unwrap_or("it is not known why");
                open.push(format!("{} could not be measured: {why}", row.id));
            }
            _ => match effect.interval() {
                Some(interval) if interval.upper() <= limits.tolerance => {
                    if worst.is_none_or(|(upper, _)| interval.upper() > upper) {
                        worst = Some((interval.upper(), row));
                    }
                }
                Some(interval) => open.push(format!(
                    "that {} is up to {} slower is not ruled out",
                    row.id,
                    row::share(interval.upper())
                )),
                None => open.push(format!("how {} changed is not known", row.id)),
            },
        }
    }
    let gone = comparison.only_before.iter().map(|id| format!("{id} is not there with the patch"));
    open.extend(gone);
    if let Some(first) = open.first() {
        let more = open.len() - 1;
        let more = if more > 0 { format!(", and {more} more like it") } else { String::new() };
        return state(GateState::Open, format!("{first}{more}"));
    }
    let bound = worst.map_or_else(
        || "no workload runs another program".to_owned(),
        |(upper, row)| {
            if upper > 0.0 {
                format!(
                    "no workload is slower, with a slowdown of at most {} ({})",
                    row::share(upper),
                    row.id
                )
            } else {
                "every workload is faster".to_owned()
            }
        },
    );
    let traded =
        if traded.is_empty() { String::new() } else { format!("; {}, and is faster", traded.join(", ")) };
    state(GateState::Passed, format!("{bound}{traded}"))
}
