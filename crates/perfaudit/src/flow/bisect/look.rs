//! Looking at one commit after the other, each beside the good end.

use std::time::Instant;

use perfaudit_exec::Interrupt;
use perfaudit_project::config::{ChosenStage, Config};
use perfaudit_prove::source::{Commit, HistoryEntry};
use perfaudit_prove::{Both, Side, are_same_program};
use perfaudit_result::{ArmBinary, BisectionState, PairedComparison, PairedRow, PairedVerdict, WorkloadId};
use perfaudit_stats::LogRatio;

use super::super::compare::trees::Trees;
use super::super::compare::{Building, Measured, OneOfSeveral, PairsRun, Sides, Used};
use super::super::only;
use super::{LOOKED_AT, state, threshold};
use crate::arguments::PairingArguments;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::progress::Progress;

/// What both ends differ by, and what is looked for.
pub(super) struct Change {
    /// The benchmark or command.
    pub(super) row: PairedRow,
    /// What else differs between both ends.
    pub(super) others: Vec<WorkloadId>,
    pub(super) threshold: LogRatio,
}

/// What is known of a commit.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) state: BisectionState,
    pub(super) row: Option<PairedRow>,
    pub(super) message: Option<String>,
}

/// A commit of which something is known, and by what others are the same.
struct Known {
    /// Its name, short.
    name: String,
    tree: String,
    program: Option<ArmBinary>,
    state: BisectionState,
}

/// What of the answer rests on a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rests {
    /// That there is something to look for.
    Ends,
    /// Nothing but where to look next.
    Nothing,
    /// That this commit made the change.
    Parent,
}

pub(super) struct Looking<'a, 'r> {
    pairing: &'a PairingArguments,
    run: &'r mut PairsRun,
    trees: &'a Trees,
    sides: Sides,
    pub(super) interrupt: &'a Interrupt,
    progress: &'a Progress,
    /// Comparisons that are planned beside those of the ends.
    others: usize,
    /// What the answer rests on: the ends, and then the commit that is left beside its parent.
    measured: Option<Measured>,
    known: Vec<Known>,
    /// The commits that both sides hold.
    placed: Both<Option<Commit>>,
    rows_of_ends: usize,
    pub(super) comparisons: usize,
    pub(super) pairs: usize,
    used: Used,
}

impl<'a, 'r> Looking<'a, 'r> {
    /// Both ends are built; `others` is the number of comparisons that are planned beside theirs.
    pub(super) fn new(
        pairing: &'a PairingArguments,
        run: &'r mut PairsRun,
        trees: &'a Trees,
        sides: Sides,
        others: usize,
        interrupt: &'a Interrupt,
        progress: &'a Progress,
    ) -> Self {
        Self {
            pairing,
            run,
            trees,
            sides,
            interrupt,
            progress,
            others,
            measured: None,
            known: Vec::new(),
            placed: Both::default(),
            rows_of_ends: 0,
            comparisons: 0,
            pairs: 0,
            used: Used::default(),
        }
    }

    /// What both ends differ by, if that is known: of several benchmarks the one that differs most clearly.
    pub(super) fn ends(
        &mut self,
        good: &HistoryEntry,
        bad: &HistoryEntry,
    ) -> Result<Option<Change>, CommandError> {
        self.placed = Both { a: Some(good.commit.clone()), b: Some(bad.commit.clone()) };
        let config = self.run.config.clone();
        // A third of the budget for the ends: all else rests on them.
        let comparison = self.measure(&config, Rests::Ends, self.pairing.delta, 3, self.others)?;
        self.rows_of_ends = comparison.rows.len();
        let mut changed: Vec<PairedRow> =
            comparison.rows.iter().filter(|row| row.verdict.is_change()).cloned().collect();
        changed.sort_by(|a, b| clearness(b).total_cmp(&clearness(a)));
        let mut changed = changed.into_iter();
        let Some(row) = changed.next() else { return Ok(None) };
        let others = changed.map(|row| row.id).collect();
        let known = |entry: &HistoryEntry, side: Side, state: BisectionState| Known {
            name: short(&entry.commit),
            tree: entry.tree.clone(),
            program: self.program(side, &row.id),
            state,
        };
        let ends = [known(good, Side::A, BisectionState::Before), known(bad, Side::B, BisectionState::After)];
        self.known.extend(ends);
        Ok(Some(Change { threshold: threshold(&row), row, others }))
    }

    /// Looks at a commit; none when the user interrupted.
    pub(super) fn look(
        &mut self,
        entry: &HistoryEntry,
        change: &Change,
        decisions: usize,
    ) -> Result<Option<Seen>, CommandError> {
        let name = short(&entry.commit);
        self.progress.say(format!("bisect {} of about {decisions}: {name}", self.comparisons));
        if let Some(seen) = self.known_by(|known| known.tree == entry.tree, "source") {
            return Ok(Some(seen));
        }
        if let Err(reason) = self.place(LOOKED_AT, &entry.commit, change)? {
            return Ok((!self.interrupt.is_set()).then(|| unfit(reason)));
        }
        let program = self.program(LOOKED_AT, &change.row.id);
        let is_same = |known: &Known| match (&known.program, &program) {
            (Some(known), Some(program)) => are_same_program(known, program),
            _ => false,
        };
        let seen = match self.known_by(is_same, "program") {
            Some(seen) => seen,
            None => match self.row(change, Rests::Nothing)? {
                Ok(row) if self.interrupt.is_set() && !row.verdict.is_change() => return Ok(None),
                Ok(row) => {
                    let message = row.message.clone().filter(|_| row.verdict == PairedVerdict::NotMeasured);
                    Seen { state: state(&row, change.row.verdict), row: Some(row), message }
                }
                Err(_) if self.interrupt.is_set() => return Ok(None),
                Err(reason) => unfit(reason),
            },
        };
        self.known.push(Known { name, tree: entry.tree.clone(), program, state: seen.state });
        Ok(Some(seen))
    }

    /// A commit beside its parent, or why they cannot be compared.
    pub(super) fn pair(
        &mut self,
        parent: &Commit,
        entry: &HistoryEntry,
        change: &Change,
    ) -> Result<Result<PairedRow, String>, CommandError> {
        for (side, commit) in [(Side::A, parent), (Side::B, &entry.commit)] {
            if let Err(reason) = self.place(side, commit, change)? {
                return Ok(Err(reason));
            }
        }
        self.row(change, Rests::Parent)
    }

    /// Why the search must end here, if it must.
    pub(super) fn stopped(&self, began: Instant) -> Option<String> {
        // The last one is kept for the commit that is found.
        let is_used_up = self.comparisons >= self.others;
        if self.interrupt.is_set() {
            Some("the search was interrupted".to_owned())
        } else if is_used_up {
            Some(format!(
                "{} comparisons were planned, and too many of them were not decided",
                self.others + 1
            ))
        } else if self.used.is_all(self.run) {
            Some(format!("the budget was spent after {} s", began.elapsed().as_secs()))
        } else {
            None
        }
    }

    /// The comparison that the answer rests on.
    pub(super) fn comparison(&self) -> &PairedComparison {
        &self.measured.as_ref().expect("both ends were measured").comparison
    }

    pub(super) fn alpha(&self) -> f64 {
        self.comparison().design.alpha
    }

    pub(super) fn planned(&self) -> u32 {
        u32::try_from(self.others + self.rows_of_ends).unwrap_or(u32::MAX)
    }

    pub(super) fn end(self) -> Measured {
        self.measured.expect("both ends were measured")
    }

    fn known_by(&self, is_same: impl Fn(&Known) -> bool, what: &str) -> Option<Seen> {
        let is_decided =
            |known: &&Known| matches!(known.state, BisectionState::Before | BisectionState::After);
        let known = self.known.iter().filter(is_decided).find(|known| is_same(known))?;
        let message = Some(format!("it has the same {what} as {}", known.name));
        Some(Seen { state: known.state, row: None, message })
    }

    /// Builds a commit on one side, or says why it cannot be.
    fn place(
        &mut self,
        side: Side,
        commit: &Commit,
        change: &Change,
    ) -> Result<Result<(), String>, CommandError> {
        if self.placed.get(side).as_ref() != Some(commit) {
            *self.placed.get_mut(side) = None;
            let of_commit = self.trees.commit(short(commit), commit);
            let building = Building {
                trees: self.trees,
                pairing: self.pairing,
                project_root: &self.run.project.root,
                config: &self.run.config,
            };
            let placed = self.sides.place(building, side, &of_commit, self.interrupt, self.progress);
            match placed {
                Ok(()) => *self.placed.get_mut(side) = Some(commit.clone()),
                Err(error) => return reason(error).map(Err),
            }
        }
        Ok(self.sides.broken(side, &change.row.id).map_or(Ok(()), Err))
    }

    /// The row of what is looked for, as both sides are now.
    fn row(&mut self, change: &Change, rests: Rests) -> Result<Result<PairedRow, String>, CommandError> {
        let id = &change.row.id;
        let mut config = self.run.config.clone();
        config.bench.filter.command_line(Some(only([id.0.as_str()])));
        let left = (self.others + 1).saturating_sub(self.comparisons).max(1);
        let comparison =
            self.measure(&config, rests, change.threshold.change(), left, self.planned_beside_one())?;
        let row = comparison.rows.iter().find(|row| row.id == *id).cloned();
        let broken = || comparison.rows.iter().find_map(|row| row.message.clone());
        Ok(row.ok_or_else(|| broken().unwrap_or_else(|| format!("it has no benchmark `{id}`"))))
    }

    fn planned_beside_one(&self) -> usize {
        (self.others + self.rows_of_ends).saturating_sub(1)
    }

    /// Measures both sides as they are, with a `share` of the budget that is left.
    fn measure(
        &mut self,
        config: &Config,
        rests: Rests,
        delta: f64,
        share: usize,
        others: usize,
    ) -> Result<PairedComparison, CommandError> {
        let (mut config, mut pairing) = (config.clone(), self.pairing.clone());
        if rests != Rests::Parent {
            // What a commit allocates and runs, and which functions changed, is asked of the answer alone.
            config.audit.skip.value.extend([ChosenStage::Heap, ChosenStage::Cpu]);
            pairing.witness = None;
        }
        let (interrupt, progress) = (self.interrupt, self.progress);
        let one = OneOfSeveral {
            pairing: &pairing,
            config,
            delta,
            others,
            shares: share,
            // Where to look next may be wrong: the commit that is left is seen beside its parent.
            settles: rests != Rests::Nothing,
            interrupt,
            progress,
        };
        let mut measured = self.used.measure(self.run, &mut self.sides, one)?;
        let comparison = measured.comparison.clone();
        let pairs: usize = comparison.rows.iter().map(|row| row.pairs as usize).sum();
        self.comparisons += usize::from(pairs > 0);
        self.pairs += pairs;
        match (&mut self.measured, rests) {
            (Some(kept), Rests::Nothing) => kept.samples.extend(measured.samples),
            (kept, _) => {
                let earlier = kept.take().map(|earlier| earlier.samples);
                measured.samples.extend(earlier.unwrap_or_default());
                *kept = Some(measured);
            }
        }
        Ok(comparison)
    }

    fn program(&self, side: Side, id: &WorkloadId) -> Option<ArmBinary> {
        self.sides.program(side, id)
    }
}

fn short(commit: &Commit) -> String {
    commit.0.chars().take(12).collect()
}

fn unfit(reason: String) -> Seen {
    Seen { state: BisectionState::Unfit, row: None, message: Some(reason) }
}

/// How far the interval of a row lies from zero, in its own widths.
fn clearness(row: &PairedRow) -> f64 {
    let size = |value: f64| value.ln_1p().abs();
    row.effect.value().zip(row.effect.interval()).map_or(0.0, |(value, interval)| {
        let width = (interval.upper().ln_1p() - interval.lower().ln_1p()).max(1e-9);
        size(value) / width
    })
}

/// Why a commit cannot be looked at, where that is its own fault or the user's wish; any other error ends the search.
fn reason(error: CommandError) -> Result<String, CommandError> {
    let is_of_source = matches!(&error, CommandError::Compare(error) if error.is_of_source());
    if is_of_source || error.exit() == Exit::Inconclusive { Ok(error.to_string()) } else { Err(error) }
}
