//! Running one process and taking what it leaves.

use std::path::Path;
use std::time::Duration;

use perfaudit_exec::{Ending, Finished, RunError, run};
use perfaudit_result::{ArtifactKind, WorkloadState};

use super::{GatherError, Gatherer, Waiting, log_of};
use crate::criterion::launch;
use crate::criterion::listing::Filter;
use crate::criterion::progress::Collecting;
use crate::criterion::results::{self, Measurement};
use crate::executable::BenchExecutable;
use crate::pace::Settings;
use crate::{message, row};

impl Gatherer<'_> {
    /// Runs what a filter selects, and fills in the rows of whatever it measured.
    pub(super) fn launch(
        &mut self,
        benchmark: &Waiting,
        filter: &Filter,
        settings: Settings,
    ) -> Result<(), GatherError> {
        let executable = &self.request.executables[benchmark.executable];
        let order = self.launches;
        self.launches += 1;
        let relative = format!("artifacts/criterion/{order:04}");
        let home = self.directory.path().join(&relative);
        let finished = match self.run_criterion(executable, filter, settings, &home) {
            Ok(finished) => finished,
            Err(error) => {
                let row = &mut self.gathered.workloads[benchmark.row];
                row.state = WorkloadState::Failed;
                row.message = Some(error.to_string());
                return Ok(());
            }
        };
        self.gathered.strays += finished.strays;
        self.directory.adopt(ArtifactKind::Harness, &relative)?;
        let mut unreadable = Vec::new();
        for result in results::collect(&home, |title| row::id(executable, title)) {
            match result {
                Ok(measurement) => self.take(benchmark.executable, order, &finished, measurement)?,
                Err(error) => unreadable.push(error.to_string()),
            }
        }
        if self.gathered.workloads[benchmark.row].state != WorkloadState::Measured {
            self.tell_failure(benchmark, order, &finished, &unreadable)?;
        }
        Ok(())
    }

    /// Runs Criterion; when it says that it will take far longer than its share of a budget, runs it again with
    /// fewer samples.
    fn run_criterion(
        &self,
        executable: &BenchExecutable,
        filter: &Filter,
        settings: Settings,
        home: &Path,
    ) -> Result<Finished, RunError> {
        let allowance = self.request.pace.allowance(settings);
        let mut fewer = None;
        let command = launch::measure(executable, filter, settings, home, self.request.patience);
        let finished = run(&command, self.interrupt, &mut |line| {
            let Some(collecting) = Collecting::parse(line.text) else { return };
            let too_long = allowance.filter(|allowed| collecting.estimated > *allowed);
            fewer = too_long.and_then(|allowed| {
                settings.with_fewer_samples(collecting.samples, collecting.estimated, allowed)
            });
            *line.time_limit = match fewer {
                Some(_) => Some(Duration::ZERO),
                // Set-up that is repeated for each sample is not part of Criterion's estimate.
                None => line.time_limit.map(|limit| limit + collecting.estimated * 10),
            };
        })?;
        match fewer {
            Some(settings) if finished.ending == Ending::TimedOut => {
                let command = launch::measure(executable, filter, settings, home, self.request.patience);
                run(&command, self.interrupt, &mut |line| {
                    if let Some(collecting) = Collecting::parse(line.text) {
                        *line.time_limit = line.time_limit.map(|limit| limit + collecting.estimated * 10);
                    }
                })
            }
            _ => Ok(finished),
        }
    }

    /// Writes the batches of a benchmark down and fills in its row.
    fn take(
        &mut self,
        executable: usize,
        order: u32,
        finished: &Finished,
        measurement: Measurement,
    ) -> Result<(), GatherError> {
        let Some(&row) = self.rows.get(&(executable, measurement.title.clone())) else {
            // A benchmark that the user's filter leaves out, measured because it shares its name with another.
            return Ok(());
        };
        if self.gathered.workloads[row].state == WorkloadState::Measured {
            return Ok(());
        }
        let relative = format!("artifacts/samples/{row:04}.json");
        let artifact = self.directory.add_samples(&relative, &measurement.samples)?;
        row::fill(&mut self.gathered.workloads[row], &measurement, artifact.clone(), order, finished);
        self.gathered.samples.insert(artifact, measurement.samples);
        Ok(())
    }

    fn tell_failure(
        &mut self,
        benchmark: &Waiting,
        order: u32,
        finished: &Finished,
        unreadable: &[String],
    ) -> Result<(), GatherError> {
        self.directory.add(
            ArtifactKind::WorkloadLog,
            &format!("artifacts/logs/{:04}.log", benchmark.row),
            log_of(finished).as_bytes(),
        )?;
        let row = &mut self.gathered.workloads[benchmark.row];
        row.order = Some(order);
        row.duration_s = Some(finished.duration.as_secs_f64());
        let (state, message) = match (finished.ending, unreadable) {
            (Ending::Interrupted, _) => (WorkloadState::NotRun, message::interrupted()),
            (Ending::Exited(0), []) => {
                (WorkloadState::NoResults, message::no_results(&benchmark.title, finished))
            }
            (Ending::Exited(0), unreadable) => (WorkloadState::Unreadable, unreadable.join("\n")),
            (ending, _) => (row::state_of(ending), message::failed(finished)),
        };
        row.state = state;
        row.message = Some(message);
        self.gathered.interrupted |= finished.ending == Ending::Interrupted;
        Ok(())
    }
}
