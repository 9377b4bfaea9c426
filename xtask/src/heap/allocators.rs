//! Whether programs that bring an allocator of crates.io are counted to the last block: one program, built with each, of
//! which each function allocates a known number of blocks and bytes.

use std::path::{Path, PathBuf};

use perfaudit_cpu::symbols::{ProjectSources, SymbolPlaces};
use perfaudit_exec::{Command, Interrupt};
use perfaudit_heap::{count, symbolise};
use perfaudit_result::{HeapProfile, WorkloadId};

use super::{Told, programs};
use crate::error::TaskError;
use crate::say;

/// The features of the program's package, each with the allocator that it stands for.
const ALLOCATORS: [(&str, &str); 3] =
    [("", "the system's"), ("mimalloc", "mimalloc 0.1.52"), ("jemalloc", "tikv-jemallocator 0.6.1")];

const MANIFEST: &str = r#"
[package]
name = "own-allocator"
version = "0.1.0"
edition = "2021"

[features]
mimalloc = ["dep:mimalloc"]
jemalloc = ["dep:tikv-jemallocator"]

[dependencies]
mimalloc = { version = "=0.1.52", optional = true }
tikv-jemallocator = { version = "=0.6.1", optional = true }

[profile.release]
debug = "limited"

[workspace]
"#;

/// What each function allocates. A vector of bytes grows from 8 by doubling.
const TRUTH: [(&str, Told); 5] = [
    ("boxes", Told { blocks: 1000, bytes: 64_000 }),
    ("grows", Told { blocks: 8, bytes: 2 * 1024 - 8 }),
    ("zeroed", Told { blocks: 100, bytes: 30_000 }),
    ("aligned", Told { blocks: 50, bytes: 32_000 }),
    ("of_threads", Told { blocks: 4000, bytes: 96_000 }),
];

pub(super) fn run(folder: &Path) -> Result<(), TaskError> {
    say("| allocator | blocks in all | bytes in all | functions | blocks that are known |");
    say("|---|---|---|---|---|");
    let mut wrong = Vec::new();
    for (feature, name) in ALLOCATORS {
        let program = built(feature, folder)?;
        let counted = count(&Command::new(&program), folder, &Interrupt::new(), &mut |_| {})
            .map_err(|error| TaskError::Failed(format!("{name}: {error}")))?;
        let (totals, gaps) = (counted.stacks.totals(), counted.stacks.gaps);
        let places = SymbolPlaces::of_this_machine();
        let id = WorkloadId("allocators".to_owned());
        let profile = symbolise(counted.stacks, id, &ProjectSources::default(), &places).whole();
        let mut known = 0;
        for (function, truth) in TRUTH {
            let told = below(&profile, function);
            known += told.blocks;
            if told != truth {
                let (Told { blocks, bytes }, of) = (told, truth);
                let said = format!("{blocks} blocks of {bytes} bytes, not {} of {}", of.blocks, of.bytes);
                wrong.push(format!("{name}, `{function}`: {said}"));
            }
        }
        if gaps.foreign_frees > 0 {
            wrong.push(format!("{name}: {} blocks were freed that are not known", gaps.foreign_frees));
        }
        let right = if wrong.is_empty() { "each as it is known" } else { "**not as known**" };
        say(&format!("| {name} | {} | {} | {right} | {known} |", totals.count, totals.bytes));
    }
    if wrong.is_empty() { Ok(()) } else { Err(TaskError::Failed(wrong.join("; "))) }
}

/// What is allocated below a function of the program.
fn below(profile: &HeapProfile, function: &str) -> Told {
    let name = format!("own_allocator::{function}");
    let is_below =
        |node| profile.stack(node).any(|frame| profile.functions[frame.function as usize].name == name);
    let mut told = Told::default();
    for stack in profile.stacks.iter().filter(|stack| is_below(stack.node)) {
        told.add(Told { blocks: stack.counts.count, bytes: stack.counts.bytes });
    }
    told
}

fn built(feature: &str, folder: &Path) -> Result<PathBuf, TaskError> {
    let package = folder.join(if feature.is_empty() { "plain" } else { feature });
    let sources = package.join("src");
    std::fs::create_dir_all(&sources).map_err(TaskError::file(&sources))?;
    for (file, text) in [
        (package.join("Cargo.toml"), MANIFEST),
        (sources.join("main.rs"), include_str!("programs/own_allocator.rs")),
    ] {
        std::fs::write(&file, text).map_err(TaskError::file(&file))?;
    }
    let target = package.join("target");
    let build = Command::new("cargo").args(["build", "--release", "--features", feature]);
    let build = build.arg("--manifest-path").arg(package.join("Cargo.toml"));
    programs::printed(&build.arg("--target-dir").arg(&target))?;
    Ok(target.join("release/own-allocator"))
}
