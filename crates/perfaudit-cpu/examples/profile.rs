//! Profiles a command as an audit does, keeps the profile, and prints as JSON what each step took:
//! `profile [--hz N] [--stack BYTES] --out FILE PROGRAM [ARGUMENT]...`. `cargo xtask perf` starts it.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for people who work on the recorder"
)]

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use perfaudit_cpu::analyse::{HotspotLimits, View, fold, hotspots};
use perfaudit_cpu::record::{self, RateHz, RecordOptions, StackBytes};
use perfaudit_cpu::symbols::{ProjectSources, SymbolPlaces, symbolise};
use perfaudit_exec::{Command, CpuTime, Gate, Interrupt};
use perfaudit_result::{CpuProfile, SampleRun, SourceFrame, WorkloadId};
use serde_json::{Value, json};

fn main() -> ExitCode {
    if let Some(code) = perfaudit_exec::timed::serve_if_asked() {
        return code;
    }
    match profile(std::env::args().skip(1).collect()) {
        Ok(told) => {
            println!("{told}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn profile(mut arguments: Vec<String>) -> Result<Value, Box<dyn std::error::Error>> {
    let mut options = RecordOptions::default();
    let mut value = |name: &str| -> Option<String> {
        let found = arguments.len() > 1 && arguments[0] == name;
        found.then(|| arguments.drain(..2).nth(1).expect("there are two"))
    };
    if let Some(hz) = value("--hz") {
        options.rate = RateHz::new(hz.parse()?);
    }
    if let Some(bytes) = value("--stack") {
        options.stack = StackBytes::new(bytes.parse()?);
    }
    let out = PathBuf::from(value("--out").ok_or("`--out FILE` is missing")?);
    let (program, arguments) = arguments.split_first().ok_or("nothing to profile")?;
    let command = Command::new(program).args(arguments);
    let gate = Gate::of_this_program()?;
    let started = Instant::now();
    let (recorded, finished) = record::run(&command, &gate, &options, &Interrupt::new(), &mut |_| {})?;
    let after_end = CpuTime::now();
    let id = WorkloadId(command.argv().join(" "));
    let sources = ProjectSources { root: std::env::current_dir()?, ..ProjectSources::default() };
    let profile = symbolise(&recorded.recording, id, &sources, &SymbolPlaces::of_this_machine()).profile;
    let hottest = hotspots(&fold(&profile, &View::READABLE), None, HotspotLimits::default());
    // What starting took counts, too: it is not told apart from what is left to do after the end.
    let wall = started.elapsed().saturating_sub(finished.duration);
    let own = CpuTime::now().since(after_end);
    std::fs::write(&out, serde_json::to_vec(&profile)?)?;
    let sampler = &profile.sampler;
    Ok(json!({
        "ending": finished.ending.describe(),
        "stderr": finished.stderr.text(),
        "rung": sampler.rung.label(),
        "event": sampler.event,
        "sees_kernel": sampler.rung.sees_kernel(),
        "samples": sampler.samples,
        "lost": sampler.lost,
        "truncated": sampler.truncated,
        "throttled": recorded.cost.throttled,
        "samples_of_program": of_program(&profile, |_| true),
        "reaching_main": of_program(&profile, is_main),
        "recording_cpu_s": recorded.cost.own_cpu_s,
        "hotspots": hottest.len(),
        "inlined_frames": profile.frames.iter().filter(|frame| frame.inlined).count(),
        "hotspots_wall_s": wall.as_secs_f64(),
        "hotspots_cpu_s": own.own,
        "bytes": std::fs::metadata(&out)?.len(),
    }))
}

/// How many samples have a frame of such a name, without those of the shell that starts and times the program.
fn of_program(profile: &CpuProfile, is_wanted: impl Fn(&str) -> bool) -> u64 {
    let is_of_program = |run: &&SampleRun| profile.threads[run.thread as usize].name != "bash";
    let name = |frame: &SourceFrame| &*profile.functions[frame.function as usize].name;
    let has = |run: &&SampleRun| profile.stack(run.node).any(|frame| is_wanted(name(frame)));
    profile.samples.iter().filter(is_of_program).filter(has).map(|run| run.count).sum()
}

fn is_main(name: &str) -> bool {
    name == "main" || name.ends_with("::main")
}
