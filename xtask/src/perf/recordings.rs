//! What profilers leave on the disk, and how long it takes from there to hotspots.

use std::collections::BTreeSet;
use std::time::Instant;

use super::arm::{Arm, Ran, Subject};
use crate::error::TaskError;
use crate::{child, say};

/// Ten seconds of one benchmark, and a second to warm up.
const WORK: [&str; 4] = ["--bench", "--profile-time", "10", "end_to_end/protobuf/plain/10k"];
const DISK_LIMIT: f64 = 1.0 / 50.0;
const SPEED_WANTED: f64 = 20.0;

/// What is compared of a recording.
#[derive(Debug)]
struct Told {
    samples: f64,
    bytes: f64,
    /// From the end of the program to functions with inlined ones, in seconds.
    wall_s: f64,
    reaching_main: f64,
}

/// Records by turns, and prints ratios of the two.
pub(super) fn compare(subject: &Subject, perf: Arm, ours: Arm, times: u32) -> Result<(), TaskError> {
    let (mut of_perf, mut of_ours) = (Vec::new(), Vec::new());
    let mut rest = BTreeSet::new();
    for _ in 0..times {
        of_perf.push(scripted(subject, &perf.run(subject, &WORK)?)?);
        let ran = ours.run(subject, &WORK)?;
        of_ours.push(told(&ran)?);
        rest.insert(format!(
            "{} lost, {} truncated of {} samples, {:.2} s of CPU time beside the program",
            ran.number("lost")?,
            ran.number("truncated")?,
            ran.number("samples")?,
            ran.number("recording_cpu_s")?
        ));
    }
    let median = |of: &[Told], what: fn(&Told) -> f64| {
        let mut values: Vec<f64> = of.iter().map(what).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let both = |what: fn(&Told) -> f64| (median(&of_ours, what), median(&of_perf, what));
    say(&format!("recordings of {} s, medians of {times} by turns", WORK[2]));
    say("| | here | perf | ratio | wanted | |");
    say("|---|---|---|---|---|---|");
    let word = |holds: bool| if holds { "yes" } else { "NO" };
    let (here, there) = both(|told| told.samples);
    say(&format!("| samples | {here} | {there} | {:.3} | - | |", here / there));
    let (here, there) = both(|told| told.bytes);
    let is_small = here / there < DISK_LIMIT;
    say(&format!(
        "| on the disk | {:.2} MB | {:.1} MB | 1/{:.0} | below 1/50 | {} |",
        here / 1e6,
        there / 1e6,
        there / here,
        word(is_small)
    ));
    let (here, there) = both(|told| told.wall_s);
    let is_fast = there / here >= SPEED_WANTED;
    say(&format!(
        "| wall time to hotspots with inlined frames | {here:.2} s | {there:.2} s | 1/{:.0} | 1/20 | {} |",
        there / here,
        word(is_fast)
    ));
    let (here, there) = both(|told| told.reaching_main / told.samples);
    let (here, there) = (100.0 * here, 100.0 * there);
    say(&format!(
        "| stacks that reach `main` | {here:.2} % | {there:.2} % | - | no fewer | {} |",
        word(here >= there)
    ));
    rest.iter().for_each(|line| say(&format!("here: {line}")));
    Ok(())
}

fn told(ran: &Ran) -> Result<Told, TaskError> {
    Ok(Told {
        samples: ran.number("samples_of_program")?,
        #[expect(clippy::cast_precision_loss, reason = "files are smaller than 2^53 bytes")]
        bytes: ran.bytes()? as f64,
        wall_s: ran.number("hotspots_wall_s")?,
        reaching_main: ran.number("reaching_main")?,
    })
}

/// What `perf script` makes of a recording, inlined frames included. Only its wall time is known: it leaves the programs
/// that it starts for inlined frames to themselves, and their CPU time with them.
fn scripted(subject: &Subject, ran: &Ran) -> Result<Told, TaskError> {
    let file = ran.file.as_deref().ok_or_else(|| TaskError::Failed("perf left nothing".to_owned()))?;
    let begun = Instant::now();
    let mut script = std::process::Command::new(&subject.perf);
    let text = child::stdout(script.args(["script", "-F", "comm,ip,sym", "-i"]).arg(file))?;
    let wall_s = begun.elapsed().as_secs_f64();
    let (samples, reaching_main) = count(&text);
    #[expect(clippy::cast_precision_loss, reason = "files are smaller than 2^53 bytes")]
    Ok(Told { samples, bytes: ran.bytes()? as f64, wall_s, reaching_main })
}

/// Samples of the benchmark, and those with a frame of `main`. A sample is a line with the name of its thread and one
/// line for each frame, its address first.
fn count(text: &str) -> (f64, f64) {
    let (mut samples, mut reaching) = (0.0, 0.0);
    for sample in text.split("\n\n").filter(|sample| !sample.trim().is_empty()) {
        let mut lines = sample.trim_start_matches('\n').lines();
        if lines.next().is_none_or(|name| ["bash", "perf", "perf-exec"].contains(&name.trim())) {
            continue;
        }
        samples += 1.0;
        let is_main = |line: &str| {
            let name = line.trim().split_once(' ').map_or("", |(_, name)| name);
            let name = name.trim_end_matches(" (inlined)");
            name == "main" || name.ends_with("::main")
        };
        reaching += f64::from(u8::from(lines.any(is_main)));
    }
    (samples, reaching)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_of_the_benchmark_that_reach_main_are_counted_with_inlined_frames() {
        let text = "end_to_end-61f8 \n\t    10 a::work (inlined)\n\t    20 main\n\nend_to_end-61f8 \n\t    10 domain\n\nbash \n\t    10 main\n\nend_to_end-61f8 \n\t    10 b::main (inlined)\n\n";
        assert_eq!(count(text), (3.0, 2.0));
    }
}
