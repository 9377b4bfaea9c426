//! Compiling small programs, recording them, and names for what was found.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use object::{Object, ObjectSymbol};
use perfaudit_cpu::record::{self, RateHz, RecordError, RecordOptions, Recorded, StackBytes};
use perfaudit_cpu::{CodeAddress, Lookup, Recording};
use perfaudit_exec::{Command, Finished, Gate, Interrupt};
use perfaudit_result::NodeId;
use tempfile::TempDir;

/// A program that was made for one test.
pub(crate) struct Program {
    folder: TempDir,
    pub(crate) path: PathBuf,
}

impl Program {
    /// Compiles `tests/record/programs/NAME.c` or `.rs`.
    pub(crate) fn compile(name: &str, options: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("program");
        let program = Self { folder, path };
        program.compile_into("program", name, options);
        program
    }

    /// Compiles another source file into the folder of this program.
    pub(crate) fn compile_into(&self, output: &str, name: &str, options: &[&str]) -> PathBuf {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/record/programs").join(name);
        let output = self.folder.path().join(output);
        let compiler = if name.ends_with(".rs") {
            let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
            Command::new(rustc).args(["--edition=2024", "-Copt-level=2", "-o"])
        } else {
            Command::new(std::env::var_os("CC").unwrap_or_else(|| "cc".into())).args(["-O2", "-o"])
        };
        let compiler = compiler.arg(&output).arg(source).args(options);
        let finished = perfaudit_exec::run(&compiler, &Interrupt::new(), &mut |_| {}).unwrap();
        assert!(finished.ending.is_success(), "{}", finished.stderr.text());
        output
    }

    pub(crate) fn command(&self) -> Command {
        Command::new(&self.path)
    }
}

/// This test program as a gate; the test that is named calls `serve_if_asked` first of all.
pub(crate) fn gate() -> Gate {
    let test = "known_truth::shares_of_functions_are_those_of_the_work_they_do";
    let program = std::env::current_exe().unwrap();
    Gate::through(Command::new(program).args(["--exact", test, "--nocapture", "--test-threads=1"]))
}

pub(crate) fn options(hz: u32, stack_bytes: u32) -> RecordOptions {
    let stack = StackBytes::new(stack_bytes);
    RecordOptions { rate: RateHz::new(hz), stack, most_stack: stack, ..RecordOptions::default() }
}

pub(crate) fn try_record(
    command: &Command,
    options: &RecordOptions,
) -> Result<(Recorded, Finished), RecordError> {
    record::run(command, &gate(), options, &Interrupt::new(), &mut |_| {})
}

pub(crate) fn record(command: &Command, options: &RecordOptions) -> (Recording, Finished) {
    let (recorded, finished) = try_record(command, options).unwrap();
    check(&recorded.recording);
    (recorded.recording, finished)
}

/// What must be true of every recording.
pub(crate) fn check(recording: &Recording) {
    let (nodes, sampler) = (recording.stacks.nodes(), &recording.sampler);
    assert_eq!(recording.samples.iter().map(|run| run.count).sum::<u64>(), sampler.samples);
    let mut truncated = 0;
    for run in &recording.samples {
        assert!((run.node as usize) < nodes.len() && run.block < recording.blocks.count && run.count > 0);
        assert!((run.thread as usize) < recording.threads.len());
        let root = *addresses(recording, run.node).last().unwrap();
        truncated += if root == CodeAddress::Truncated { run.count } else { 0 };
    }
    assert_eq!(truncated, sampler.truncated);
    for (_, frame) in nodes {
        if let CodeAddress::InModule { module, .. } = frame {
            assert!((*module as usize) < recording.modules.len());
        }
    }
}

/// The frames of a stack, the innermost first.
pub(crate) fn addresses(recording: &Recording, node: NodeId) -> Vec<CodeAddress> {
    let nodes = recording.stacks.nodes();
    std::iter::successors(Some(node), |&node| nodes[node as usize].0)
        .map(|node| nodes[node as usize].1)
        .collect()
}

/// Names for addresses, from the symbol tables of files.
#[derive(Default)]
pub(crate) struct Names(HashMap<PathBuf, Vec<(u64, u64, String)>>);

impl Names {
    /// The frames of a stack by name, the innermost first; with its file where the file has no symbol for it.
    pub(crate) fn of(&mut self, recording: &Recording, node: NodeId) -> Vec<String> {
        addresses(recording, node).into_iter().map(|frame| self.name(recording, frame)).collect()
    }

    fn name(&mut self, recording: &Recording, frame: CodeAddress) -> String {
        let (module, address, lookup) = match frame {
            CodeAddress::InModule { module, address, lookup } => (module, address, lookup),
            CodeAddress::Kernel { .. } => return "[kernel]".into(),
            CodeAddress::Anonymous { .. } => return "[anonymous]".into(),
            CodeAddress::Truncated => return "[truncated]".into(),
        };
        let address = if lookup == Lookup::ReturnAddress { address - 1 } else { address };
        let path = &recording.modules[module as usize].path;
        let symbols = self.0.entry(path.clone()).or_insert_with(|| symbols(path));
        let found =
            symbols.iter().find(|(start, size, _)| (*start..start + (*size).max(1)).contains(&address));
        match found {
            Some((_, _, name)) => name.clone(),
            None => format!("[{}]", path.file_name().unwrap().to_string_lossy()),
        }
    }

    /// How many samples have a frame with this name.
    pub(crate) fn inclusive(&mut self, recording: &Recording, name: &str) -> u64 {
        let runs = recording.samples.iter();
        runs.filter(|run| self.of(recording, run.node).iter().any(|frame| frame == name))
            .map(|run| run.count)
            .sum()
    }
}

fn symbols(path: &Path) -> Vec<(u64, u64, String)> {
    let Ok(bytes) = std::fs::read(path) else { return Vec::new() };
    let file = object::File::parse(&*bytes).unwrap();
    let all = file.symbols().filter(|symbol| symbol.kind() == object::SymbolKind::Text);
    all.map(|symbol| (symbol.address(), symbol.size(), symbol.name().unwrap_or("").to_owned())).collect()
}

/// Whether `found` of `n` is what chance allows if each has this probability: within five standard deviations of the
/// binomial distribution, which chance leaves once in 1.7 million times.
pub(crate) fn is_plausible(found: u64, n: u64, probability: f64) -> bool {
    let (found, n) = (found as f64, n as f64);
    (found - n * probability).abs() <= 5.0 * (n * probability * (1.0 - probability)).sqrt() + 1.0
}
