//! What is left of a quick run's budget goes to the benchmarks that are known worst.
//!
//! Batches of two processes are not pooled: they are dependent within a process and differ between processes, and an
//! interval of the pool would claim more than it holds. A benchmark is instead measured once more, for longer and with
//! more samples, and the second samples replace the first, whatever they say: a choice between the two by their width or
//! their value would make intervals that are too narrow. The first samples stay in the run as artifacts.

use std::time::{Duration, Instant};

use perfaudit_exec::{Ending, Finished, RunError, run};
use perfaudit_result::{ArtifactKind, Mode, WorkloadState};

use super::{GatherError, GatherEvent, Gatherer, Waiting};
use crate::criterion::launch;
use crate::criterion::progress::Collecting;
use crate::criterion::results;
use crate::pace::Settings;
use crate::{message, row};

/// A relative width of the interval from which on nothing is gained.
const NARROW_ENOUGH: f64 = 0.01;

/// A benchmark that was measured.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Candidate {
    /// The width of the median's interval over the median; infinite where that is not known, or does not decide.
    width: f64,
    /// What measuring it again takes.
    cost: Duration,
    /// Whether it was measured again.
    is_done: bool,
}

/// Whose turn it is when `left` is left of the budget: the one with the widest interval of those that are not known
/// well enough, were not measured twice, and fit in. The first of equals.
fn next(candidates: &[Candidate], left: Duration) -> Option<usize> {
    let fits =
        |one: &&(usize, &Candidate)| !one.1.is_done && one.1.width > NARROW_ENOUGH && one.1.cost <= left;
    let open = candidates.iter().enumerate().collect::<Vec<_>>();
    open.iter().filter(fits).rev().max_by(|a, b| a.1.width.total_cmp(&b.1.width)).map(|(index, _)| *index)
}

impl Gatherer<'_> {
    /// Measures benchmarks of a quick run again as long as the budget lasts. `measured` are those that this run measured
    /// by one process each.
    pub(super) fn refine(
        &mut self,
        measured: &[&Waiting],
        started: Instant,
        observe: &mut dyn FnMut(GatherEvent<'_>),
    ) -> Result<(), GatherError> {
        let (Mode::Quick, Some(budget)) = (self.request.pace.mode(), self.request.pace.budget()) else {
            return Ok(());
        };
        if !self.request.refines {
            return Ok(());
        }
        // What comes behind gets half of what is left.
        let spent = started.elapsed();
        let end = if self.request.is_followed { spent + budget.saturating_sub(spent) / 2 } else { budget };
        // Where the name alone does not tell how to run a benchmark, it is not run again.
        let measured: Vec<&Waiting> =
            measured.iter().copied().filter(|benchmark| benchmark.filters.len() == 1).collect();
        let mut candidates: Vec<Candidate> =
            measured.iter().map(|benchmark| self.candidate(benchmark)).collect();
        loop {
            let left = end.saturating_sub(started.elapsed());
            let Some(turn) = next(&candidates, left).filter(|_| !self.interrupt.is_set()) else { break };
            let done = candidates.iter().filter(|candidate| candidate.is_done).count();
            observe(GatherEvent::Measuring {
                id: &self.gathered.workloads[measured[turn].row].id,
                position: done + 1,
                of: candidates.len(),
                left,
            });
            candidates[turn].is_done = true;
            self.again(measured[turn], candidates[turn], left)?;
        }
        self.gathered.interrupted |= self.interrupt.is_set();
        Ok(())
    }

    fn candidate(&self, benchmark: &Waiting) -> Candidate {
        let row = &self.gathered.workloads[benchmark.row];
        let samples = row.samples.as_ref().and_then(|id| self.gathered.samples.get(id));
        let is_measured = row.state == WorkloadState::Measured;
        let width = samples.filter(|_| is_measured).map_or(0.0, |samples| (self.request.width)(row, samples));
        let took = Duration::try_from_secs_f64(row.duration_s.unwrap_or(0.0)).unwrap_or(Duration::MAX);
        let asked = Settings::LONGER.expected() + self.gathered.listing_time[benchmark.executable];
        // What set itself a longer time takes that much at least, and more where it is asked for more samples.
        let cost = asked.max(took.saturating_mul(Settings::LONGER_BY));
        Candidate { width, cost, is_done: false }
    }

    /// Measures a benchmark again, in at most `left`. When that fails, the first samples stay, and the row says so.
    fn again(
        &mut self,
        benchmark: &Waiting,
        candidate: Candidate,
        left: Duration,
    ) -> Result<(), GatherError> {
        let executable = &self.request.executables[benchmark.executable];
        let relative = format!("artifacts/criterion/again-{:04}", benchmark.row);
        let home = self.directory.path().join(&relative);
        let finished = benchmark.filters.first().map(|filter| {
            let command = launch::measure(executable, filter, Settings::LONGER, &home, left);
            self.run_within(&command, left)
        });
        let Some(Ok(finished)) = finished else { return Ok(()) };
        self.gathered.strays += finished.strays;
        self.directory.adopt(ArtifactKind::Harness, &relative)?;
        let found = results::collect(&home, |title| row::id(executable, title))
            .into_iter()
            .filter_map(Result::ok)
            .find(|measurement| measurement.title == benchmark.title);
        let row = &mut self.gathered.workloads[benchmark.row];
        let Some(measurement) = found.filter(|_| finished.ending == Ending::Exited(0)) else {
            row.message = Some(message::not_measured_again(row.message.take(), finished.ending));
            return Ok(());
        };
        let first = row.sampling.as_ref().map_or(0, |sampling| sampling.batches);
        let order = row.order.unwrap_or_default();
        let relative = format!("artifacts/samples/again-{:04}.json", benchmark.row);
        let artifact = self.directory.add_samples(&relative, &measurement.samples)?;
        row::fill(row, &measurement, artifact.clone(), order, &finished);
        row.message = Some(message::measured_again(row.message.take(), first, candidate.width));
        self.gathered.samples.insert(artifact, measurement.samples);
        Ok(())
    }

    /// Runs Criterion, and ends it as soon as it says that it will not be done in time.
    fn run_within(&self, command: &perfaudit_exec::Command, left: Duration) -> Result<Finished, RunError> {
        let started = Instant::now();
        run(command, self.interrupt, &mut |line| {
            let Some(collecting) = Collecting::parse(line.text) else { return };
            if started.elapsed() + collecting.estimated > left {
                *line.time_limit = Some(Duration::ZERO);
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(width: f64, seconds: u64) -> Candidate {
        Candidate { width, cost: Duration::from_secs(seconds), is_done: false }
    }

    /// The turns under a budget when every measurement takes what it costs.
    fn turns(mut candidates: Vec<Candidate>, budget: u64) -> Vec<usize> {
        let mut left = Duration::from_secs(budget);
        std::iter::from_fn(|| {
            let turn = next(&candidates, left)?;
            left = left.checked_sub(candidates[turn].cost).expect("the budget is kept");
            candidates[turn].is_done = true;
            Some(turn)
        })
        .collect()
    }

    #[test]
    fn the_widest_comes_first_and_none_comes_twice() {
        let candidates =
            vec![candidate(0.05, 7), candidate(f64::INFINITY, 7), candidate(0.2, 7), candidate(0.05, 7)];
        assert_eq!(turns(candidates, 100), [1, 2, 0, 3]);
    }

    #[test]
    fn what_is_known_well_or_does_not_fit_is_left_as_it_is() {
        let candidates = vec![candidate(0.9, 50), candidate(0.01, 1), candidate(0.1, 7), candidate(0.3, 7)];
        assert_eq!(turns(candidates.clone(), 20), [3, 2]);
        assert_eq!(turns(candidates, 6), [0; 0]);
    }
}
