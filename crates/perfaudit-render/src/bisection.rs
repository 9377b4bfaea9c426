//! A search for the commit that changed a benchmark in words, the same in every format.

use perfaudit_result::{
    BisectedCommit, Bisection, BisectionAnswer, BisectionState, BisectionStep, PairedRow,
};

use crate::{paired, quantity};

/// One commit that was looked at.
pub(crate) struct Step {
    /// `0123456789ab the subject`.
    pub(crate) commit: String,
    pub(crate) state: &'static str,
    /// `+5.1 % (+4.2 % to +6.0 %), 16 pairs`, or why there is no such thing.
    pub(crate) evidence: String,
}

/// The commits that were looked at, in that order.
pub(crate) fn steps(bisection: &Bisection) -> Vec<Step> {
    bisection.steps.iter().map(step).collect()
}

/// What was searched, what was found and what that rests on, each a sentence.
pub(crate) fn told(bisection: &Bisection) -> Vec<String> {
    let mut lines = vec![format!(
        "{} behind {}, up to {}, along first parents.",
        quantity::counted(bisection.commits as usize, "commit"),
        commit(&bisection.good),
        commit(&bisection.bad)
    )];
    lines.extend(answer(&bisection.answer));
    if let (Some(workload), Some(threshold)) = (&bisection.workload, bisection.threshold) {
        lines.push(format!(
            "A commit has the change where {workload} differs by {} or more from {} in the direction of {}.",
            quantity::percent(threshold),
            short(&bisection.good),
            short(&bisection.bad)
        ));
    }
    if !bisection.also_changed.is_empty() {
        let names: Vec<&str> = bisection.also_changed.iter().map(|id| id.0.as_str()).collect();
        lines.push(format!(
            "Also different between both ends, and not looked for (`--filter` does): {}.",
            names.join(", ")
        ));
    }
    lines
}

/// How sure it is.
pub(crate) fn method(bisection: &Bisection) -> String {
    format!(
        "{}, {} of processes. Where one commit made the change, noise leads the search astray at most {} of the time: that error was divided among {} beforehand.",
        quantity::counted(bisection.comparisons as usize, "comparison"),
        quantity::counted(bisection.pairs as usize, "pair"),
        quantity::percent(bisection.alpha),
        quantity::counted(bisection.planned as usize, "comparison"),
    )
}

fn answer(answer: &BisectionAnswer) -> Vec<String> {
    match answer {
        BisectionAnswer::Found { commit: found, row, is_merge } => {
            let mut lines = vec![format!("{} beside its parent: {}.", commit(found), evidence(row))];
            if *is_merge {
                let name = short(found);
                lines.push(format!(
                    "It merges a branch: `perfaudit bisect $(git merge-base {name}^1 {name}^2) {name}^2` searches that."
                ));
            }
            lines
        }
        BisectionAnswer::Contradicted { commit: found, row } => vec![
            format!("{} beside its parent: {}.", commit(found), evidence(row)),
            "Several commits may have made the change together, or a comparison erred.".to_owned(),
        ],
        BisectionAnswer::Among { commits, reason } => {
            let mut lines = match commits.len() {
                1 => vec![format!("One commit is left, but {reason}.")],
                _ => vec![format!("It is one of these: {reason}.")],
            };
            lines.extend(commits.iter().map(|one| format!("- {}", commit(one))));
            lines
        }
        BisectionAnswer::NoChange { reason } => vec![format!("{reason}.")],
    }
}

fn step(step: &BisectionStep) -> Step {
    let state = match step.state {
        BisectionState::Before => "before",
        BisectionState::After => "after",
        BisectionState::Unfit => "skipped",
        BisectionState::Undecided => "undecided",
    };
    let measured = step.row.as_ref().map(evidence).filter(|said| !said.is_empty());
    let said = step.message.clone().or(measured).unwrap_or_default();
    Step { commit: commit(&step.commit), state, evidence: said }
}

fn evidence(row: &PairedRow) -> String {
    let effect = paired::effect(&row.effect);
    if effect.is_empty() {
        return row.verdict.label().to_owned();
    }
    format!("{}, {effect}, {}", row.verdict.label(), quantity::counted(row.pairs as usize, "pair"))
}

fn commit(commit: &BisectedCommit) -> String {
    format!("{} \"{}\"", short(commit), commit.subject)
}

fn short(commit: &BisectedCommit) -> String {
    commit.commit.chars().take(12).collect()
}
