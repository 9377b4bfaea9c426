//! What counting costs, beside heaptrack: CPU time over that without a counter, in rounds in which each way runs once, by
//! turns; what is held in memory meanwhile, and written in the end; and how long it takes from the end of the program to
//! lines of source. What is to be shown of a
//! ratio is decided by pairs of runs that follow each other, more of them until it is.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use perfaudit_cpu::symbols::{ProjectSources, SymbolPlaces};
use perfaudit_exec::{Command, Finished, Interrupt, run as run_command};
use perfaudit_heap::{AllocationSampling, CountError, Counted, count, sample, sites, symbolise};
use perfaudit_result::{ArtifactKind, HeapProfile, WorkloadId};
use perfaudit_run::{RunDirectory, RunDirectoryError};

use super::goal::Goal;
use super::programs;
use crate::error::TaskError;
use crate::{say, workspace};

/// What is counted where no command is named: the formatter of Rust on a source of this many bytes, and 64 threads that
/// allocate a million blocks each.
const SOURCE_BYTES: usize = 500_000;
const CROWD: u64 = 64_000_000;
/// Bytes between two that are sampled, on average.
const MEAN_BYTES: u32 = 512 * 1024;

pub(super) fn run(rounds: u32, commands: &[String], folder: &Path) -> Result<(), TaskError> {
    say(
        "| command | blocks | CPU time, counted | CPU time, sampled | CPU time, heaptrack | in memory for a million blocks | written for a million blocks | exit to sites |",
    );
    say("|---|---|---|---|---|---|---|---|");
    for command in commands {
        let words: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
        compare(command, &words, rounds, folder)?;
    }
    if !commands.is_empty() {
        return Ok(());
    }
    compare("`rustfmt` of a source of 500 kB", &formatter(folder)?, rounds, folder)?;
    let crowd = programs::rust(include_str!("programs/crowd.rs"), folder)?;
    let blocks = compare("64 threads, a million blocks each", &[crowd.display().to_string()], 1, folder)?;
    let beside = blocks.wrapping_sub(CROWD);
    say(&format!(
        "\nOf the threads' 64,000,000 blocks none is missing; {beside} are what threads begin with."
    ));
    // A thread begins with a few blocks: its name, its table of thread-local variables, its result.
    if beside > 64 * 30 {
        return Err(TaskError::Failed(format!("{blocks} blocks were counted of {CROWD}")));
    }
    Ok(())
}

/// The formatter and its source: this project's own, as often as it takes.
fn formatter(folder: &Path) -> Result<Vec<String>, TaskError> {
    let mut source = String::new();
    let texts = workspace::text_files()?;
    let own = texts.iter().filter(|file| file.path.starts_with("crates/perfaudit-cpu/src/"));
    for file in own.filter(|file| file.path.ends_with(".rs") && !file.path.contains("/tests")).cycle() {
        // What names other files would be followed.
        let is_dropped = |line: &&str| {
            ["//!", "#![", "#[path"].iter().any(|start| line.starts_with(start))
                || line.contains("mod ") && line.ends_with(';')
        };
        source.extend(file.text.lines().filter(|line| !is_dropped(line)).flat_map(|line| [line, "\n"]));
        if source.len() >= SOURCE_BYTES {
            break;
        }
    }
    // The last line kept may be an attribute.
    source.push_str("fn end() {}\n");
    let path = folder.join("source.rs");
    std::fs::write(&path, source).map_err(TaskError::file(&path))?;
    let sysroot = programs::printed(&Command::new("rustc").args(["--print", "sysroot"]))?;
    let formatter = PathBuf::from(sysroot.trim()).join("bin/rustfmt");
    let words = [formatter.display().to_string(), "--edition=2024".to_owned()];
    Ok(words.into_iter().chain(["--emit=stdout".to_owned(), path.display().to_string()]).collect())
}

/// Says what a command costs, in a single round without heaptrack, which may take long, and without goals; answers how many
/// blocks it allocated.
fn compare(name: &str, words: &[String], rounds: u32, folder: &Path) -> Result<u64, TaskError> {
    let program = words.first().ok_or_else(|| TaskError::Failed("a command has no words".to_owned()))?;
    let plain = Command::new(program).args(&words[1..]);
    let heaptrack = folder.join("heaptrack");
    let traced = Command::new("heaptrack").arg("--raw").arg("-o").arg(&heaptrack).args(words);
    let mut last = None;
    let [mut native, mut counted, mut sampled, mut others, mut to_sites] = [(); 5].map(|()| Vec::new());
    let told = |counted: Result<Counted, CountError>| {
        counted.map_err(|error| TaskError::Failed(format!("{name}: {error}")))
    };
    let mut goals = [
        Goal::new("counted, over that without a counter", 3.0),
        Goal::new("counted, over heaptrack", 0.5),
        Goal::new("sampled, over that without a counter", 1.05),
    ];
    let mut round = 0;
    while round < rounds || rounds > 1 && goals.iter().any(Goal::is_open) {
        let is_asked_for = round < rounds;
        let needs = |goal: &Goal| is_asked_for || goal.is_open();
        let alone = finished(&plain)?;
        if !alone.ending.is_success() {
            return Err(TaskError::Failed(format!("{name} ends with {}", alone.ending.describe())));
        }
        native.push(cpu(&alone));
        let mut of_counted = None;
        if needs(&goals[0]) || needs(&goals[1]) {
            let started = Instant::now();
            let of_round = told(count(&plain, folder, &Interrupt::new(), &mut |_| {}))?;
            let time = cpu(&of_round.finished);
            goals[0].add(time, cpu(&alone));
            counted.push(time);
            of_counted = Some(time);
            let (blocks, held) = (of_round.stacks.totals().count, of_round.held_bytes);
            let (took, profile) = to_sites_of(of_round, started);
            to_sites.push(took);
            // What a run writes does not change from round to round.
            let written = match last {
                Some((_, _, written)) => written,
                None => written_bytes(&profile, &folder.join("run"))?,
            };
            last = Some((blocks, held, written));
        }
        if needs(&goals[2]) {
            let mean_bytes = std::num::NonZeroU32::new(MEAN_BYTES).expect("it is not zero");
            let sampling = AllocationSampling { mean_bytes, seed: round.into() };
            let of_round = told(sample(sampling, &plain, folder, &Interrupt::new(), &mut |_| {}))?;
            let time = cpu(&of_round.finished);
            goals[2].add(time, cpu(&alone));
            sampled.push(time);
        }
        round += 1;
        // Without heaptrack the rest still stands; what ends otherwise did not run the program.
        if rounds == 1 || !needs(&goals[1]) {
            continue;
        }
        match finished(&traced).ok().filter(|traced| traced.ending == alone.ending) {
            Some(traced) => {
                others.push(cpu(&traced));
                of_counted.into_iter().for_each(|time| goals[1].add(time, cpu(&traced)));
            }
            None if others.is_empty() => goals[1].give_up(),
            None => {}
        }
    }
    let (blocks, held, written) = last.expect("there is at least one round");
    let seconds = median(&mut to_sites).as_secs_f64();
    let base = median(&mut native);
    let ratio = |times: &mut Vec<Duration>| match times.is_empty() {
        true => "-".to_owned(),
        false => format!("{:.2}", median(times).as_secs_f64() / base.as_secs_f64().max(1e-9)),
    };
    #[expect(clippy::cast_precision_loss, reason = "a table for people")]
    let [held, written] = [held, written].map(|bytes| bytes as f64 / blocks as f64);
    say(&format!(
        "| {name} | {blocks} | {} | {} | {} | {held:.2} MB | {written:.2} MB | {seconds:.2} s |",
        ratio(&mut counted),
        ratio(&mut sampled),
        ratio(&mut others),
    ));
    if rounds > 1 {
        goals.iter().for_each(|goal| say(&format!("\n{name}, CPU time {}", goal.tell())));
    }
    Ok(blocks)
}

/// From the end of the program to its sites with symbols, and the profile that they are of.
fn to_sites_of(counted: Counted, started: Instant) -> (Duration, HeapProfile) {
    let places = SymbolPlaces::of_this_machine();
    let id = WorkloadId("speed".to_owned());
    let took = counted.finished.duration;
    let heap = symbolise(counted.stacks, id, &ProjectSources::default(), &places);
    let profile = heap.whole();
    std::hint::black_box(sites(&profile));
    (started.elapsed().saturating_sub(took), profile)
}

/// What a run writes of it, in bytes: its artifact, as `perfaudit heap` adds it.
fn written_bytes(profile: &HeapProfile, folder: &Path) -> Result<u64, TaskError> {
    let failed = |error: RunDirectoryError| TaskError::Failed(error.to_string());
    let json = serde_json::to_vec(profile).expect("a profile has only whole numbers and string keys");
    let mut run = RunDirectory::create(folder).map_err(failed)?;
    run.add(ArtifactKind::HeapProfile, "heap.json.gz", &json).map_err(failed)?;
    let written = run.bytes();
    std::fs::remove_dir_all(folder).map_err(TaskError::file(folder))?;
    Ok(written)
}

fn finished(command: &Command) -> Result<Finished, TaskError> {
    run_command(command, &Interrupt::new(), &mut |_| {}).map_err(|error| TaskError::Failed(error.to_string()))
}

fn cpu(finished: &Finished) -> Duration {
    finished.usage.user + finished.usage.system
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}
