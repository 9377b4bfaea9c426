//! Whether counts equal those of valgrind's DHAT, which runs the program on a simulated processor and misses nothing.
//!
//! The programs allocate the same in each run. A difference is accepted where it is expected to the byte and its cause
//! is known; any other is told by the functions that called the allocator, and the task fails.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use perfaudit_cpu::symbols::{ProjectSources, SymbolPlaces};
use perfaudit_exec::{Command, Interrupt};
use perfaudit_heap::{count, symbolise};
use perfaudit_result::{HeapCounts, WorkloadId};

use super::{Told, dhat, programs};
use crate::error::TaskError;
use crate::say;
use crate::workspace;

/// The first argument of the program that reads a file, and a file of every installation.
const TEXT: &str = "/etc/services";

/// Where a program comes from.
enum Source {
    Rust(&'static str),
    C(&'static str),
    Installed(&'static str),
    /// The benchmark of this name of `examples/log-pipeline`. Criterion looks for gnuplot, and where that is not
    /// installed DHAT sees one more child with what its parent had counted: only the benchmark's own process counts.
    Benchmark(&'static str),
}

/// A difference that is expected: here less DHAT.
struct Expected {
    blocks: i64,
    bytes: i64,
    why: &'static str,
}

struct Program {
    name: &'static str,
    source: Source,
    arguments: &'static [&'static str],
    expected: Option<Expected>,
}

const PROGRAMS: [Program; 7] = [
    Program {
        name: "Rust, one thread",
        source: Source::Rust(include_str!("programs/words.rs")),
        arguments: &[TEXT],
        expected: None,
    },
    Program {
        name: "Rust, 16 threads at once",
        source: Source::Rust(include_str!("programs/threads.rs")),
        arguments: &[],
        expected: Some(Expected {
            blocks: 0,
            bytes: 16 * 16,
            why: "the loader keeps 16 bytes for each thread and library with thread-local variables, of which the preloaded one is",
        }),
    },
    Program {
        name: "C, fork, exec and spawn",
        source: Source::C(include_str!("programs/processes.c")),
        arguments: &[],
        expected: Some(Expected {
            blocks: -3 * 10,
            bytes: -3 * 1000,
            why: "DHAT begins in the child of a fork with what its parent has counted: 3 children, 10 blocks of 100 bytes",
        }),
    },
    Program {
        name: "C, aligned blocks and reallocations",
        source: Source::C(include_str!("programs/aligned.c")),
        arguments: &[],
        expected: Some(Expected {
            blocks: 0,
            bytes: -2,
            why: "DHAT counts a block of 0 bytes as one of 1 byte: there are 2",
        }),
    },
    Program {
        name: "`sort`",
        source: Source::Installed("/usr/bin/sort"),
        arguments: &[TEXT],
        expected: None,
    },
    Program {
        name: "`ls`",
        source: Source::Installed("/bin/ls"),
        arguments: &["-laR", "/usr/include"],
        expected: None,
    },
    Program {
        name: "Criterion, `decode/json/gzip/10k` of `examples/log-pipeline`, once",
        source: Source::Benchmark("decode"),
        arguments: &["--bench", "--test", "decode/json/gzip/10k"],
        expected: None,
    },
];

pub(super) fn run(folder: &Path) -> Result<(), TaskError> {
    say("| program | blocks here | blocks, DHAT | bytes here | bytes, DHAT | |");
    say("|---|---|---|---|---|---|");
    let mut unexplained = Vec::new();
    for program in &PROGRAMS {
        let path = made(program, folder)?;
        let path = path.display().to_string();
        let words: Vec<&str> = [path.as_str()].into_iter().chain(program.arguments.iter().copied()).collect();
        let here = here(&words, folder)?;
        let dhat = dhat::count(&words, folder)?;
        let is_alone = matches!(program.source, Source::Benchmark(_));
        let of = |counted: &dhat::Counted| if is_alone { counted.largest } else { counted.total };
        let (of_here, of_dhat) = (of(&here), of(&dhat));
        let difference = (
            of_here.blocks.cast_signed() - of_dhat.blocks.cast_signed(),
            of_here.bytes.cast_signed() - of_dhat.bytes.cast_signed(),
        );
        let verdict = match &program.expected {
            _ if difference == (0, 0) => "equal".to_owned(),
            Some(expected) if difference == (expected.blocks, expected.bytes) => {
                format!("as expected: {}", expected.why)
            }
            _ => {
                unexplained.push(program.name);
                "**not explained**".to_owned()
            }
        };
        say(&format!(
            "| {} | {} | {} | {} | {} | {verdict} |",
            program.name, of_here.blocks, of_dhat.blocks, of_here.bytes, of_dhat.bytes
        ));
        if unexplained.last() == Some(&program.name) {
            tell_callers(&here, &dhat);
        }
    }
    if unexplained.is_empty() {
        return Ok(());
    }
    Err(TaskError::Failed(format!("counts differ for: {}", unexplained.join("; "))))
}

/// What perfaudit counts of a command.
fn here(words: &[&str], folder: &Path) -> Result<dhat::Counted, TaskError> {
    let command = Command::new(words[0]).args(&words[1..]);
    let counted = count(&command, folder, &Interrupt::new(), &mut |_| {})
        .map_err(|error| TaskError::Failed(format!("`{}`: {error}", words[0])))?;
    let totals = counted.stacks.totals();
    let told = |counts: &HeapCounts| Told { blocks: counts.count, bytes: counts.bytes };
    let largest = counted.stacks.processes.iter().max_by_key(|process| process.counts.count);
    let largest = largest.map(|process| told(&process.counts)).unwrap_or_default();
    let mut callers: BTreeMap<String, Told> = BTreeMap::new();
    let id = WorkloadId("oracle".to_owned());
    let places = SymbolPlaces::of_this_machine();
    let profile = symbolise(counted.stacks, id, &ProjectSources::default(), &places).whole();
    for stack in &profile.stacks {
        let caller = profile.stack(stack.node).next();
        let name = caller.map_or("", |frame| &profile.functions[frame.function as usize].name);
        let told = Told { blocks: stack.counts.count, bytes: stack.counts.bytes };
        callers.entry(name.to_owned()).or_default().add(told);
    }
    Ok(dhat::Counted { total: told(&totals), largest, callers })
}

/// The functions that called the allocator differently often, or for a different size.
fn tell_callers(here: &dhat::Counted, dhat: &dhat::Counted) {
    let names: BTreeSet<&String> = here.callers.keys().chain(dhat.callers.keys()).collect();
    for name in names {
        let of = |counted: &dhat::Counted| counted.callers.get(name).copied().unwrap_or_default();
        let (here, dhat) = (of(here), of(dhat));
        if here != dhat {
            say(&format!(
                "    {name}: {} blocks, {} bytes here; {} blocks, {} bytes by DHAT",
                here.blocks, here.bytes, dhat.blocks, dhat.bytes
            ));
        }
    }
}

/// The program's file, compiled where it is not installed.
fn made(program: &Program, folder: &Path) -> Result<PathBuf, TaskError> {
    match &program.source {
        Source::Installed(path) => Ok(PathBuf::from(path)),
        Source::Benchmark(name) => benchmark(name),
        Source::Rust(source) => programs::rust(source, folder),
        Source::C(source) => programs::c(source, folder),
    }
}

/// Builds a benchmark of the example; cargo says where it put it.
fn benchmark(name: &str) -> Result<PathBuf, TaskError> {
    let manifest = workspace::root().join("examples/log-pipeline/Cargo.toml");
    let options = ["bench", "--no-run", "--workspace", "--message-format=json", "--bench", name];
    let command = Command::new("cargo").args(options).arg("--manifest-path").arg(&manifest);
    let text = programs::printed(&command)?;
    text.lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .find(|message| message["target"]["name"] == name && message["executable"].is_string())
        .and_then(|message| message["executable"].as_str().map(PathBuf::from))
        .ok_or_else(|| TaskError::Failed(format!("cargo built no benchmark `{name}`")))
}
