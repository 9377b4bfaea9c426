//! The commit that changed a benchmark: both ends first, then halving what lies between, then the commit that is left
//! beside its parent.

mod look;
mod verdict;

use std::time::Instant;

use perfaudit_exec::Interrupt;
use perfaudit_prove::source::HistoryEntry;
use perfaudit_prove::{Both, Found, Mark, Search, Side};
use perfaudit_result::{
    BisectedCommit, Bisection, BisectionAnswer, BisectionState, BisectionStep, PairedRow, PairedVerdict,
    StageName, StageState,
};
use perfaudit_stats::LogRatio;

use self::look::{Change, Looking, Seen};
use super::CompletedRun;
use super::compare::trees::{OfGit, Trees, canonical};
use super::compare::{Answer, Building, CompareError, PairsRun, Sides};
use super::record::Recorder;
use crate::arguments::BisectArguments;
use crate::error::CommandError;
use crate::progress::Progress;

/// How many comparisons may end without a decision before the search ends.
const SPARE: usize = 3;

/// Searches for the commit that changed a benchmark.
pub(crate) fn bisect(
    arguments: &BisectArguments,
    argv: Vec<String>,
    interrupt: &Interrupt,
    progress: &Progress,
) -> Result<CompletedRun, CommandError> {
    progress.say("find  both ends".to_owned());
    let pairing = &arguments.pairing;
    let folder = canonical(&pairing.project)?;
    let of_git = OfGit::holding(&folder, interrupt)?;
    let commit = |name: &str| of_git.repository.commit(name, interrupt).map_err(CompareError::from);
    let ends = Both { a: commit(&arguments.good)?, b: commit(&arguments.bad)? };
    let history = of_git.repository.history(&ends.a, &ends.b, interrupt).map_err(CompareError::from)?;
    let mut run = PairsRun::open(pairing, &arguments.output, pairing.in_tree.command.is_none(), interrupt)?;
    let trees = Trees::of_repository(of_git, &run.project.root);
    let building = Recorder::begin(StageName::Build, Some(&run.directory));
    let names = Both { a: arguments.good.clone(), b: arguments.bad.clone() };
    let both = Both { a: trees.commit(names.a, &ends.a), b: trees.commit(names.b, &ends.b) };
    let places = Building { trees: &trees, pairing, project_root: &run.project.root, config: &run.config };
    let sides = Sides::of_trees(places, &both, interrupt, progress).inspect_err(|_| run.leave_nothing())?;
    run.stages.push(building.end(&run.directory, StageState::Done, None));
    let commits = history.len() - 1;
    let decisions = Search::decisions(commits);
    let looking = Looking::new(pairing, &mut run, &trees, sides, decisions + SPARE + 1, interrupt, progress);
    let bisecting = Bisecting { history: &history, steps: Vec::new(), looking };
    let (measured, bisection) = bisecting.search()?;
    let verdict = verdict::verdict(&bisection, &measured.comparison, interrupt.is_set());
    let answer = Answer { bisection: Some(bisection), verdict, what: "the whole search, in the same order" };
    Ok(run.finish(argv, measured, answer, interrupt))
}

struct Bisecting<'a, 'r> {
    /// From the good end to the bad one.
    history: &'a [HistoryEntry],
    steps: Vec<BisectionStep>,
    looking: Looking<'a, 'r>,
}

impl Bisecting<'_, '_> {
    fn search(mut self) -> Result<(super::compare::Measured, Bisection), CommandError> {
        let began = Instant::now();
        let last = self.history.len() - 1;
        let ends = self.looking.ends(&self.history[0], &self.history[last])?;
        let Some(ends) = ends else {
            let reason = verdict::no_change(self.looking.comparison(), self.looking.interrupt.is_set());
            return Ok(self.end(None, BisectionAnswer::NoChange { reason }));
        };
        let mut search = Search::new(last);
        let mut stopped = None;
        while let Some(index) = search.next() {
            stopped = self.looking.stopped(began);
            if stopped.is_some() {
                break;
            }
            let seen = self.looking.look(&self.history[index], &ends, Search::decisions(last))?;
            let Some(seen) = seen else {
                stopped = Some("the search was interrupted".to_owned());
                break;
            };
            search.mark(index, mark(seen.state));
            self.steps.push(step(&self.history[index], seen));
        }
        let answer = match search.found() {
            Found::Commit(index) => self.beside_parent(index, &ends)?,
            Found::Between(first, end) => self.among(first, end, stopped),
        };
        Ok(self.end(Some(&ends), answer))
    }

    /// The commit that is left beside its parent: what was concluded is now seen.
    fn beside_parent(&mut self, index: usize, ends: &Change) -> Result<BisectionAnswer, CommandError> {
        let entry = &self.history[index];
        let parent = entry.parents.first().expect("a commit that descends from another has a parent");
        let row = match self.looking.pair(parent, entry, ends)? {
            Ok(row) => row,
            Err(reason) => {
                let reason = format!("it could not be compared with its parent: {reason}");
                return Ok(BisectionAnswer::Among { commits: vec![told(entry)], reason });
            }
        };
        let (commit, verdict) = (told(entry), row.verdict);
        Ok(match verdict {
            _ if verdict == ends.row.verdict => {
                BisectionAnswer::Found { commit, row: Box::new(row), is_merge: entry.is_merge() }
            }
            PairedVerdict::Inconclusive | PairedVerdict::NotMeasured => {
                BisectionAnswer::Among { commits: vec![commit], reason: open_beside_parent(&row) }
            }
            PairedVerdict::Worse
            | PairedVerdict::Better
            | PairedVerdict::Equivalent
            | PairedVerdict::Identical => BisectionAnswer::Contradicted { commit, row: Box::new(row) },
        })
    }

    fn among(&self, first: usize, end: usize, stopped: Option<String>) -> BisectionAnswer {
        let commits: Vec<BisectedCommit> = self.history[first..=end].iter().map(told).collect();
        let of = |state: BisectionState| {
            let within = |step: &&BisectionStep| step.state == state && commits.contains(&step.commit);
            self.steps.iter().filter(within).count()
        };
        let reason = stopped.unwrap_or_else(|| {
            let parts = [
                (of(BisectionState::Unfit), "could not be built or run"),
                (of(BisectionState::Undecided), "could not be told from either end"),
            ];
            let parts = parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} of them {what}"));
            parts.collect::<Vec<_>>().join(", ")
        });
        BisectionAnswer::Among { commits, reason }
    }

    fn end(self, change: Option<&Change>, answer: BisectionAnswer) -> (super::compare::Measured, Bisection) {
        let Self { history, steps, looking } = self;
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let bisection = Bisection {
            good: told(&history[0]),
            bad: told(&history[history.len() - 1]),
            commits: count(history.len() - 1),
            workload: change.map(|change| change.row.id.clone()),
            also_changed: change.map(|change| change.others.clone()).unwrap_or_default(),
            threshold: change.map(|change| change.threshold.change()),
            alpha: looking.alpha(),
            planned: looking.planned(),
            comparisons: count(looking.comparisons),
            pairs: count(looking.pairs),
            steps,
            answer,
        };
        (looking.end(), bisection)
    }
}

/// Why nothing was decided of the commit that is left, and what helps.
fn open_beside_parent(row: &PairedRow) -> String {
    let why = row.unsettled.as_ref().or(row.message.as_ref());
    let why = why
        .map_or_else(|| "it takes more pairs of processes: `--budget` allows them".to_owned(), Clone::clone);
    format!("beside its parent the change is not decided: {why}")
}

fn told(entry: &HistoryEntry) -> BisectedCommit {
    BisectedCommit { commit: entry.commit.0.clone(), subject: entry.subject.clone() }
}

fn step(entry: &HistoryEntry, seen: Seen) -> BisectionStep {
    let Seen { state, row, message } = seen;
    BisectionStep { commit: told(entry), state, row, message }
}

fn mark(state: BisectionState) -> Mark {
    match state {
        BisectionState::Before => Mark::Before,
        BisectionState::After => Mark::After,
        BisectionState::Unfit | BisectionState::Undecided => Mark::Skipped,
    }
}

/// What a commit must differ by to have the change: half of what both ends differ by, which a commit with all of it and
/// one with nothing of it lie equally far from; or the nearer bound of that difference, where it is known roughly.
fn threshold(row: &PairedRow) -> LogRatio {
    let size = |change: f64| LogRatio::of_change(change).map_or(0.0, |ratio| ratio.get().abs());
    let half = row.effect.value().map_or(0.0, size) / 2.0;
    let nearer = row.effect.interval().map_or(half, |ci| size(ci.lower()).min(size(ci.upper())));
    LogRatio::new(half.min(nearer)).unwrap_or(LogRatio::ZERO)
}

/// What the row of a commit says, beside the change that is looked for.
fn state(row: &PairedRow, change: PairedVerdict) -> BisectionState {
    match row.verdict {
        verdict if verdict == change => BisectionState::After,
        PairedVerdict::Identical
        | PairedVerdict::Equivalent
        // It changed the other way round: what is looked for came later.
        | PairedVerdict::Worse
        | PairedVerdict::Better => BisectionState::Before,
        PairedVerdict::Inconclusive => BisectionState::Undecided,
        // The machine was disturbed, or the time was over.
        PairedVerdict::NotMeasured if row.pairs + row.discarded > 0 => BisectionState::Undecided,
        PairedVerdict::NotMeasured => BisectionState::Unfit,
    }
}

/// The side that holds what is looked at.
const LOOKED_AT: Side = Side::B;

#[cfg(test)]
mod tests {
    use perfaudit_prove::unmeasured;
    use perfaudit_result::{WorkloadId, WorkloadKind};

    use super::*;

    #[test]
    fn what_is_open_beside_the_parent_says_why_or_what_it_takes() {
        let row = |message: &str| {
            let id = WorkloadId("small/first/sound".into());
            unmeasured(id, WorkloadKind::Criterion, PairedVerdict::Inconclusive, message.into())
        };
        let settled_by_nobody =
            PairedRow { unsettled: Some("layouts differ".into()), ..row("the budget was spent") };
        let of_nothing = PairedRow { message: None, ..row("") };
        assert!(open_beside_parent(&settled_by_nobody).ends_with("not decided: layouts differ"));
        assert!(
            open_beside_parent(&row("the budget was spent")).ends_with("not decided: the budget was spent")
        );
        assert!(open_beside_parent(&of_nothing).contains("`--budget`"));
    }
}
