//! Commands against themselves: the noise floor of the machine.
//!
//! What is measured is what a comparison of two builds measures, with the same code, but both are one: two rows for
//! each command take turns, each run in a process of its own with a padding of its own.

use std::time::{Duration, Instant};

use perfaudit_exec::Interrupt;
use perfaudit_exec::timed::Launcher;
use perfaudit_result::{ConfidenceLevel, EstimateFloor, KernelNoise, Mode};
use perfaudit_stats::{Level, LogRatio, Probability, Sample, aa_bound, aa_error_bound, aa_estimate_bound};

use super::effort::Effort;
use super::session::{Means, Session};
use super::spec::{CommandSpec, Runs};
use super::{CommandEvent, CommandRequest, Measurer, row_of};

/// A median is one of as many runs.
const BLOCK: u32 = 5;
/// As many comparisons make the largest difference a bound of the 95th percentile at 95 %.
const COMPARISONS: u32 = 59;
/// The share of comparisons that the floor bounds.
pub const FLOOR_SHARE: Probability = Probability::P95;

/// A command against itself.
#[derive(Debug, Clone, PartialEq)]
pub struct SelfPairs {
    /// The name of the command.
    pub name: String,
    /// The wall times of both runs of each pair, in nanoseconds.
    pub pairs_ns: Vec<(u64, u64)>,
}

/// Why commands could not be measured against themselves.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelfPairsError {
    /// The user interrupted.
    #[error("interrupted")]
    Interrupted,
    /// A run failed.
    #[error("a run of `{name}` failed: {message}")]
    Failed {
        /// The command.
        name: String,
        /// What happened.
        message: String,
    },
    /// There were too few runs.
    #[error("only {pairs} pairs of `{name}` were measured in {budget:.0?}, too few for a comparison")]
    TooFew {
        /// The command.
        name: String,
        /// Pairs of runs.
        pairs: usize,
        /// How long it took.
        budget: Duration,
    },
}

/// Measures each command against itself, all of them by turns, for at most `budget`.
///
/// # Errors
/// When it is interrupted, a command fails, or the time does not suffice for a comparison.
pub fn measure_against_themselves(
    specs: &[CommandSpec],
    budget: Duration,
    seed: u64,
    launcher: &mut Launcher,
    interrupt: &Interrupt,
) -> Result<Vec<SelfPairs>, SelfPairsError> {
    let runs = std::num::NonZeroU32::new(BLOCK * COMPARISONS).expect("59 comparisons are not none");
    let effort = Effort::new(Mode::Full, Runs::Fixed(runs));
    let request = CommandRequest {
        specs,
        mode: Mode::Full,
        budget: Some(budget),
        seed,
        patience: budget,
        earlier: None,
        spent: Duration::ZERO,
        label: "command",
    };
    let both = || specs.iter().flat_map(|spec| [spec, spec]);
    let mut sessions: Vec<Session<'_>> = (0..)
        .zip(both())
        .map(|(index, spec)| {
            let identity = super::earlier::identity(spec, Mode::Full);
            Session::new(spec, row_of(spec).id, identity, effort, budget, seed ^ index)
        })
        .collect();
    let means = Means { launcher, interrupt, patience: budget, started: Instant::now(), spent_before_s: 0.0 };
    let mut measurer = Measurer { request: &request, means, waiting: sessions.len(), launches: 0 };
    measurer.measure(&mut sessions.iter_mut().collect::<Vec<_>>(), &mut |_: CommandEvent<'_>| {});
    if interrupt.is_set() {
        return Err(SelfPairsError::Interrupted);
    }
    sessions.chunks_exact(2).zip(specs).map(|(sides, spec)| paired(sides, spec, budget)).collect()
}

fn paired(sides: &[Session<'_>], spec: &CommandSpec, budget: Duration) -> Result<SelfPairs, SelfPairsError> {
    let name = spec.name.clone();
    if let Some(failure) = sides.iter().find_map(|side| side.failure.as_ref()) {
        return Err(SelfPairsError::Failed { name, message: failure.message.clone() });
    }
    let times = |side: &Session<'_>| side.runs.runs.iter().map(|run| run.wall_ns).collect::<Vec<_>>();
    // One of the two may have had a turn more when the time was over.
    let pairs_ns: Vec<(u64, u64)> = times(&sides[0]).into_iter().zip(times(&sides[1])).collect();
    if pairs_ns.len() < BLOCK as usize {
        return Err(SelfPairsError::TooFew { name, pairs: pairs_ns.len(), budget });
    }
    Ok(SelfPairs { name, pairs_ns })
}

/// What the pairs of one command say: see [`perfaudit_stats::aa_bound`]. None when there are too few.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "times are below 2^53 ns")]
pub fn kernel_noise(measured: &SelfPairs) -> Option<KernelNoise> {
    let pairs: Vec<(f64, f64)> =
        measured.pairs_ns.iter().map(|&(one, other)| (one as f64, other as f64)).collect();
    let bound = aa_bound(&pairs, BLOCK as usize, FLOOR_SHARE, Level::P95).ok()?;
    let all = Sample::new(pairs.iter().flat_map(|&(one, other)| [one, other]).collect()).ok()?;
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Some(KernelNoise {
        name: measured.name.clone(),
        ratio: bound.bound.change(),
        level: ConfidenceLevel::new(bound.achieved_level).ok()?,
        pairs: count(pairs.len()),
        comparisons: count(bound.comparisons),
        median_ns: all.median(),
    })
}

/// The numbers of pairs for which it is told how far their estimate lies from nothing: those at which a comparison is
/// judged, and what is beyond them.
const ESTIMATES_OF: [u32; 5] = [10, 16, 24, 32, 48];

/// How far the estimates of so many pairs of one command lie from nothing: see [`perfaudit_stats::aa_estimate_bound`]
/// and [`perfaudit_stats::aa_error_bound`].
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "times are below 2^53 ns")]
pub fn estimate_floors(measured: &SelfPairs) -> Vec<EstimateFloor> {
    let differences: Vec<LogRatio> = measured
        .pairs_ns
        .iter()
        .filter_map(|&(one, other)| LogRatio::between(one as f64, other as f64))
        .collect();
    let floor = |pairs: u32| {
        let bound = aa_estimate_bound(&differences, pairs as usize, FLOOR_SHARE, Level::P95).ok()?;
        let errors = aa_error_bound(&differences, pairs as usize, FLOOR_SHARE, Level::P95).ok()?;
        Some(EstimateFloor {
            pairs,
            ratio: bound.bound.change(),
            errors: errors.bound.get(),
            level: ConfidenceLevel::new(bound.achieved_level.min(errors.achieved_level)).ok()?,
            comparisons: u32::try_from(bound.comparisons).unwrap_or(u32::MAX),
        })
    };
    ESTIMATES_OF.into_iter().filter_map(floor).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_noise_of_a_kernel_is_a_ratio_with_what_it_rests_on() {
        // Every second block of five pairs differs by a tenth.
        let pairs_ns = (0..300).map(|i| (1000, if i / 5 % 2 == 0 { 1100 } else { 1000 })).collect();
        let noise = kernel_noise(&SelfPairs { name: "cpu".into(), pairs_ns }).unwrap();
        assert!((noise.ratio - 0.1).abs() < 1e-12, "{noise:?}");
        assert_eq!((noise.pairs, noise.comparisons), (300, 60));
        assert!(noise.level.get() > 0.95);
        assert_eq!(kernel_noise(&SelfPairs { name: "cpu".into(), pairs_ns: vec![(1, 1); 4] }), None);
    }

    #[test]
    fn estimates_of_more_pairs_differ_less_from_nothing_and_rest_on_fewer_comparisons() {
        // By turns a tenth more and a tenth less, and now and then three times as much.
        let pair = |i| {
            if i % 11 == 3 {
                (3000, 1000)
            } else if i % 2 == 0 {
                (1100, 1000)
            } else {
                (1000, 1100)
            }
        };
        let measured = SelfPairs { name: "cpu".into(), pairs_ns: (0..295).map(pair).collect() };
        let floors = estimate_floors(&measured);
        let told: Vec<(u32, u32)> = floors.iter().map(|floor| (floor.pairs, floor.comparisons)).collect();
        assert_eq!(told, [(10, 29), (16, 18), (24, 12), (32, 9), (48, 6)]);
        assert!(floors.iter().all(|floor| floor.ratio < 0.11), "{floors:?}");
        assert!(floors[4].level.get() < floors[0].level.get());
        assert!(estimate_floors(&SelfPairs { pairs_ns: vec![(1, 1); 9], ..measured }).is_empty());
    }
}
