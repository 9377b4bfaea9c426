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
/// After these numbers of rounds the ratios are looked at; the last one is the end.
const LOOKS: [usize; 6] = [20, 40, 80, 160, 320, 640];
/// Both sides together: each bound holds at 95 % over all looks.
const ALPHA: f64 = 0.10;

/// Times of the arms by round, in seconds of CPU time.
type Rounds = [Vec<f64>; 4];

/// Runs rounds until the third arm over the second, and the fourth over the first, are decided, or the time is over. The
/// arms are: alone, perf, ours, ours with a light setting.
pub(super) fn compare(subject: &Subject, arms: [Arm; 4], seconds: f64) -> Result<(), TaskError> {
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
            let (ours, light) = (ratio(&rounds, 2, 1)?, ratio(&rounds, 3, 0)?);
            complain(&format!("after {} rounds: {}; light: {}", round + 1, shown(&ours), shown(&light)));
            if is_decided(&ours, LIMIT) && is_decided(&light, LIGHT_LIMIT) {
                break;
            }
        }
    }
    tell(&rounds, arms)
}

fn is_decided(found: &Judgement, limit: f64) -> bool {
    ["yes", "NO"].contains(&verdict(found, limit))
}

/// Each round begins with another arm, and every second one runs backwards.
fn order(round: usize, at: usize, arms: usize) -> usize {
    let at = if round.is_multiple_of(2) { at } else { arms - 1 - at };
    (round / 2 + at) % arms
}

fn tell(rounds: &Rounds, arms: [Arm; 4]) -> Result<(), TaskError> {
    let alone = Sample::new(rounds[0].clone()).map_err(|error| TaskError::Failed(error.to_string()))?;
    let [_, _, ours, light] = arms;
    say(&format!(
        "CPU time of the program, {} rounds by turns, {:.3} s alone (range {:.1} %); each bound holds at 95 % over {} looks",
        rounds[0].len(),
        alone.median(),
        100.0 * (alone.max() - alone.min()) / alone.median(),
        LOOKS.len()
    ));
    say("| CPU time of the program | over | ratio | wanted | |");
    say("|---|---|---|---|---|");
    let row = |what: &str, over: &str, found: &Judgement, wanted: Option<f64>| {
        let verdict = wanted.map_or("", |limit| verdict(found, limit));
        let wanted = wanted.map_or("-".to_owned(), |limit| format!("below {limit}"));
        say(&format!("| {what} | {over} | {} | {wanted} | {verdict} |", shown(found)));
    };
    row(&ours.label(), "under perf", &ratio(rounds, 2, 1)?, Some(LIMIT));
    row("under perf", "alone", &ratio(rounds, 1, 0)?, None);
    row(&ours.label(), "alone", &ratio(rounds, 2, 0)?, None);
    row(&light.label(), "alone", &ratio(rounds, 3, 0)?, Some(LIGHT_LIMIT));
    Ok(())
}

fn verdict(found: &Judgement, limit: f64) -> &'static str {
    match found.interval {
        Some(interval) if factor(interval.upper) < limit => "yes",
        Some(interval) if factor(interval.lower) > limit => "NO",
        Some(_) => "undecided",
        None => "too few rounds",
    }
}

fn shown(found: &Judgement) -> String {
    let value = factor(found.effect);
    match found.interval {
        Some(interval) => {
            format!("{value:.3} [{:.3}, {:.3}]", factor(interval.lower), factor(interval.upper))
        }
        None => format!("{value:.3}, without an interval: {} rounds", found.pairs),
    }
}

fn factor(ratio: LogRatio) -> f64 {
    ratio.get().exp()
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
    Design::new(LogRatio::ZERO, LogRatio::ZERO, NonZeroUsize::MIN).with_alpha(alpha).with_looks(looks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_arm_runs_once_in_a_round_and_over_eight_rounds_as_often_in_each_place() {
        let mut places = [[0; 4]; 4];
        for round in 0..8 {
            let mut seen: Vec<usize> = (0..4).map(|at| order(round, at, 4)).collect();
            seen.iter().enumerate().for_each(|(place, &arm)| places[arm][place] += 1);
            seen.sort_unstable();
            assert_eq!(seen, [0, 1, 2, 3]);
        }
        assert_eq!(places, [[2; 4]; 4]);
    }
}
