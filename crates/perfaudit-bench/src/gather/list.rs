//! Asking executables what they hold.

use std::collections::BTreeSet;
use std::time::Instant;

use perfaudit_exec::{Command, Ending, Finished, run};
use perfaudit_result::{WorkloadKind, WorkloadState};
use perfaudit_run::sha256_of_file;

use super::processes::{Repeated, Summary};
use super::{GatherEvent, Gatherer, Waiting};
use crate::criterion;
use crate::divan::launch::Selection;
use crate::executable::{BenchExecutable, Harness};
use crate::{divan, libtest, message, row};

/// The benchmarks that can be measured.
#[derive(Default)]
pub(super) struct Listed {
    /// By one process each, which hands out its samples.
    pub(super) waiting: Vec<Waiting>,
    /// By several processes each, which state their medians.
    pub(super) repeated: Vec<Repeated>,
}

/// An executable with its place in the request.
#[derive(Clone, Copy)]
struct Asked<'a> {
    index: usize,
    executable: &'a BenchExecutable,
}

impl Gatherer<'_> {
    /// Makes a row of each benchmark, and of each executable that cannot be asked.
    pub(super) fn list_all(&mut self, observe: &mut dyn FnMut(GatherEvent<'_>)) -> Listed {
        let mut listed = Listed::default();
        for (index, executable) in self.request.executables.iter().enumerate() {
            let target = format!("{}/{}", executable.package, executable.target);
            observe(GatherEvent::Listing { target: &target });
            let started = Instant::now();
            self.list(Asked { index, executable }, &mut listed);
            self.gathered.listing_time.push(started.elapsed());
        }
        listed
    }

    fn list(&mut self, asked: Asked<'_>, listed: &mut Listed) {
        let harness = match asked.executable.harness() {
            Ok(harness) => harness,
            Err(error) => return self.whole(asked, WorkloadState::Unreadable, error.to_string()),
        };
        if self.interrupt.is_set() && harness != Harness::Unknown {
            self.gathered.interrupted = true;
            return self.whole(asked, WorkloadState::NotRun, message::interrupted());
        }
        match harness {
            Harness::Criterion => self.list_criterion(asked, &mut listed.waiting),
            Harness::Divan => self.list_divan(asked, &mut listed.repeated),
            Harness::Libtest => self.list_libtest(asked, &mut listed.repeated),
            Harness::Unknown => self.whole(asked, WorkloadState::Unsupported, message::unknown_harness()),
        }
    }

    /// A row for the target as a whole.
    fn whole(&mut self, asked: Asked<'_>, state: WorkloadState, message: String) {
        self.gathered.workloads.push(row::target(asked.executable, state, message));
    }

    /// Runs a listing; one that does not end well is a row, but what it listed counts.
    fn ask(&mut self, asked: Asked<'_>, command: &Command) -> Option<Finished> {
        let finished = match run(command, self.interrupt, &mut |_| {}) {
            Ok(finished) => finished,
            Err(error) => {
                self.whole(asked, WorkloadState::Failed, error.to_string());
                return None;
            }
        };
        self.gathered.strays += finished.strays;
        self.gathered.interrupted |= finished.ending == Ending::Interrupted;
        Some(finished)
    }

    fn tell_listing_failure(&mut self, asked: Asked<'_>, finished: &Finished) {
        self.whole(asked, row::state_of(finished.ending), message::listing_failed(finished));
    }

    fn list_criterion(&mut self, asked: Asked<'_>, waiting: &mut Vec<Waiting>) {
        let Asked { index, executable } = asked;
        let command = criterion::launch::list(executable, self.request.patience);
        let Some(finished) = self.ask(asked, &command) else { return };
        let listing = criterion::listing::Listing::parse(&finished.stdout.text());
        if !finished.ending.is_success() && criterion::listing::is_too_old(&finished.stderr.text()) {
            self.whole(asked, WorkloadState::Unsupported, message::too_old_criterion());
        } else if !finished.ending.is_success() {
            self.tell_listing_failure(asked, &finished);
        } else if listing.titles.is_empty() {
            let message = message::lists_nothing(message::CRITERION_BENCHMARKS, &listing.foreign);
            self.whole(asked, WorkloadState::NoResults, message);
        }
        let sha256 = sha256_of_file(&executable.path).ok();
        for title in &listing.titles {
            let Some(row) = self.add(asked, WorkloadKind::Criterion, &title.text, sha256.clone()) else {
                continue;
            };
            self.rows.insert((index, title.text.clone()), row);
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

    fn list_divan(&mut self, asked: Asked<'_>, repeated: &mut Vec<Repeated>) {
        /// What the library that reads divan's arguments exits with when it does not know one.
        const USAGE: Ending = Ending::Exited(2);
        let patience = self.request.patience;
        let Some(finished) = self.ask(asked, &divan::launch::list_terse(asked.executable, false, patience))
        else {
            return;
        };
        let (finished, listing, selection) = if finished.ending == USAGE {
            let Some(finished) = self.ask(asked, &divan::launch::list_tree(asked.executable, patience))
            else {
                return;
            };
            let listing = divan::listing::Listing::parse_tree(&finished.stdout.text());
            (finished, listing, Selection::WithArguments)
        } else {
            let listing = divan::listing::Listing::parse_terse(&finished.stdout.text());
            let all = divan::launch::list_terse(asked.executable, true, patience);
            let Some(all) = self.ask(asked, &all) else { return };
            let all = divan::listing::Listing::parse_terse(&all.stdout.text());
            (finished, listing.with_ignored_of(all), Selection::Exact)
        };
        if !finished.ending.is_success() {
            self.tell_listing_failure(asked, &finished);
        } else if listing.paths.is_empty() && listing.ignored.is_empty() {
            let message = message::lists_nothing(message::DIVAN_BENCHMARKS, &listing.foreign);
            self.whole(asked, WorkloadState::NoResults, message);
        }
        self.add_repeated(asked, &listing.paths, Summary::Divan(selection), repeated);
        self.add_ignored(asked, WorkloadKind::Divan, &listing.ignored);
    }

    fn list_libtest(&mut self, asked: Asked<'_>, repeated: &mut Vec<Repeated>) {
        let patience = self.request.patience;
        let command = libtest::launch::list(asked.executable, false, patience);
        let Some(finished) = self.ask(asked, &command) else { return };
        let listed = libtest::listing::benchmarks(&finished.stdout.text());
        if !finished.ending.is_success() {
            return self.tell_listing_failure(asked, &finished);
        }
        if listed.is_empty() {
            let message = message::standard_harness(&asked.executable.target);
            return self.whole(asked, WorkloadState::Unsupported, message);
        }
        let Some(finished) = self.ask(asked, &libtest::launch::list(asked.executable, true, patience)) else {
            return;
        };
        let ignored = libtest::listing::benchmarks(&finished.stdout.text());
        let names = libtest::listing::without(listed, &ignored);
        self.add_repeated(asked, &names, Summary::Libtest, repeated);
        self.add_ignored(asked, WorkloadKind::Libtest, &ignored);
    }

    /// Rows for benchmarks that are not run, because their source says so.
    fn add_ignored(&mut self, asked: Asked<'_>, kind: WorkloadKind, titles: &[String]) {
        let titles: BTreeSet<&String> = titles.iter().collect();
        for title in titles {
            if let Some(row) = self.add(asked, kind, title, None) {
                self.gathered.workloads[row].state = WorkloadState::Ignored;
                self.gathered.workloads[row].message = Some(message::ignored(kind));
            }
        }
    }

    /// A row for each title; one that is listed several times gets its further rows when it was measured.
    fn add_repeated(
        &mut self,
        asked: Asked<'_>,
        titles: &[String],
        summary: Summary,
        repeated: &mut Vec<Repeated>,
    ) {
        let sha256 = sha256_of_file(&asked.executable.path).ok();
        let mut seen = BTreeSet::new();
        for title in titles.iter().filter(|title| seen.insert(*title)) {
            if let Some(row) = self.add(asked, summary.kind(), title, sha256.clone()) {
                repeated.push(Repeated::new(row, asked.index, title.clone(), summary));
            }
        }
    }

    /// A row for a benchmark that waits for its turn, unless the user's filter leaves it out.
    fn add(
        &mut self,
        asked: Asked<'_>,
        kind: WorkloadKind,
        title: &str,
        binary_sha256: Option<String>,
    ) -> Option<usize> {
        let workload = row::benchmark(asked.executable, kind, title, binary_sha256);
        if self.request.filter.is_some_and(|filter| !filter.is_match(&workload.id.0)) {
            return None;
        }
        self.gathered.workloads.push(workload);
        Some(self.gathered.workloads.len() - 1)
    }
}
