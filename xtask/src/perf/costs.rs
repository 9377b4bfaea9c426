//! What a profiler adds to the CPU time of what it profiles.

use std::num::NonZeroUsize;
use std::time::Instant;

use perfaudit_stats::{Design, Judgement, LogRatio, Looks, Probability, Sample};

use super::arm::{Arm, Subject};
use crate::error::TaskError;
use crate::{complain, say};

/// Fixed work: each benchmark of 10,000 records once, after its fixtures. Other work on the machine changes from second
/// to second, and runs of half a second stand closer together than longer ones.
const WORK: [&str; 2] = ["--test", "end_to_end/.*/10k$"];
/// Our CPU time of the program over perf's has to lie below.
const LIMIT: f64 = 1.05;
/// The light setting may cost this much.
const LIGHT_LIMIT: f64 = 1.01;
/// What it costs is too little to be seen among other work on the machine; so it is sampled this many times as often, and
/// each sample is taken to cost the same.
pub(super) const OFTEN: u32 = 40;
/// After these numbers of rounds the ratios are looked at; the last one is the end.
const LOOKS: [usize; 6] = [20, 40, 80, 160, 320, 640];
/// Both sides together: each bound holds at 95 % over all looks.
const ALPHA: f64 = 0.10;

/// Times of the arms by round, in seconds of CPU time.
type Rounds = [Vec<f64>; 5];

/// Runs rounds until the third arm over the second, and the light setting over the first, are decided, or the time is
/// over. The arms are: alone, perf, ours, ours with a light setting, and that [`OFTEN`] times as often.
pub(super) fn compare(subject: &Subject, arms: [Arm; 5], seconds: f64) -> Result<(), TaskError> {
    let begun = Instant::now();
    let mut rounds = Rounds::default();
    // One that does not count: files are read from the disk.
    Arm::Alone.run(subject, &WORK)?;
    for round in 0..LOOKS[LOOKS.len() - 1] {
        if begun.elapsed().as_secs_f64() > seconds {
            break;
        }
        for at in 0..arms.len() {
            let arm = order(round, at, arms.len());
            rounds[arm].push(arms[arm].run(subject, &WORK)?.cpu_s);
        }
        if LOOKS.contains(&(round + 1)) {
            let (ours, light) = (shown(&ratio(&rounds, 2, 1)?), extrapolated(&ratio(&rounds, 4, 0)?));
            complain(&format!("after {} rounds: {}; light: {}", round + 1, told(ours), told(light)));
            if is_decided(ours, LIMIT) && is_decided(light, LIGHT_LIMIT) {
                break;
            }
        }
    }
    tell(&rounds, arms)
}

fn is_decided(found: Shown, limit: f64) -> bool {
    ["yes", "NO"].contains(&verdict(found, limit))
}

/// Each round begins with another arm, and every second one runs backwards.
fn order(round: usize, at: usize, arms: usize) -> usize {
    let at = if round.is_multiple_of(2) { at } else { arms - 1 - at };
    (round / 2 + at) % arms
}

fn tell(rounds: &Rounds, arms: [Arm; 5]) -> Result<(), TaskError> {
    let alone = Sample::new(rounds[0].clone()).map_err(|error| TaskError::Failed(error.to_string()))?;
    let [_, _, ours, light, often] = arms;
    say(&format!(
        "CPU time of the program, {} rounds by turns, {:.3} s alone (range {:.1} %); each bound holds at 95 % over {} looks",
        rounds[0].len(),
        alone.median(),
        100.0 * (alone.max() - alone.min()) / alone.median(),
        LOOKS.len()
    ));
    say("| CPU time of the program | over | ratio | wanted | |");
    say("|---|---|---|---|---|");
    let row = |what: &str, over: &str, found: Shown, wanted: Option<f64>| {
        let verdict = wanted.map_or("", |limit| verdict(found, limit));
        let wanted = wanted.map_or("-".to_owned(), |limit| format!("below {limit}"));
        say(&format!("| {what} | {over} | {} | {wanted} | {verdict} |", told(found)));
    };
    row(&ours.label(), "under perf", shown(&ratio(rounds, 2, 1)?), Some(LIMIT));
    row("under perf", "alone", shown(&ratio(rounds, 1, 0)?), None);
    row(&ours.label(), "alone", shown(&ratio(rounds, 2, 0)?), None);
    row(&light.label(), "alone", shown(&ratio(rounds, 3, 0)?), None);
    let many = ratio(rounds, 4, 0)?;
    row(&often.label(), "alone", shown(&many), None);
    let label = format!("{}, as one in {OFTEN} of these samples", light.label());
    row(&label, "alone", extrapolated(&many), Some(LIGHT_LIMIT));
    Ok(())
}

/// A ratio, and its interval where there are enough rounds.
#[derive(Debug, Clone, Copy)]
struct Shown {
    value: f64,
    interval: Option<(f64, f64)>,
}

impl Shown {
    fn map(self, change: impl Fn(f64) -> f64) -> Self {
        Self {
            value: change(self.value),
            interval: self.interval.map(|(lower, upper)| (change(lower), change(upper))),
        }
    }
}

fn shown(found: &Judgement) -> Shown {
    let factor = |ratio: LogRatio| ratio.get().exp();
    Shown {
        value: factor(found.effect),
        interval: found.interval.map(|interval| (factor(interval.lower), factor(interval.upper))),
    }
}

/// The ratio at the rate of the light setting, from that at many times its rate.
fn extrapolated(found: &Judgement) -> Shown {
    shown(found).map(|ratio| 1.0 + (ratio - 1.0) / f64::from(OFTEN))
}

fn verdict(found: Shown, limit: f64) -> &'static str {
    match found.interval {
        Some((_, upper)) if upper < limit => "yes",
        Some((lower, _)) if lower > limit => "NO",
        Some(_) => "undecided",
        None => "too few rounds",
    }
}

fn told(found: Shown) -> String {
    let Shown { value, interval } = found;
    match interval {
        Some((lower, upper)) => format!("{value:.4} [{lower:.4}, {upper:.4}]"),
        None => format!("{value:.4}, without an interval"),
    }
}

/// One arm over another, from the ratios within the rounds.
fn ratio(rounds: &Rounds, numerator: usize, denominator: usize) -> Result<Judgement, TaskError> {
    let pairs = rounds[denominator].iter().zip(&rounds[numerator]);
    let differences: Option<Vec<LogRatio>> = pairs.map(|(&a, &b)| LogRatio::between(a, b)).collect();
    let judged = differences.and_then(|differences| design().judge(&differences));
    judged.ok_or_else(|| TaskError::Failed("a run took no CPU time".to_owned()))
}

fn design() -> Design {
    let alpha = Probability::new(ALPHA).expect("it lies between 0 and 1");
    let looks = Looks::at(LOOKS.to_vec(), alpha, NonZeroUsize::MIN).expect("the first look can decide");
    Design::new(LogRatio::ZERO, NonZeroUsize::MIN).with_alpha(alpha).with_looks(looks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_arm_runs_once_in_a_round_and_over_ten_rounds_as_often_in_each_place() {
        let mut places = [[0; 5]; 5];
        for round in 0..10 {
            let mut seen: Vec<usize> = (0..5).map(|at| order(round, at, 5)).collect();
            seen.iter().enumerate().for_each(|(place, &arm)| places[arm][place] += 1);
            seen.sort_unstable();
            assert_eq!(seen, [0, 1, 2, 3, 4]);
        }
        assert_eq!(places, [[2; 5]; 5]);
    }

    #[test]
    fn a_ratio_at_many_times_the_rate_is_that_part_of_its_excess() {
        let often = Shown { value: 1.2, interval: Some((1.0, 1.4)) };
        let light = often.map(|ratio| 1.0 + (ratio - 1.0) / f64::from(OFTEN));
        let (lower, upper) = light.interval.unwrap();
        assert!((light.value - 1.005).abs() < 1e-12 && (lower - 1.0).abs() < 1e-12);
        assert!((upper - 1.01).abs() < 1e-12);
        assert_eq!((verdict(light, 1.02), verdict(light, 1.005)), ("yes", "undecided"));
    }
}
