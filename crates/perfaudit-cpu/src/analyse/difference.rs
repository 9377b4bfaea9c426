//! What became faster or slower from one profile to another.

use std::collections::BTreeMap;

use perfaudit_result::{
    ConfidenceLevel, CpuProfile, Estimate, Figure, FunctionChange, Interval, Method, Of, OriginKind,
    ProfileDifference, Unit,
};
use perfaudit_stats::{Share, difference_interval, discoveries, share_difference, time_difference};

use super::shares::{Whole, estimated, time};

/// A profile with the measured time of an iteration.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// The measured part.
    pub profile: &'a CpuProfile,
    /// The median time of an iteration, in nanoseconds, with its interval; none where there is no measurement.
    pub median: Option<&'a Figure>,
}

/// How profiles are compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DifferenceOptions {
    /// The share of the reported changes that may be false, on average.
    pub false_discovery_rate: f64,
    /// By how much the same program differs from itself on this machine, as a ratio, where that is known: a time whose
    /// interval does not lie beyond it is no change. Shares are not held against it.
    pub noise_floor: Option<f64>,
    /// Compares profiles that were taken in different ways, and says so in the result.
    pub allow_unlike: bool,
}

impl Default for DifferenceOptions {
    fn default() -> Self {
        Self { false_discovery_rate: 0.01, noise_floor: None, allow_unlike: false }
    }
}

/// Profiles that must not be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DifferenceError {
    /// They were taken in different ways.
    #[error("the profiles were not taken in the same way: {}; profile both again, or allow it", .0.join("; "))]
    Unlike(Vec<String>),
    /// One of them has no samples.
    #[error("the profile {0} holds no samples of the measured part: profile it for longer")]
    Empty(&'static str),
}

/// Whether a function changed cannot be told, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untested {
    /// Its readable name.
    pub symbol: String,
    /// Too few samples, or blocks that resemble each other too much.
    pub reason: String,
}

/// What changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Functions that take longer, the largest effect first.
    pub slower: Vec<FunctionChange>,
    /// Functions that take less, the largest effect first.
    pub faster: Vec<FunctionChange>,
    /// Functions that were tested and do not differ by more than chance explains.
    pub undecided: Vec<FunctionChange>,
    /// Functions that could not be tested.
    pub untested: Vec<Untested>,
    /// How the profiles were taken differently, where that was allowed.
    pub unlike: Vec<String>,
}

impl Difference {
    /// As the result tells it: `before` says in words what the profile after is compared with.
    #[must_use]
    pub fn told(self, after: &CpuProfile, before: String, options: DifferenceOptions) -> ProfileDifference {
        ProfileDifference {
            id: after.workload.clone(),
            before,
            false_discovery_rate: options.false_discovery_rate,
            slower: self.slower,
            faster: self.faster,
            undecided: self.undecided.len() as u64,
            undecided_functions: self.undecided,
            untested: self.untested.len() as u64,
            noise_floor: options.noise_floor,
            unlike: self.unlike,
        }
    }
}

/// Compares the self time of each function in two profiles.
///
/// Each function that has enough samples is tested for an equal share (or time, where both sides have a median with
/// an interval), with the variance between blocks of time; Benjamini and Hochberg's procedure keeps false findings
/// at the rate asked for. Of times, only those changes are told whose interval lies beyond the noise floor: the median of
/// one process does not hold what varies from process to process, and every function would carry that. Blocks of one recording do not know how processes differ from each other (layout, cache,
/// input order): a finding speaks of these two recordings, and an A/B measurement has to confirm it.
///
/// # Errors
/// Profiles that were taken in different ways, unless that is allowed, and profiles without samples.
pub fn difference(
    before: Side<'_>,
    after: Side<'_>,
    options: DifferenceOptions,
) -> Result<Difference, DifferenceError> {
    let unlike = unlike(before.profile, after.profile);
    if !unlike.is_empty() && !options.allow_unlike {
        return Err(DifferenceError::Unlike(unlike));
    }
    for (side, name) in [(before, "before"), (after, "after")] {
        if side.profile.total() == 0 {
            return Err(DifferenceError::Empty(name));
        }
    }
    let (whole_before, whole_after) = (Whole::of(before.profile), Whole::of(after.profile));
    let (hits_before, hits_after) = (by_function(before.profile), by_function(after.profile));
    let mut keys: Vec<&Key> = hits_before.keys().chain(hits_after.keys()).collect();
    keys.sort_unstable();
    keys.dedup();

    let mut tested = Vec::new();
    let mut untested = Vec::new();
    for key in keys {
        let side = |hits: &BTreeMap<Key, Vec<u64>>, whole: &Whole| {
            hits.get(key).cloned().unwrap_or_else(|| vec![0; whole.blocks()])
        };
        let (before_hits, after_hits) = (side(&hits_before, &whole_before), side(&hits_after, &whole_after));
        let shares = [whole_before.share(&before_hits), whole_after.share(&after_hits)];
        let figures = [whole_before.figure(&before_hits), whole_after.figure(&after_hits)];
        match change(key, shares, figures, before.median.zip(after.median)) {
            Some(change) => tested.push(change),
            None => {
                let reason = format!(
                    "seen in {} and {} samples, too few for a test",
                    shares[0].hits(),
                    shares[1].hits()
                );
                untested.push(Untested { symbol: key.symbol.clone(), reason });
            }
        }
    }
    let p: Vec<f64> = tested.iter().map(|change| change.p).collect();
    let mut found =
        Difference { slower: Vec::new(), faster: Vec::new(), undecided: Vec::new(), untested, unlike };
    for (change, is_found) in tested.into_iter().zip(discoveries(&p, options.false_discovery_rate)) {
        let effect = change.effect.value().unwrap_or(0.0);
        match is_found && exceeds(&change, options.noise_floor) {
            true if effect > 0.0 => found.slower.push(change),
            true => found.faster.push(change),
            false => found.undecided.push(change),
        }
    }
    let size = |change: &FunctionChange| change.effect.value().unwrap_or(0.0).abs();
    for list in [&mut found.slower, &mut found.faster, &mut found.undecided] {
        list.sort_by(|a, b| size(b).total_cmp(&size(a)));
    }
    Ok(found)
}

/// What makes functions of two profiles the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    symbol: String,
    file: Option<String>,
    kind: OriginKind,
}

/// Samples of each function itself in each block. Instances with the same name and file are one function.
fn by_function(profile: &CpuProfile) -> BTreeMap<Key, Vec<u64>> {
    let mut found: BTreeMap<Key, Vec<u64>> = BTreeMap::new();
    let blocks = profile.blocks.count as usize;
    for run in &profile.samples {
        let frame = profile.frames[profile.nodes[run.node as usize].frame as usize];
        let function = &profile.functions[frame.function as usize];
        let kind = profile.origins[function.origin as usize].kind;
        let key = Key { symbol: function.name.clone(), file: function.file.clone(), kind };
        found.entry(key).or_insert_with(|| vec![0; blocks])[run.block as usize] += run.count;
    }
    found
}

fn change(
    key: &Key,
    shares: [Share; 2],
    [before, after]: [Figure; 2],
    medians: Option<(&Figure, &Figure)>,
) -> Option<FunctionChange> {
    let timed = medians.and_then(|(a, b)| Some([(a, estimated(a)?), (b, estimated(b)?)]));
    let [share_before, share_after] = &shares;
    let (mut time_before, mut time_after) = (None, None);
    let (effect, p) = match timed {
        Some([(median_a, time_a), (median_b, time_b)]) => {
            let test = time_difference((share_before, time_a), (share_after, time_b))?;
            (time_before, time_after) = (time(&before, median_a), time(&after, median_b));
            let (a, b) = (time_before.as_ref(), time_after.as_ref());
            (effect(test.difference, a, b, before.n + after.n, Unit::Nanoseconds), test.p)
        }
        None => {
            let test = share_difference(share_before, share_after)?;
            (effect(test.difference, Some(&before), Some(&after), before.n + after.n, Unit::Ratio), test.p)
        }
    };
    let (symbol, file) = (key.symbol.clone(), key.file.clone());
    Some(FunctionChange { symbol, file, before, after, time_before, time_after, effect, p })
}

/// Whether a change of time is larger than what the machine makes of no change. One of a share always is.
fn exceeds(change: &FunctionChange, noise_floor: Option<f64>) -> bool {
    let (Some(floor), Some(before)) = (noise_floor, change.time_before.as_ref()) else { return true };
    let least = floor * before.value().unwrap_or(0.0);
    // A function that is new or gone has no interval of its time: its effect is all of the time that it has or had.
    match (change.effect.interval(), change.effect.value()) {
        (Some(interval), _) => interval.lower() > least || interval.upper() < -least,
        (None, Some(effect)) => effect.abs() > least,
        (None, None) => false,
    }
}

/// The difference with the errors of both sides.
fn effect(value: f64, before: Option<&Figure>, after: Option<&Figure>, n: u64, unit: Unit) -> Figure {
    let interval = before
        .and_then(estimated)
        .zip(after.and_then(estimated))
        .map(|(before, after)| difference_interval(before, after).interval)
        .and_then(|interval| Interval::new(interval.lower, interval.upper).ok());
    let estimate = match interval {
        Some(interval) => Estimate::WithInterval { value, interval, level: ConfidenceLevel::P95 },
        None => {
            let reason = [before, after].into_iter().flatten().find_map(Figure::reason);
            let reason = reason.unwrap_or("one of the two sides has no interval").to_owned();
            Estimate::WithoutInterval { value, reason }
        }
    };
    let method = "after less before; errors of both combined (Zou and Donner)";
    Figure { estimate, unit, n, method: Method(method.into()), of: Of::Sample }
}

/// Rates that differ by more are told apart: a sampler misses its rate by less.
const RATE_TOLERANCE: f64 = 0.05;

fn unlike(before: &CpuProfile, after: &CpuProfile) -> Vec<String> {
    let (a, b) = (&before.sampler, &after.sampler);
    let mut found = Vec::new();
    if a.rung != b.rung {
        found.push(format!("`{}` before, `{}` after", a.rung.label(), b.rung.label()));
    }
    if a.event != b.event {
        found.push("samples were made by different events".to_owned());
    }
    if (a.asked_hz / b.asked_hz - 1.0).abs() > RATE_TOLERANCE {
        found.push(format!("{} Hz before, {} Hz after", a.asked_hz, b.asked_hz));
    }
    found
}

#[cfg(test)]
#[path = "difference_tests.rs"]
mod tests;
