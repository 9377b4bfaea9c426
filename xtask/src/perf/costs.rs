//! What a profiler adds to the CPU time of what it profiles.

use std::time::Instant;

use perfaudit_stats::{Level, MedianRatio, Sample, median_ratio};

use super::arm::{Arm, Subject};
use crate::error::TaskError;
use crate::{complain, say};

/// Fixed work: each benchmark once, after its fixtures.
const WORK: [&str; 2] = ["--test", "end_to_end/batch/(256|4096)$"];
/// Our CPU time of the program over perf's has to lie below.
const LIMIT: f64 = 1.05;
/// The light setting may cost this much.
const LIGHT_LIMIT: f64 = 1.01;
/// After these numbers of rounds the ratio is looked at; the last one is the end.
const LOOKS: [usize; 5] = [10, 14, 20, 28, 40];
/// One bound of this level in each of five looks is one of 95 % in all of them (Bonferroni).
const LEVEL: f64 = 0.98;

/// Times of the arms by round, in seconds of CPU time.
type Rounds = [Vec<f64>; 4];

/// Runs rounds until the third arm over the second is decided, or the time is over. The arms are: alone, perf, ours,
/// ours with a light setting.
pub(super) fn compare(subject: &Subject, arms: [Arm; 4], seconds: f64) -> Result<(), TaskError> {
    let begun = Instant::now();
    let mut rounds = Rounds::default();
    // One that does not count: files are read from the disk.
    Arm::Alone.run(subject, &WORK)?;
    let mut ours_over_perf = None;
    for round in 0..LOOKS[LOOKS.len() - 1] {
        if begun.elapsed().as_secs_f64() > seconds {
            break;
        }
        for at in 0..arms.len() {
            let arm = order(round, at, arms.len());
            rounds[arm].push(arms[arm].run(subject, &WORK)?.cpu_s);
        }
        if LOOKS.contains(&(round + 1)) {
            let found = ratio(&rounds, 2, 1)?;
            let is_decided = found.interval.is_some_and(|it| it.upper < LIMIT || it.lower > LIMIT);
            complain(&format!("after {} rounds: {}", round + 1, shown(&found)));
            ours_over_perf = Some(found);
            if is_decided {
                break;
            }
        }
    }
    let ours_over_perf = ours_over_perf.map_or_else(|| ratio(&rounds, 2, 1), Ok)?;
    tell(&rounds, &ours_over_perf, arms)
}

/// Each round begins with another arm, and every second one runs backwards.
fn order(round: usize, at: usize, arms: usize) -> usize {
    let at = if round.is_multiple_of(2) { at } else { arms - 1 - at };
    (round / 2 + at) % arms
}

fn tell(rounds: &Rounds, ours_over_perf: &MedianRatio, arms: [Arm; 4]) -> Result<(), TaskError> {
    let alone = sample(&rounds[0])?.median();
    let spread = (sample(&rounds[0])?.max() - sample(&rounds[0])?.min()) / alone;
    let [_, _, ours, light] = arms;
    let light_over_alone = ratio(rounds, 3, 0)?;
    say(&format!(
        "CPU time of the program, {} rounds by turns, {alone:.2} s alone (range {:.1} %); 98 % intervals, which over {} looks hold at 95 % on each side",
        rounds[0].len(),
        100.0 * spread,
        LOOKS.len()
    ));
    say("| CPU time of the program | over | ratio | wanted | |");
    say("|---|---|---|---|---|");
    let row = |what: &str, over: &str, found: &MedianRatio, wanted: Option<f64>| {
        let verdict = wanted.map_or("", |limit| verdict(found, limit));
        let wanted = wanted.map_or("-".to_owned(), |limit| format!("below {limit}"));
        say(&format!("| {what} | {over} | {} | {wanted} | {verdict} |", shown(found)));
    };
    row(&ours.label(), "under perf", ours_over_perf, Some(LIMIT));
    row("under perf", "alone", &ratio(rounds, 1, 0)?, None);
    row(&ours.label(), "alone", &ratio(rounds, 2, 0)?, None);
    row(&light.label(), "alone", &light_over_alone, Some(LIGHT_LIMIT));
    Ok(())
}

fn verdict(found: &MedianRatio, limit: f64) -> &'static str {
    match found.interval {
        Some(interval) if interval.upper < limit => "yes",
        Some(interval) if interval.lower > limit => "NO",
        Some(_) => "undecided",
        None => "too few rounds",
    }
}

fn shown(found: &MedianRatio) -> String {
    match found.interval {
        Some(interval) => format!("{:.3} [{:.3}, {:.3}]", found.value, interval.lower, interval.upper),
        None => format!("{:.3}, without an interval: {} rounds", found.value, found.rounds),
    }
}

fn ratio(rounds: &Rounds, numerator: usize, denominator: usize) -> Result<MedianRatio, TaskError> {
    let level = Level::new(LEVEL).expect("it lies between 0 and 1");
    let found = median_ratio(&sample(&rounds[numerator])?, &sample(&rounds[denominator])?, level, 1);
    found.ok_or_else(|| TaskError::Failed("a run took no CPU time".to_owned()))
}

fn sample(values: &[f64]) -> Result<Sample, TaskError> {
    Sample::new(values.to_vec()).map_err(|error| TaskError::Failed(error.to_string()))
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
