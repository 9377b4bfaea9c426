//! Compiles programs and makes recordings of chosen addresses.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;

use object::{Object, ObjectSection, ObjectSymbol, SymbolKind};
use perfaudit_result::{
    CpuProfile, Rung, SampleRun, Sampler, SamplingEvent, SourceFrame, Thread, TimeBlocks, WorkloadId,
};
use tempfile::TempDir;

use crate::call_tree::CallTree;
use crate::recording::{CodeAddress, FileIdentity, Lookup, Module, Recording};
use crate::symbols::{PackageSources, ProjectSources, SymbolPlaces, Symbolised, symbolise};

/// A folder with the sources and builds of one test.
pub(super) struct Workbench {
    folder: TempDir,
}

impl Workbench {
    pub(super) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn at(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// Runs a tool in the folder.
    pub(super) fn run(&self, program: &str, arguments: &[&str]) -> String {
        // Stable compilers offer the older mangling to those who ask like this.
        let leave = ("RUSTC_BOOTSTRAP", "1");
        let run =
            Command::new(program).args(arguments).current_dir(self.path()).env(leave.0, leave.1).output();
        let run = run.unwrap_or_else(|error| panic!("{program}: {error}"));
        assert!(run.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
        String::from_utf8(run.stdout).unwrap()
    }

    /// Compiles a Rust program called `program` with what `flags` add to `-O`.
    pub(super) fn rust(&self, source: &str, flags: &[&str]) -> PathBuf {
        std::fs::create_dir_all(self.at("src")).unwrap();
        std::fs::write(self.at("src/main.rs"), source).unwrap();
        let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
        let fixed = ["--edition=2021", "--crate-name=shop", "-O", "src/main.rs", "-o", "program"];
        self.run(&rustc, &[&fixed[..], flags].concat());
        self.at("program")
    }

    /// Compiles a C program called `program`.
    pub(super) fn c(&self, source: &str, flags: &[&str]) -> PathBuf {
        std::fs::write(self.at("main.c"), source).unwrap();
        self.run("cc", &[&["-O2", "main.c", "-o", "program"][..], flags].concat());
        self.at("program")
    }

    /// What is known beforehand: the folder is the project, with one package.
    pub(super) fn project(&self) -> ProjectSources {
        let shop = PackageSources {
            name: "shop".into(),
            version: None,
            directory: self.path().to_owned(),
            crates: vec!["shop".into()],
        };
        ProjectSources { root: self.path().to_owned(), own: vec![shop], ..ProjectSources::default() }
    }

    /// Places of debug information that are all in the folder.
    pub(super) fn places(&self) -> SymbolPlaces {
        SymbolPlaces {
            debug_roots: vec![self.at("debug")],
            debuginfod_caches: vec![self.at("cache")],
            kernel_symbols: None,
        }
    }

    /// One sample at each of the addresses of a module.
    pub(super) fn look_up(&self, module: &Path, identity: FileIdentity, addresses: &[u64]) -> Symbolised {
        let recording = recording(Module { path: module.to_owned(), identity }, addresses);
        let done = symbolise(&recording, WorkloadId("test".into()), &self.project(), &self.places());
        assert_eq!(done.profile.check(), Ok(()));
        assert_eq!(done.profile.total(), addresses.len() as u64);
        done
    }
}

/// A recording with one sample at each address; the block of a sample is the place of its address.
pub(super) fn recording(module: Module, addresses: &[u64]) -> Recording {
    let mut stacks = CallTree::default();
    let samples = addresses.iter().zip(0..).map(|(&address, block)| {
        let address = CodeAddress::InModule { module: 0, address, lookup: Lookup::Instruction };
        SampleRun { node: stacks.child(None, address), thread: 0, block, count: 1 }
    });
    let samples = samples.collect();
    Recording {
        sampler: sampler(addresses.len() as u64),
        modules: vec![module],
        threads: vec![Thread { process: 1, thread: 1, name: "main".into() }],
        stacks,
        blocks: TimeBlocks { count: u32::try_from(addresses.len()).unwrap(), width_s: 0.1 },
        samples,
    }
}

pub(super) fn sampler(samples: u64) -> Sampler {
    Sampler {
        rung: Rung::ClockUser,
        refused: Vec::new(),
        event: SamplingEvent::CpuClock,
        asked_hz: 999.0,
        reached_hz: None,
        cpu_s: None,
        system_s: None,
        samples,
        lost: 0,
        truncated: 0,
        unsymbolised: 0,
        stack_bytes: 8192,
        stack_steps: Vec::new(),
        stopped_s: None,
    }
}

/// Every `stride`th address of the code section.
pub(super) fn code(program: &Path, stride: usize) -> Vec<u64> {
    let bytes = std::fs::read(program).unwrap();
    let file = object::File::parse(&*bytes).unwrap();
    let text = file.section_by_name(".text").unwrap();
    (text.address()..text.address() + text.size()).step_by(stride).collect()
}

/// Every address of the functions whose symbol contains `part`.
pub(super) fn function(program: &Path, part: &str) -> Vec<u64> {
    let bytes = std::fs::read(program).unwrap();
    let file = object::File::parse(&*bytes).unwrap();
    let symbols = file.symbols().filter(|symbol| symbol.name().is_ok_and(|name| name.contains(part)));
    let addresses: Vec<u64> =
        symbols.flat_map(|symbol| symbol.address()..symbol.address() + symbol.size()).collect();
    assert!(!addresses.is_empty(), "no symbol contains {part}");
    addresses
}

/// The stack of each sample, innermost first, in the order of the addresses.
pub(super) fn stacks(profile: &CpuProfile) -> Vec<Vec<SourceFrame>> {
    let mut samples = profile.samples.clone();
    samples.sort_by_key(|run| run.block);
    samples.iter().map(|run| profile.stack(run.node).copied().collect()).collect()
}

/// The names of functions of a stack, innermost first.
pub(super) fn names(profile: &CpuProfile, stack: &[SourceFrame]) -> Vec<String> {
    stack.iter().map(|frame| profile.functions[frame.function as usize].name.clone()).collect()
}

/// Where the functions of the symbol tables are.
pub(super) fn extents(program: &Path) -> Vec<Range<u64>> {
    extents_of(&std::fs::read(program).unwrap())
}

/// The same, of a file in memory.
pub(super) fn extents_of(bytes: &[u8]) -> Vec<Range<u64>> {
    let file = object::File::parse(bytes).unwrap();
    let symbols = file.symbols().chain(file.dynamic_symbols());
    let functions = symbols.filter(|symbol| symbol.kind() == SymbolKind::Text && symbol.is_definition());
    functions.map(|symbol| symbol.address()..symbol.address() + symbol.size()).collect()
}
