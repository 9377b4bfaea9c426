//! The functions behind a change: CPU profiles of both sides, beside each other.

use std::collections::BTreeMap;
use std::time::Duration;

use perfaudit_bench::{ProfileRequest, profiled_process};
use perfaudit_cpu::Recording;
use perfaudit_cpu::analyse::{self, DifferenceOptions, Precision, Scope, difference, measured_part};
use perfaudit_cpu::record::{self, RecordOptions, Recorded};
use perfaudit_cpu::symbols::{SymbolPlaces, symbolise};
use perfaudit_exec::{Command, Ending, Gate};
use perfaudit_prove::{Both, Contested, Side};
use perfaudit_result::{
    ArtifactId, ArtifactKind, CpuProfile, Estimate, Figure, MetricName, PairedRow, ResponsibleFunctions,
    WorkloadKind,
};
use perfaudit_run::{RunDirectory, RunDirectoryError};

use super::Sides;
use super::again::{Looking, Measured};
use crate::flow::again::Homes;
use crate::flow::cpu::harness_source::{harness, timed_lines};
use crate::flow::cpu::{LEAST_COMMAND_TIME, MOST_COMMAND_RUNS, benchmark_time};

/// Profiles both sides of what changed, the largest changes first, as far as the time goes. Why a row has no functions is
/// told in it.
pub(super) fn name(
    looking: Looking<'_>,
    sides: &mut Sides,
    measured: &mut [Measured<'_, '_>],
    directory: &mut RunDirectory,
) -> Result<BTreeMap<ArtifactId, CpuProfile>, RunDirectoryError> {
    let mut kept = BTreeMap::new();
    let mut changed: Vec<&mut Measured<'_, '_>> =
        measured.iter_mut().filter(|(_, row)| row.verdict.is_change()).collect();
    let size = |row: &PairedRow| row.effect.value().map_or(0.0, f64::abs);
    changed.sort_by(|a, b| size(b.1).total_cmp(&size(a.1)));
    let of = changed.len();
    for (index, (contested, row)) in changed.into_iter().enumerate() {
        looking.progress.say(format!("cpu   {}/{of}: {}", index + 1, row.id));
        let profiles = looking.refusal().map_or_else(|| profiles(looking, sides, contested, directory), Err);
        match profiles.and_then(|profiles| Ok((responsible(&profiles, row)?, profiles))) {
            Ok((functions, profiles)) => {
                row.functions = Some(functions);
                for side in Side::BOTH {
                    let profile = profiles.get(side);
                    let json = serde_json::to_vec(profile)
                        .expect("a profile has only finite numbers and string keys");
                    let path = format!("artifacts/cpu/{index:04}-{}.json", side.letter().to_lowercase());
                    let artifact = directory.add(ArtifactKind::CpuProfile, &path, &json)?;
                    kept.insert(artifact, profile.clone());
                }
            }
            Err(why) => row.remarks.push(format!("the functions behind the change are not known: {why}")),
        }
    }
    Ok(kept)
}

/// The measured part of both sides.
fn profiles(
    looking: Looking<'_>,
    sides: &mut Sides,
    contested: &Contested<'_>,
    directory: &RunDirectory,
) -> Result<Both<CpuProfile>, String> {
    let gate =
        Gate::of_this_program().map_err(|error| format!("this program cannot find itself: {error}"))?;
    let homes = Homes::within(directory).map_err(|error| format!("there is no folder for it: {error}"))?;
    let mut session = Session { looking, gate, options: RecordOptions::default(), homes };
    Both::try_of(|side| {
        session.profile(sides, contested, side).map_err(|why| format!("{}: {why}", side.letter()))
    })
}

struct Session<'a> {
    looking: Looking<'a>,
    gate: Gate,
    options: RecordOptions,
    homes: Homes,
}

impl Session<'_> {
    fn profile(
        &mut self,
        sides: &mut Sides,
        contested: &Contested<'_>,
        side: Side,
    ) -> Result<CpuProfile, String> {
        let sources = self.looking.sources(sides, side)?;
        let recording = match contested.subject.held(side) {
            None => self.commands(&self.looking.command(contested, side)?)?,
            Some((executable, workload, all)) => {
                let home = self.homes.open()?;
                let time = benchmark_time(self.looking.mode);
                let request = ProfileRequest {
                    executable,
                    workload,
                    median_ns: contested.compared().last().map(|pair| pair.sides.get(side).value_ns),
                    all,
                    time,
                    home: &home,
                    limit: self.looking.patience + time * 20,
                };
                let recording = self.record(&profiled_process(request)?.command)?.0;
                Homes::close(home);
                recording
            }
        };
        let places = SymbolPlaces::of_this_machine();
        let profile = symbolise(&recording, contested.subject.id.clone(), &sources, &places).profile;
        let Some(harness) = harness(contested.subject.kind) else { return Ok(profile) };
        let timed = timed_lines(harness, &profile.functions);
        let part = measured_part(&profile, &Scope { harness, timed });
        match part.precision {
            Precision::NotFound => Err("the measured function is in no stack of its profile".to_owned()),
            Precision::Timed | Precision::BelowEntry(_) => Ok(part.profile),
        }
    }

    /// A command as a whole; a short one several times.
    fn commands(&self, command: &Command) -> Result<Recording, String> {
        let (mut whole, mut spent) = self.record(command)?;
        let mut runs = 1;
        while spent < LEAST_COMMAND_TIME && runs < MOST_COMMAND_RUNS && !self.looking.interrupt.is_set() {
            let (recording, took) = self.record(command)?;
            whole.join(recording);
            spent += took;
            runs += 1;
        }
        Ok(whole)
    }

    fn record(&self, command: &Command) -> Result<(Recording, Duration), String> {
        let recorded = record::run(command, &self.gate, &self.options, self.looking.interrupt, &mut |_| {});
        let (Recorded { recording, .. }, finished) = recorded.map_err(|error| error.to_string())?;
        match finished.ending {
            Ending::Exited(_) => Ok((recording, finished.duration)),
            ending => Err(format!("{} while it was profiled", ending.describe())),
        }
    }
}

/// What changed in the functions of a row.
fn responsible(profiles: &Both<CpuProfile>, row: &PairedRow) -> Result<ResponsibleFunctions, String> {
    let [before, after] = divisible(row, &profiles.b);
    let options = DifferenceOptions { noise_floor: row.noise_floor, ..DifferenceOptions::default() };
    let found = difference(
        analyse::Side { profile: &profiles.a, median: before },
        analyse::Side { profile: &profiles.b, median: after },
        options,
    );
    let found = found.map_err(|error| error.to_string())?;
    let samples = |profile: &CpuProfile| profile.samples.iter().map(|run| run.count).sum();
    let sampler = &profiles.b.sampler;
    Ok(ResponsibleFunctions {
        rung: sampler.rung,
        rate_hz: sampler.asked_hz,
        samples: [samples(&profiles.a), samples(&profiles.b)],
        difference: found.told(&profiles.b, "A".to_owned(), options),
    })
}

/// The times that shares of samples are shares of: of a benchmark those of an iteration, of a command its CPU time, where
/// samples stand for all of it.
fn divisible<'a>(row: &'a PairedRow, profile: &CpuProfile) -> [Option<&'a Figure>; 2] {
    let is_known = |figure: &&Figure| matches!(figure.estimate, Estimate::WithInterval { .. });
    let both = if row.kind == WorkloadKind::Command {
        let cpu = row.metrics.iter().find(|metric| metric.metric == MetricName::CPU_TIME);
        let cpu = cpu.filter(|_| profile.sampler.rung.counts_kernel());
        cpu.map_or([None; 2], |cpu| [Some(&cpu.before), Some(&cpu.after)])
    } else {
        [Some(&row.before), Some(&row.after)]
    };
    both.map(|figure| figure.filter(is_known))
}
