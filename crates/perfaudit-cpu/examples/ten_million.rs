//! Sends samples of a program that is made up through all of a profile: `ten_million [SAMPLES]`. Stacks are followed,
//! counted, given symbols and analysed as those of a real program; how often each function is the innermost one is known
//! beforehand, and has to be what the analysis says. Prints the time of each step and the largest resident memory.
//! `cargo xtask ten-million` starts it.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for people who work on the recorder"
)]

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use object::{Object, ObjectSymbol};
use perfaudit_cpu::analyse::{HotspotLimits, View, fold, hotspots, origin_shares};
use perfaudit_cpu::record::Collector;
use perfaudit_cpu::record::source::{Content, Event, Mapping, RawSample, Registers, Task};
use perfaudit_cpu::symbols::{ProjectSources, SymbolPlaces, symbolise};
use perfaudit_exec::{Command, Interrupt};
use perfaudit_result::{Rung, Sampler, SamplingEvent, WorkloadId};

type Failure = Box<dyn std::error::Error>;

const FUNCTIONS: usize = 96;
/// Different stacks. The most frequent one is seen two hundred thousand times as often as the rarest.
const STACKS: usize = 200_000;
const THREADS: u32 = 8;
/// At 999 Hz and on eight processors.
const PERIOD_NS: u64 = 125_000;
/// Where the stacks of all threads are.
const STACK: u64 = 0x7fff_0000_0000;
/// Where the first frame with a frame pointer is.
const FRAMES: u64 = STACK + 8;

fn main() -> ExitCode {
    match std::env::args().nth(1).map_or(Ok(10_000_000), |text| text.parse()) {
        Ok(samples) => match run(samples) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        },
        Err(error) => {
            eprintln!("the number of samples: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(samples: u64) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let program = Program::build(folder.path())?;
    let stacks = program.stacks();
    let mut steps = Steps { since: Instant::now() };
    let (recording, truth) = record(&program, &stacks, samples);
    drop(stacks);
    steps.done(&format!(
        "{} samples followed and counted: {} nodes, {} runs",
        recording.sampler.samples,
        recording.stacks.nodes().len(),
        recording.samples.len()
    ));
    let sources = ProjectSources { root: folder.path().to_owned(), ..ProjectSources::default() };
    let id = WorkloadId("ten million".to_owned());
    let profile = symbolise(&recording, id, &sources, &SymbolPlaces::of_this_machine()).profile;
    drop(recording);
    steps.done(&format!("symbols: {} nodes, {} runs", profile.nodes.len(), profile.samples.len()));
    let readable = fold(&profile, &View::READABLE);
    let limits = HotspotLimits { by_self: 2 * FUNCTIONS, ..HotspotLimits::default() };
    let hottest = hotspots(&readable, None, limits);
    let origins = origin_shares(&profile);
    steps.done(&format!("{} hotspots, {} kinds of code", hottest.len(), origins.len()));
    drop(readable);
    let file = folder.path().join("profile.json");
    std::fs::write(&file, serde_json::to_vec(&profile)?)?;
    steps.done(&format!("report: {:.1} MB", std::fs::metadata(&file)?.len() as f64 / 1e6));
    if (profile.sampler.truncated, profile.sampler.unsymbolised) != (0, 0) {
        return Err(format!("not all stacks were followed and named: {:?}", profile.sampler).into());
    }
    for (function, &count) in truth.iter().enumerate() {
        // Every innermost address lies in the function that is inlined into the one with the number.
        let name = format!("inner{function}");
        let found = hottest.iter().find(|row| row.symbol == name).and_then(|row| row.self_share.value());
        let share = count as f64 / samples as f64;
        if found.is_none_or(|found| (found - share).abs() > 1e-9) {
            return Err(format!("{name} has {share} of the samples, the analysis says {found:?}").into());
        }
    }
    println!(
        "the share of each of {FUNCTIONS} functions is the known one; VmHWM {:.0} MiB",
        peak_mebibytes()?
    );
    Ok(())
}

/// Tells how long each step took.
struct Steps {
    since: Instant,
}

impl Steps {
    fn done(&mut self, what: &str) {
        let peak = peak_mebibytes().unwrap_or(f64::NAN);
        println!("{:>7.2} s  {peak:>5.0} MiB  {what}", self.since.elapsed().as_secs_f64());
        self.since = Instant::now();
    }
}

/// The largest resident memory of this process up to now.
fn peak_mebibytes() -> Result<f64, Failure> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1024.0)
}

/// A program that was compiled to be known, and never runs.
struct Program {
    path: PathBuf,
    length: u64,
    /// The addresses of the functions, and how long they are; the last one is `main`.
    functions: Vec<(u64, u64)>,
}

/// Return addresses, the innermost address first.
struct Stack {
    innermost: usize,
    addresses: Vec<u64>,
}

impl Program {
    /// Functions that have one of their own inlined, are followed by frame pointers and know their lines.
    fn build(folder: &Path) -> Result<Self, Failure> {
        let mut source = String::new();
        for at in 0..FUNCTIONS {
            writeln!(
                source,
                "static inline __attribute__((always_inline)) long inner{at}(long x) {{\n  for (long i = 0; i < x; i++)\n    x ^= x * {}L + i;\n  return x;\n}}\n__attribute__((noinline)) long outer{at}(long x) {{ return inner{at}(x); }}",
                2 * at + 3
            )?;
        }
        source.push_str("int main(int count, char **arguments) {\n  long x = count;\n");
        for at in 0..FUNCTIONS {
            writeln!(source, "  x += outer{at}(x);")?;
        }
        source.push_str("  return (int)x;\n}\n");
        let (text, path) = (folder.join("program.c"), folder.join("program"));
        std::fs::write(&text, source)?;
        let options = [
            "-O1",
            "-g",
            "-no-pie",
            "-fno-asynchronous-unwind-tables",
            "-fno-unwind-tables",
            "-fno-omit-frame-pointer",
            "-mno-omit-leaf-frame-pointer",
        ];
        let compiler = Command::new(std::env::var_os("CC").unwrap_or_else(|| "cc".into()));
        let compiler = compiler.args(options).arg("-o").arg(&path).arg(&text);
        let compiled = perfaudit_exec::run(&compiler, &Interrupt::new(), &mut |_| {})?;
        if !compiled.ending.is_success() {
            return Err(compiled.stderr.text().into());
        }
        let bytes = std::fs::read(&path)?;
        let file = object::File::parse(&*bytes)?;
        let symbols: HashMap<&str, (u64, u64)> = file
            .symbols()
            .filter_map(|symbol| Some((symbol.name().ok()?, (symbol.address(), symbol.size()))))
            .collect();
        let names = (0..FUNCTIONS).map(|at| format!("outer{at}")).chain(["main".to_owned()]);
        let functions = names.map(|name| symbols.get(&*name).copied().ok_or(name));
        let functions = functions.collect::<Result<_, _>>().map_err(|name| format!("no symbol {name}"))?;
        Ok(Self { path, length: bytes.len() as u64, functions })
    }

    /// Different stacks from `main` down: each function calls few others most of the time.
    fn stacks(&self) -> Vec<Stack> {
        let mut draws = Draws(1);
        let (main, main_size) = self.functions[FUNCTIONS];
        let one = |draws: &mut Draws| {
            let depth = 4 + draws.below(24);
            let mut at = draws.below(4) as usize;
            let mut addresses = vec![main + 1 + draws.below(main_size as u32 - 1) as u64];
            for _ in 0..depth {
                let (start, size) = self.functions[at];
                addresses.push(start + 1 + u64::from(draws.below(size as u32 - 1)));
                at = (7 * at + 1 + [0, 0, 0, 0, 1, 1, 2, 3][draws.below(8) as usize]) % FUNCTIONS;
            }
            // In the loop of the function that is inlined: behind its entry, before its end.
            let (start, size) = self.functions[at];
            addresses.push(start + size / 2);
            addresses.reverse();
            Stack { innermost: at, addresses }
        };
        (0..STACKS).map(|_| one(&mut draws)).collect()
    }
}

/// Feeds the samples to a collector, as a source does. Returns how often each function was the innermost one, too.
fn record(program: &Program, stacks: &[Stack], samples: u64) -> (perfaudit_cpu::Recording, Vec<u64>) {
    let mut collector = Collector::new();
    let process = std::process::id();
    let content = Content::File { path: &program.path, offset: 0, inode: None };
    let mapping = Mapping { start: 0x40_0000, length: program.length, content };
    collector.apply(0, &Event::Map { process, mapping });
    let (mut truth, mut draws) = (vec![0; FUNCTIONS], Draws(2));
    let mut bytes = Vec::new();
    for sample in 0..samples {
        // The density falls with the rank, as words of a language do.
        let rank = (STACKS as f64).powf(f64::from(draws.below(1 << 24)) / f64::from(1 << 24)) as usize - 1;
        let stack = &stacks[rank];
        truth[stack.innermost] += 1;
        bytes.clear();
        // The innermost function has no frame of its own; the others are a chain of frame pointers that ends with 0.
        bytes.extend(stack.addresses[1].to_le_bytes());
        for (depth, address) in stack.addresses[2..].iter().enumerate() {
            let is_last = depth + 3 == stack.addresses.len();
            let next = if is_last { 0 } else { FRAMES + 16 * (depth as u64 + 1) };
            bytes.extend(next.to_le_bytes());
            bytes.extend(address.to_le_bytes());
        }
        bytes.resize(16 << 10, 0);
        let registers = Registers { instruction: stack.addresses[0], stack: STACK, frame: FRAMES, link: 0 };
        let task = Task { process, thread: process + draws.below(THREADS) };
        let sample_at = RawSample {
            task,
            weight: 1,
            kernel: &[],
            chain: &[],
            registers: Some(registers),
            stack: &bytes,
            stack_room: bytes.len(),
        };
        collector.apply(sample * PERIOD_NS, &Event::Sample(sample_at));
    }
    let cpu = Duration::from_nanos(samples * PERIOD_NS).as_secs_f64() * f64::from(THREADS);
    let recording = collector.finish(Sampler {
        rung: Rung::ClockUser,
        refused: Vec::new(),
        event: SamplingEvent::CpuClock,
        asked_hz: 999.0,
        reached_hz: Some(samples as f64 / cpu),
        cpu_s: Some(cpu),
        system_s: None,
        samples: 0,
        lost: 0,
        truncated: 0,
        unsymbolised: 0,
        stack_bytes: 16 << 10,
        stack_steps: Vec::new(),
        stopped_s: None,
    });
    (recording, truth)
}

/// Steele, Lea and Flood's SplitMix64 (2014).
struct Draws(u64);

impl Draws {
    fn below(&mut self, end: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % u64::from(end)) as u32
    }
}
