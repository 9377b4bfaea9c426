//! Measuring benchmarks whose harness keeps its samples to itself: each runs in several processes, and each process
//! states one median. The processes of all of them take turns, so that a slow phase of the machine meets many
//! benchmarks once instead of one benchmark many times.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use perfaudit_exec::{Command, Ending, Finished, run};
use perfaudit_result::{ArtifactKind, Samples, WorkloadKind, WorkloadState};

use super::process_record::{BenchProcess, ProcessOf};
use super::{GatherError, GatherEvent, Gatherer, log_of};
use crate::divan::launch::Selection;
use crate::divan::table::Table;
use crate::executable::BenchExecutable;
use crate::stated::Statement;
use crate::{divan, libtest, message, row};

/// A harness that prints a summary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Summary {
    Divan(Selection),
    Libtest,
}

impl Summary {
    pub(super) fn kind(self) -> WorkloadKind {
        match self {
            Self::Divan(_) => WorkloadKind::Divan,
            Self::Libtest => WorkloadKind::Libtest,
        }
    }

    /// The folder of the run that holds what the processes printed.
    fn folder(self) -> &'static str {
        match self {
            Self::Divan(_) => "artifacts/divan",
            Self::Libtest => "artifacts/libtest",
        }
    }

    /// How the benchmark is selected; a process that was started otherwise is no process of the same.
    fn selection(self) -> &'static str {
        match self {
            Self::Divan(Selection::Exact) => "divan",
            Self::Divan(Selection::WithArguments) => "divan with arguments",
            Self::Libtest => "libtest",
        }
    }

    fn command(
        self,
        executable: &BenchExecutable,
        title: &str,
        longest: Option<Duration>,
        limit: Duration,
    ) -> Command {
        match self {
            Self::Divan(selection) => divan::launch::measure(executable, title, selection, longest, limit),
            Self::Libtest => libtest::launch::measure(executable, title, limit),
        }
    }

    /// What a process states of the benchmarks at or below a title.
    fn read(self, stdout: &str, title: &str) -> Table {
        let mut table = match self {
            Self::Divan(_) => Table::parse(stdout),
            Self::Libtest => Table { rows: libtest::report::parse(stdout), ..Table::default() },
        };
        let below = format!("{title}::");
        let belongs = |path: &str| path == title || path.starts_with(&below);
        match table.rows.as_mut_slice() {
            // What a benchmark prints itself can garble its name, but only one was asked for.
            [(path, _)] if !belongs(path) => title.clone_into(path),
            _ => table.rows.retain(|(path, _)| belongs(path)),
        }
        table.without_figures.retain(|path| belongs(path));
        table
    }
}

/// A benchmark that runs in several processes.
pub(super) struct Repeated {
    row: usize,
    executable: usize,
    title: String,
    summary: Summary,
    /// What was stated of it, or of each of the parts that the listing does not name (thread counts, arguments).
    parts: Vec<Part>,
    /// The parts that a process names without figures.
    without_figures: BTreeSet<String>,
    /// The processes that were measured.
    processes: u32,
    /// The place of the first process.
    order: Option<u32>,
    /// How long all processes ran.
    duration: Duration,
    strays: usize,
    /// Why there is no further process.
    ended: Option<(WorkloadState, String)>,
    /// True when the budget has no time for further processes.
    cut_short: bool,
}

struct Part {
    title: String,
    /// Which of the parts of this title, from 0: the order of the table tells them apart.
    copy: usize,
    statements: Vec<Statement>,
}

impl Repeated {
    pub(super) fn new(row: usize, executable: usize, title: String, summary: Summary) -> Self {
        Self {
            row,
            executable,
            title,
            summary,
            parts: Vec::new(),
            without_figures: BTreeSet::new(),
            processes: 0,
            order: None,
            duration: Duration::ZERO,
            strays: 0,
            ended: None,
            cut_short: false,
        }
    }

    fn goes_on(&self) -> bool {
        self.ended.is_none() && !self.cut_short
    }

    fn take(&mut self, table: Table) {
        self.processes += 1;
        self.without_figures.extend(table.without_figures);
        let mut seen: Vec<String> = Vec::new();
        for (title, statement) in table.rows {
            let copy = seen.iter().filter(|known| **known == title).count();
            seen.push(title.clone());
            match self.parts.iter_mut().find(|part| part.title == title && part.copy == copy) {
                Some(part) => part.statements.push(statement),
                None => self.parts.push(Part { title, copy, statements: vec![statement] }),
            }
        }
    }
}

impl Gatherer<'_> {
    /// Runs all rounds, as far as the budget goes. `started` is when measuring began.
    pub(super) fn measure_repeated(
        &mut self,
        mut repeated: Vec<Repeated>,
        started: Instant,
        observe: &mut dyn FnMut(GatherEvent<'_>),
    ) -> Result<(), GatherError> {
        let pace = self.request.pace;
        let rounds = pace.processes();
        let mut order: Vec<usize> = (0..repeated.len()).collect();
        let of = repeated.len() * rounds as usize;
        let mut position = 0;
        'rounds: for round in 0..rounds {
            perfaudit_stats::shuffle(&mut order, self.request.seed.wrapping_add(u64::from(round)));
            if round == 1 {
                self.cut_short(&mut repeated, &order, started.elapsed());
            }
            let active = repeated.iter().filter(|one| one.goes_on()).count();
            let mut launches = active * (rounds - round) as usize;
            for &index in &order {
                let one = &mut repeated[index];
                if !one.goes_on() {
                    continue;
                }
                if self.gathered.interrupted || self.interrupt.is_set() {
                    self.gathered.interrupted = true;
                    break 'rounds;
                }
                let spent = started.elapsed();
                let overhead = self.gathered.listing_time[one.executable];
                if !pace.has_time(spent) {
                    self.gathered.out_of_budget = true;
                    break 'rounds;
                }
                position += 1;
                let left = pace.budget().map_or_else(
                    || pace.estimate_processes(launches, overhead),
                    |budget| budget.saturating_sub(spent),
                );
                observe(GatherEvent::Measuring {
                    id: &self.gathered.workloads[one.row].id,
                    position,
                    of,
                    left,
                });
                let longest = pace.longest_process(spent, launches, overhead);
                self.launch_process(one, longest)?;
                launches = launches.saturating_sub(1);
            }
        }
        // From the last row to the first: a row that becomes several moves only those behind it.
        repeated.sort_by_key(|one| std::cmp::Reverse(one.row));
        repeated.into_iter().try_for_each(|one| self.finish(one, rounds))
    }

    /// Gives up the last ones when the budget does not suffice for all: enough processes of some tell more than too
    /// few of each.
    fn cut_short(&mut self, repeated: &mut [Repeated], order: &[usize], spent: Duration) {
        let Some(budget) = self.request.pace.budget() else { return };
        let mut left = budget.saturating_sub(spent);
        for &index in order {
            let one = &mut repeated[index];
            // A tenth more than the first process took, so that the last round is not cut off.
            let rest = one.duration * (self.request.pace.processes() - 1) * 11 / 10;
            match left.checked_sub(rest) {
                Some(remaining) if one.ended.is_none() => left = remaining,
                Some(_) => {}
                None => {
                    one.cut_short = true;
                    self.gathered.out_of_budget = true;
                }
            }
        }
    }

    fn launch_process(&mut self, one: &mut Repeated, longest: Option<Duration>) -> Result<(), GatherError> {
        let Some((finished, table)) = self.run_process(one, longest)? else { return Ok(()) };
        let nothing = finished.ending.is_success() && table == Table::default();
        if nothing && one.processes == 0 && one.summary == Summary::Divan(Selection::Exact) {
            // divan 0.1.18 lists benchmarks without their arguments.
            one.summary = Summary::Divan(Selection::WithArguments);
            let Some((finished, table)) = self.run_process(one, longest)? else { return Ok(()) };
            return self.take_process(one, &finished, table);
        }
        self.take_process(one, &finished, table)
    }

    /// Runs a process, or takes it over from the run that was cut short, and keeps what it printed; nothing when it
    /// was not started, or interrupted.
    fn run_process(
        &mut self,
        one: &mut Repeated,
        longest: Option<Duration>,
    ) -> Result<Option<(Finished, Table)>, GatherError> {
        let executable = &self.request.executables[one.executable];
        let order = self.launches;
        self.launches += 1;
        let of = ProcessOf {
            title: one.title.clone(),
            selection: one.summary.selection().to_owned(),
            binary_sha256: self.gathered.workloads[one.row].binary_sha256.clone(),
        };
        let finished = if let Some(known) = self.earlier.next(&of) {
            known
        } else {
            let command = one.summary.command(executable, &one.title, longest, self.request.patience);
            match run(&command, self.interrupt, &mut |_| {}) {
                Ok(finished) => finished,
                Err(error) => {
                    one.ended = Some((WorkloadState::Failed, error.to_string()));
                    return Ok(None);
                }
            }
        };
        one.order.get_or_insert(order);
        one.duration += finished.duration;
        one.strays += finished.strays;
        self.gathered.strays += finished.strays;
        let relative = format!("{}/{order:04}.json", one.summary.folder());
        self.directory.add(
            ArtifactKind::BenchProcess,
            &relative,
            &BenchProcess::new(of, &finished).to_json(),
        )?;
        if finished.ending == Ending::Interrupted {
            self.gathered.interrupted = true;
            return Ok(None);
        }
        let table = one.summary.read(&finished.stdout.text(), &one.title);
        Ok(Some((finished, table)))
    }

    /// Takes what a process stated, or why it did not.
    fn take_process(
        &mut self,
        one: &mut Repeated,
        finished: &Finished,
        table: Table,
    ) -> Result<(), GatherError> {
        let (state, said) = match &table.other_columns {
            _ if !finished.ending.is_success() => (row::state_of(finished.ending), message::failed(finished)),
            _ if !table.rows.is_empty() => {
                one.take(table);
                return Ok(());
            }
            Some(columns) => (WorkloadState::Unreadable, message::other_columns(columns)),
            None => (WorkloadState::NoResults, message::states_nothing(&one.title, finished)),
        };
        let said = match one.processes {
            0 => said,
            measured => format!("process {}, after {measured} that were measured: {said}", measured + 1),
        };
        one.ended = Some((state, said));
        self.directory.add(
            ArtifactKind::WorkloadLog,
            &format!("artifacts/logs/{:04}.log", one.row),
            log_of(finished).as_bytes(),
        )?;
        Ok(())
    }

    /// Fills in the row of a benchmark, and adds one for each further part of it.
    fn finish(&mut self, one: Repeated, rounds: u32) -> Result<(), GatherError> {
        let interrupted = self.gathered.interrupted;
        let waiting = &mut self.gathered.workloads[one.row];
        waiting.order = one.order;
        waiting.duration_s = one.order.map(|_| one.duration.as_secs_f64());
        if let Some((state, message)) = one.ended {
            waiting.state = state;
            waiting.message = Some(message);
            return Ok(());
        }
        if one.parts.is_empty() {
            let budget = self.request.pace.budget();
            let why = if interrupted { message::interrupted() } else { message::out_of_budget(budget) };
            waiting.message = Some(why);
            return Ok(());
        }
        let waiting = waiting.clone();
        let executable = &self.request.executables[one.executable];
        let mut workloads = Vec::new();
        for (number, part) in one.parts.iter().enumerate() {
            let copies = one.parts.iter().filter(|other| other.title == part.title).count();
            let mut workload = row::part(executable, &waiting, &part.title, part.copy, copies);
            let times = part.statements.iter().map(|statement| statement.median.value).collect();
            let samples = Samples::new(workload.id.clone(), vec![1; part.statements.len()], times)
                .expect("a part has statements, and their medians are finite");
            let relative = match number {
                0 => format!("artifacts/samples/{:04}.json", one.row),
                number => format!("artifacts/samples/{:04}-{number}.json", one.row),
            };
            let artifact = self.directory.add_samples(&relative, &samples)?;
            row::fill_from_processes(&mut workload, &part.statements, artifact.clone());
            let measured = part.statements.len();
            let notes = [
                (measured < rounds as usize).then(|| message::fewer_processes(measured, rounds, interrupted)),
                row::states_work_but_not_how_much(&workload, &part.statements)
                    .then(message::inexact_throughput),
                message::left_behind(one.strays),
            ];
            let notes: Vec<String> = notes.into_iter().flatten().collect();
            workload.message = (!notes.is_empty()).then(|| notes.join("\n"));
            self.gathered.samples.insert(artifact, samples);
            workloads.push(workload);
        }
        for title in &one.without_figures {
            let mut workload = row::part(executable, &waiting, title, 0, 1);
            workload.state = WorkloadState::NoResults;
            workload.message = Some(message::measures_nothing());
            workloads.push(workload);
        }
        self.gathered.workloads.splice(one.row..=one.row, workloads);
        Ok(())
    }
}
