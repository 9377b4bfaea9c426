//! Records a program that runs for longer than a profile is cut into narrow blocks, piece by piece, and writes one
//! profile with all blocks as narrow as at first, in which rare stacks end where they part from frequent ones: `trace --hz N --pieces N --out FILE PROGRAM [ARGUMENT]...`. Traces of
//! `tests/traces` are made by it.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for people who work on the recorder"
)]

use std::collections::BTreeMap;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use perfaudit_cpu::analyse::{View, fold};
use perfaudit_cpu::record::{self, RateHz, RecordOptions};
use perfaudit_cpu::symbols::{ProjectSources, SymbolPlaces, symbolise};
use perfaudit_exec::Interrupt;
use perfaudit_result::{CpuProfile, SampleRun, WorkloadId};

/// A little less than what the narrowest blocks hold.
const PIECE: Duration = Duration::from_millis(2000);
/// A stack with a smaller share of all samples ends at its caller.
const RARE: f64 = 0.004;
/// Fixtures are made first.
const WARM_UP: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    match trace(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(profile) => {
            println!("{} samples, {:?}, {} nodes", profile.total(), profile.blocks, profile.nodes.len());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn trace(arguments: &[String]) -> Result<CpuProfile, Box<dyn std::error::Error>> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ["--hz", hz, "--pieces", pieces, "--out", out, program, arguments @ ..] = &words[..] else {
        return Err("trace --hz N --pieces N --out FILE PROGRAM [ARGUMENT]...".into());
    };
    let mut child = Command::new(program).args(arguments).stdout(Stdio::null()).spawn()?;
    std::thread::sleep(WARM_UP);
    let options = RecordOptions { rate: RateHz::new(hz.parse()?), ..RecordOptions::default() };
    let piece = || record::attach(child.id(), Some(PIECE), &options, &Interrupt::new());
    let mut whole = piece()?.recording;
    for _ in 1..pieces.parse()? {
        whole.join(piece()?.recording);
    }
    child.kill()?;
    child.wait()?;
    let id = WorkloadId("trace".to_owned());
    let sources = ProjectSources::default();
    let profile = symbolise(&whole, id, &sources, &SymbolPlaces::of_this_machine()).profile;
    let profile = cut(fold(&profile, &View::READABLE));
    std::fs::write(out, serde_json::to_vec(&profile)?)?;
    Ok(profile)
}

/// Moves samples of rare stacks to the nearest caller that is not rare.
fn cut(profile: CpuProfile) -> CpuProfile {
    let mut totals = vec![0_u64; profile.nodes.len()];
    for run in &profile.samples {
        totals[run.node as usize] += run.count;
    }
    for (at, node) in profile.nodes.iter().enumerate().rev() {
        if let Some(parent) = node.parent {
            totals[parent as usize] += totals[at];
        }
    }
    let least = (profile.total() as f64 * RARE).ceil() as u64;
    let mut kept: Vec<u32> = Vec::with_capacity(totals.len());
    for (at, node) in (0..).zip(&profile.nodes) {
        let is_rare = totals[at as usize] < least;
        kept.push(node.parent.filter(|_| is_rare).map_or(at, |parent| kept[parent as usize]));
    }
    let mut counts: BTreeMap<(u32, u32, u32), u64> = BTreeMap::new();
    for run in &profile.samples {
        *counts.entry((run.block, run.thread, kept[run.node as usize])).or_default() += run.count;
    }
    let run = |((block, thread, node), count)| SampleRun { node, thread, block, count };
    let samples = counts.into_iter().map(run).collect();
    // What has no samples any more is left out.
    fold(&CpuProfile { samples, ..profile }, &View::PLAIN)
}
