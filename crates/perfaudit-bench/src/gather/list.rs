//! Asking executables what they hold.

use std::time::Instant;

use perfaudit_exec::{Ending, RunError, run};
use perfaudit_result::WorkloadState;
use perfaudit_run::sha256_of_file;

use super::{GatherEvent, Gatherer, Waiting};
use crate::criterion::launch;
use crate::criterion::listing::Listing;
use crate::executable::{BenchExecutable, Harness, harness};
use crate::{message, row};

impl Gatherer<'_> {
    /// Makes a row of each benchmark, and of each executable that cannot be asked; returns the benchmarks that can
    /// be measured.
    pub(super) fn list_all(&mut self, observe: &mut dyn FnMut(GatherEvent<'_>)) -> Vec<Waiting> {
        let mut waiting = Vec::new();
        for (index, executable) in self.request.executables.iter().enumerate() {
            let target = format!("{}/{}", executable.package, executable.target);
            observe(GatherEvent::Listing { target: &target });
            let started = Instant::now();
            self.list(index, executable, &mut waiting);
            self.gathered.listing_time.push(started.elapsed());
        }
        waiting
    }

    fn list(&mut self, index: usize, executable: &BenchExecutable, waiting: &mut Vec<Waiting>) {
        let whole = |state, message: String| row::target(executable, state, message);
        if executable.standard_harness {
            let row = whole(WorkloadState::Unsupported, message::standard_harness(&executable.target));
            return self.gathered.workloads.push(row);
        }
        match harness(&executable.path) {
            Ok(Harness::Criterion) => {}
            Ok(Harness::Unknown) => {
                return self
                    .gathered
                    .workloads
                    .push(whole(WorkloadState::Unsupported, message::unknown_harness()));
            }
            Err(error) => {
                return self.gathered.workloads.push(whole(WorkloadState::Unreadable, error.to_string()));
            }
        }
        if self.interrupt.is_set() {
            self.gathered.interrupted = true;
            return self.gathered.workloads.push(whole(WorkloadState::NotRun, message::interrupted()));
        }
        let command = launch::list(executable, self.request.patience);
        let finished = match run(&command, self.interrupt, &mut |_| {}) {
            Ok(finished) => finished,
            Err(RunError::Start { source, .. }) => {
                return self
                    .gathered
                    .workloads
                    .push(whole(WorkloadState::Failed, format!("cannot be started: {source}")));
            }
        };
        self.gathered.strays += finished.strays;
        let listing = Listing::parse(&finished.stdout.text());
        if !finished.ending.is_success() {
            let state = row::state_of(finished.ending);
            self.gathered.workloads.push(whole(state, message::listing_failed(&finished)));
        } else if listing.titles.is_empty() {
            self.gathered
                .workloads
                .push(whole(WorkloadState::NoResults, message::lists_nothing(&listing.foreign)));
        }
        self.gathered.interrupted |= finished.ending == Ending::Interrupted;
        let sha256 = sha256_of_file(&executable.path).ok();
        for title in &listing.titles {
            let id = row::id(executable, &title.text);
            if self.request.filter.is_some_and(|filter| !filter.is_match(&id.0)) {
                continue;
            }
            let row = self.gathered.workloads.len();
            self.rows.insert((index, title.text.clone()), row);
            self.gathered.workloads.push(row::benchmark(executable, &title.text, sha256.clone()));
            for copy in 2..=title.listed {
                self.gathered.workloads.push(row::hidden_duplicate(
                    executable,
                    &title.text,
                    copy,
                    title.listed,
                ));
            }
            waiting.push(Waiting {
                row,
                executable: index,
                title: title.text.clone(),
                filters: listing.filters(&title.text),
            });
        }
    }
}
