//! How far this machine differs from itself: from the store, else measured.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use jiff::Timestamp;
use perfaudit_bench::{
    CommandLine, CommandSpec, FLOOR_SHARE, SelfPairs, SelfPairsError, estimate_floors, kernel_noise,
    measure_against_themselves,
};
use perfaudit_exec::timed::{Launcher, OutputUse, TimedError};
use perfaudit_exec::{CpuTime, Interrupt};
use perfaudit_history::{KeptFloor, MachineState, NoiseFloors, StoreError};
use perfaudit_host::{CpuTicks, NoiseKernel, after_measuring, governor};
use perfaudit_project::config::FloorSource;
use perfaudit_result::{EstimateFloor, Host, KernelNoise, Limit, NoiseFloor, PreconditionStatus};

/// Measuring a floor takes at most this long.
pub(crate) const LONGEST: Duration = Duration::from_secs(10);
/// A floor that is older is measured again: what else runs on a machine, and on the one below it, changes.
const MOST_DAYS: u64 = 7;
/// What this program is told, as its first argument, to do the work of a kernel; the second names the kernel.
const ASKED: &str = "--perfaudit-noise-kernel";

/// Does the work of a kernel if this process was started for that. It comes before the arguments are understood, which
/// would take time and memory of its own.
#[must_use]
pub(crate) fn work_if_asked(arguments: &[std::ffi::OsString]) -> Option<ExitCode> {
    let [_, asked, name] = arguments else { return None };
    if asked != ASKED {
        return None;
    }
    let kernel = NoiseKernel::named(name.to_str()?)?;
    kernel.run();
    Some(ExitCode::SUCCESS)
}

/// How a floor is to be had.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FloorRequest<'a> {
    pub(crate) source: FloorSource,
    /// The place of the store, if the user named one.
    pub(crate) store: Option<&'a Path>,
    /// Why it must not be measured now, though the source would allow it.
    pub(crate) not_now: Option<&'a str>,
    pub(crate) seed: u64,
}

/// A floor, or the reason why there is none.
#[derive(Debug)]
pub(crate) struct Floor {
    pub(crate) floor: Result<NoiseFloor, String>,
    /// What the user should know: it could not be read or kept.
    pub(crate) warnings: Vec<Warning>,
}

/// Something that went wrong with the floor, and what helps.
#[derive(Debug)]
pub(crate) struct Warning {
    pub(crate) message: String,
    pub(crate) remedy: &'static str,
}

/// Why a floor was not measured.
#[derive(Debug, thiserror::Error)]
enum FloorError {
    #[error(transparent)]
    Launcher(#[from] TimedError),
    #[error("this program cannot find itself: {0}")]
    Program(std::io::Error),
    #[error(transparent)]
    Pairs(#[from] SelfPairsError),
    #[error("there are too few pairs of runs")]
    TooFew,
}

/// The floor of this machine. Whatever goes wrong with the store or with measuring is told and ends nothing. `measuring`
/// is called before it is measured.
pub(crate) fn establish(
    request: &FloorRequest<'_>,
    host: &Host,
    interrupt: &Interrupt,
    measuring: impl FnOnce(),
) -> Floor {
    let machine = state_of(host);
    let mut warnings = Vec::new();
    let unkept = |error: StoreError| Warning {
        message: format!("the noise floor is not kept for later runs: {error}"),
        remedy: "name a folder that can be written with `--store`",
    };
    let store = NoiseFloors::open(request.store).map_err(|error| warnings.push(unkept(error))).ok();
    let kept = store.as_ref().and_then(|store| {
        store.load(&machine).unwrap_or_else(|error| {
            warnings.push(unkept(error));
            None
        })
    });
    let now = Timestamp::now();
    let kept = kept.and_then(|kept| aged(kept.floor, now));
    let is_young = kept.as_ref().is_some_and(|floor| floor.age_s <= MOST_DAYS * 24 * 3600);
    let measure = match request.source {
        FloorSource::Auto => !is_young,
        FloorSource::Stored => false,
        FloorSource::Fresh => true,
    };
    if !measure || request.not_now.is_some() {
        let why = || match request.not_now {
            Some(why) if measure => format!("the noise floor of this machine is not known: {why}"),
            _ => "the noise floor of this machine is not known, and was not to be measured".to_owned(),
        };
        return Floor { floor: kept.ok_or_else(why), warnings };
    }
    measuring();
    let floor = match measured(request.seed, now, interrupt) {
        Ok(Measured { floor, pairs, disturbed: None }) => {
            let pairs_ns = pairs.into_iter().map(|pairs| pairs.pairs_ns).collect();
            let kept = KeptFloor::new(machine, floor.clone(), pairs_ns);
            let saved = store.map_or(Ok(()), |store| store.save(&kept));
            warnings.extend(saved.err().map(unkept));
            Ok(floor)
        }
        // It tells of this hour, and would hide changes for a week.
        Ok(Measured { floor, disturbed: Some(disturbed), .. }) => {
            warnings.push(Warning {
                message: format!(
                    "the noise floor is not kept for later runs: {disturbed} while it was measured"
                ),
                remedy: "run `perfaudit doctor --noise-floor fresh` while the machine does nothing else",
            });
            Ok(floor)
        }
        Err(error) => kept.ok_or_else(|| format!("the noise floor could not be measured: {error}")),
    };
    Floor { floor, warnings }
}

/// Fills in the noise floor of the host, or says why there is none where something is `measured` that it bears on.
pub(crate) fn told(
    floor: Result<NoiseFloor, String>,
    warnings: Vec<Warning>,
    host: &mut Host,
    is_measured: bool,
) -> Vec<Limit> {
    let limit = |code: &str, message: String, remedy: &str| Limit {
        code: code.to_owned(),
        message,
        remedy: Some(remedy.to_owned()),
    };
    let remedy = "run `perfaudit doctor --noise-floor fresh` while the machine does nothing else";
    let mut limits: Vec<Limit> = warnings
        .into_iter()
        .map(|warning| limit("noise-floor-not-kept", warning.message, warning.remedy))
        .collect();
    match floor {
        Ok(floor) => host.noise_floor = Some(floor),
        Err(_) if !is_measured => {}
        Err(reason) => limits.push(limit("noise-floor", reason, remedy)),
    }
    limits
}

fn state_of(host: &Host) -> MachineState {
    MachineState {
        cpu: host.cpu.clone(),
        cores: host.cores,
        kernel: format!("{} {}", host.os, host.kernel),
        arch: host.arch.clone(),
        governor: governor(),
    }
}

/// The floor with its age. One of the future was made by another clock, and is worth nothing.
fn aged(floor: NoiseFloor, now: Timestamp) -> Option<NoiseFloor> {
    let measured: Timestamp = floor.measured.parse().ok()?;
    let age_s = u64::try_from(now.as_second() - measured.as_second()).ok()?;
    Some(NoiseFloor { age_s, ..floor })
}

struct Measured {
    floor: NoiseFloor,
    pairs: Vec<SelfPairs>,
    /// What else the machine did, if that was too much.
    disturbed: Option<String>,
}

fn measured(seed: u64, now: Timestamp, interrupt: &Interrupt) -> Result<Measured, FloorError> {
    let program = std::env::current_exe().map_err(FloorError::Program)?;
    let program = program.to_str().ok_or_else(|| {
        FloorError::Program(std::io::Error::new(std::io::ErrorKind::InvalidData, "its path is no UTF-8"))
    })?;
    let specs = NoiseKernel::ALL.map(|kernel| {
        let argv = [program, ASKED, kernel.name()].map(str::to_owned).to_vec();
        CommandSpec {
            output: OutputUse::Discarded,
            ..CommandSpec::new(kernel.name(), CommandLine::Argv(argv), "/".into())
        }
    });
    let (ticks, cpu_time) = (CpuTicks::now(), CpuTime::now());
    let mut launcher = Launcher::of_this_program()?;
    let pairs = measure_against_themselves(&specs, LONGEST, seed, &mut launcher, interrupt)?;
    // What its children took is known once it has ended.
    drop(launcher);
    let ours = CpuTime::now().since(cpu_time);
    let meanwhile =
        ticks.zip(CpuTicks::now()).map(|(before, now)| now.meanwhile(before, ours.own + ours.children));
    let disturbed = after_measuring(meanwhile)
        .into_iter()
        .find(|condition| condition.status == PreconditionStatus::Violated)
        .map(|condition| condition.message.replace(" while benchmarks ran", ""));
    let kernels: Vec<KernelNoise> =
        pairs.iter().map(kernel_noise).collect::<Option<_>>().ok_or(FloorError::TooFew)?;
    let estimates = widest_estimates(pairs.iter().map(estimate_floors));
    if estimates.is_empty() {
        return Err(FloorError::TooFew);
    }
    let floor = floor_of(kernels, estimates, now).ok_or(FloorError::TooFew)?;
    Ok(Measured { floor, pairs, disturbed })
}

/// The floor is that of the kernel which differs most from itself: which of them a program is like is not known.
fn floor_of(kernels: Vec<KernelNoise>, estimates: Vec<EstimateFloor>, now: Timestamp) -> Option<NoiseFloor> {
    let widest = kernels.iter().max_by(|a, b| a.ratio.total_cmp(&b.ratio))?;
    Some(NoiseFloor {
        ratio: widest.ratio,
        share: FLOOR_SHARE.get(),
        level: widest.level,
        pairs: widest.pairs,
        comparisons: widest.comparisons,
        measured: now.to_string(),
        age_s: 0,
        estimates,
        kernels,
    })
}

/// For each number of pairs the largest floor of any kernel, where all of them have one.
fn widest_estimates(kernels: impl IntoIterator<Item = Vec<EstimateFloor>>) -> Vec<EstimateFloor> {
    let wider = |one: EstimateFloor, other: EstimateFloor| EstimateFloor {
        pairs: one.pairs,
        ratio: one.ratio.max(other.ratio),
        errors: one.errors.max(other.errors),
        level: if one.level.get() < other.level.get() { one.level } else { other.level },
        comparisons: one.comparisons.min(other.comparisons),
    };
    let both = |one: Vec<EstimateFloor>, other: Vec<EstimateFloor>| {
        let there = |pairs| other.iter().copied().find(|floor| floor.pairs == pairs);
        one.into_iter().filter_map(|floor| Some(wider(floor, there(floor.pairs)?))).collect()
    };
    kernels.into_iter().reduce(both).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use perfaudit_result::ConfidenceLevel;

    use super::*;

    fn floor(measured: &str) -> NoiseFloor {
        let kernel = |name: &str, ratio| KernelNoise {
            name: name.into(),
            ratio,
            level: ConfidenceLevel::P95,
            pairs: 295,
            comparisons: 59,
            median_ns: 5e6,
        };
        let kernels = vec![kernel("cpu", 0.01), kernel("memory", 0.04)];
        floor_of(kernels, Vec::new(), measured.parse().unwrap()).unwrap()
    }

    #[test]
    fn the_floor_of_an_estimate_is_that_of_the_noisiest_kernel_for_as_many_pairs() {
        let level = ConfidenceLevel::P95;
        let floor = |pairs, ratio, errors| EstimateFloor { pairs, ratio, errors, level, comparisons: 9 };
        let cpu = vec![floor(10, 0.03, 2.0), floor(16, 0.01, 2.0), floor(24, 0.01, 2.0)];
        let memory = vec![floor(10, 0.02, 4.0), floor(16, 0.02, 1.0)];
        assert_eq!(widest_estimates([cpu, memory]), [floor(10, 0.03, 4.0), floor(16, 0.02, 2.0)]);
    }

    #[test]
    fn the_floor_is_that_of_the_noisiest_kernel() {
        let floor = floor("2026-01-01T00:00:00Z");
        assert!((floor.ratio - 0.04).abs() < 1e-12);
        assert_eq!((floor.pairs, floor.comparisons, floor.kernels.len()), (295, 59, 2));
    }

    #[test]
    fn a_floor_knows_its_age_and_one_of_the_future_is_none() {
        let now: Timestamp = "2026-01-08T00:00:01Z".parse().unwrap();
        assert_eq!(aged(floor("2026-01-01T00:00:00Z"), now).unwrap().age_s, 7 * 24 * 3600 + 1);
        assert_eq!(aged(floor("2026-02-01T00:00:00Z"), now), None);
    }

    fn never() {
        unreachable!("it is measured");
    }

    #[test]
    fn a_kept_floor_is_used_and_told_with_its_age_and_an_old_one_only_if_it_cannot_be_measured() {
        let place = tempfile::tempdir().unwrap();
        let store = Some(place.path());
        let host = perfaudit_host::host(&perfaudit_host::calibrate());
        let establish = |source, not_now| {
            let request = FloorRequest { source, store, not_now, seed: 1 };
            establish(&request, &host, &Interrupt::new(), never).floor
        };
        assert!(establish(FloorSource::Stored, None).unwrap_err().contains("was not to be measured"));
        assert!(establish(FloorSource::Auto, Some("no time")).unwrap_err().ends_with("no time"));
        let keep = |days: i64| {
            let day = Timestamp::from_second(Timestamp::now().as_second() - days * 24 * 3600).unwrap();
            let kept = KeptFloor::new(state_of(&host), floor(&day.to_string()), Vec::new());
            NoiseFloors::open(store).unwrap().save(&kept).unwrap();
        };
        keep(2);
        let young = establish(FloorSource::Auto, None).unwrap();
        assert_eq!(young.age_s / 3600, 48);
        keep(8);
        assert_eq!(establish(FloorSource::Stored, None).unwrap().age_s / (24 * 3600), 8);
        assert_eq!(establish(FloorSource::Auto, Some("no time")).unwrap().age_s / (24 * 3600), 8);
    }

    #[test]
    fn other_arguments_are_no_kernel() {
        let words = |words: &[&str]| words.iter().map(Into::into).collect::<Vec<std::ffi::OsString>>();
        assert!(work_if_asked(&words(&["perfaudit", "audit", "."])).is_none());
        assert!(work_if_asked(&words(&["perfaudit", ASKED, "disk"])).is_none());
        assert!(work_if_asked(&words(&["perfaudit", ASKED, "cpu"])).is_some());
    }
}
