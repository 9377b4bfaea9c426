//! From stacks of addresses to functions and lines, by the symbols of the CPU profiler.

use std::path::Path;

use perfaudit_agent::{HeapSample, SampledTotals};
use perfaudit_cpu::Recording;
use perfaudit_cpu::symbols::{ProjectSources, SymbolPlaces, SymbolRemark};
use perfaudit_result::{
    CpuProfile, Function, HeapCounts, HeapProfile, HeapStack, NodeId, Rung, SampleRun, Sampler,
    SamplingEvent, Thread, TimeBlocks, WorkloadId,
};

use crate::stacks::{CountedStack, Stacks};

/// Allocations with symbols.
#[derive(Debug, Clone)]
pub struct SymbolisedHeap {
    /// The stacks in the shape that the analysis of CPU profiles reads: a run of samples for each stack, with as many
    /// samples as it allocated blocks, in a thread of its own whose process is the stack's number in `counts`.
    pub(crate) carrier: CpuProfile,
    /// What each stack allocated.
    pub(crate) counts: Vec<HeapCounts>,
    /// What the estimates of each stack rest on; empty where every allocation is counted.
    pub(crate) samples: Vec<HeapSample>,
    /// Where stacks are sampled, what was allocated in all.
    pub(crate) sampled: Option<SampledTotals>,
    /// What is missing of symbols, most blocks first.
    pub remarks: Vec<SymbolRemark>,
    /// Blocks whose stack does not reach its root.
    pub truncated: u64,
    /// Blocks whose innermost frame has no name.
    pub unsymbolised: u64,
}

/// Functions that a thread other than the first begins in.
const THREAD_ROOTS: [&str; 4] = ["start_thread", "clone3", "__clone3", "clone"];

/// Gives the addresses of stacks their functions. Stacks of which all frames have the same functions and lines become one.
#[must_use]
pub fn symbolise(
    stacks: Stacks,
    workload: WorkloadId,
    project: &ProjectSources,
    places: &SymbolPlaces,
) -> SymbolisedHeap {
    let project = with_programs(project, &stacks);
    let Stacks { modules, tree, counted, sampled, .. } = stacks;
    let run =
        |stack: &CountedStack| SampleRun { node: stack.node, thread: 0, block: 0, count: stack.counts.count };
    let recording = Recording {
        sampler: no_sampler(),
        modules,
        threads: vec![Thread { process: 0, thread: 0, name: String::new() }],
        stacks: tree,
        blocks: TimeBlocks { count: 1, width_s: 0.0 },
        samples: counted.iter().map(run).collect(),
    };
    let symbolised = perfaudit_cpu::symbols::symbolise(&recording, workload, &project, places);
    drop(recording);
    let mut carrier = symbolised.profile;
    let mut place = vec![0; carrier.nodes.len()];
    carrier.threads.clear();
    for (number, run) in (0..).zip(&mut carrier.samples) {
        place[run.node as usize] = number;
        run.thread = number;
        carrier.threads.push(Thread { process: number, thread: number, name: String::new() });
    }
    let mut counts = vec![HeapCounts::default(); carrier.samples.len()];
    let mut samples = vec![HeapSample::default(); if sampled.is_some() { counts.len() } else { 0 }];
    for stack in counted {
        let number = place[symbolised.nodes[stack.node as usize] as usize] as usize;
        counts[number].add(&stack.counts);
        if let Some(sample) = samples.get_mut(number) {
            sample.add(&stack.sample);
        }
    }
    mark_other_threads(&mut carrier);
    let is_cut = below(&carrier, |function| function.name == CpuProfile::TRUNCATED);
    let cut = carrier.samples.iter().filter(|run| is_cut[run.node as usize]);
    let truncated = cut.map(|run| run.count).sum();
    let unsymbolised = carrier.sampler.unsymbolised;
    SymbolisedHeap { carrier, counts, samples, sampled, remarks: symbolised.remarks, truncated, unsymbolised }
}

impl SymbolisedHeap {
    /// The functions that are on any stack.
    #[must_use]
    pub fn functions(&self) -> &[Function] {
        &self.carrier.functions
    }

    /// Whether a benchmark harness can be seen with its source files: then a measured function that is on no stack did
    /// not allocate.
    #[must_use]
    pub fn shows_harness(&self) -> bool {
        const HARNESSES: [&str; 3] = ["criterion", "divan", "test"];
        self.carrier.functions.iter().any(|function| {
            let name = function.name.trim_start_matches('<');
            let package = self.carrier.origins[function.origin as usize].name.as_deref().unwrap_or_default();
            function.file.is_some()
                && HARNESSES.iter().any(|harness| {
                    package == *harness
                        || name.strip_prefix(harness).is_some_and(|rest| rest.starts_with("::"))
                })
        })
    }

    /// All of it.
    #[must_use]
    pub fn whole(&self) -> HeapProfile {
        self.of(&self.carrier)
    }

    /// The allocations whose runs are in `part`, which was cut out of the carrier.
    pub(crate) fn of(&self, part: &CpuProfile) -> HeapProfile {
        let of_run = |run: &SampleRun| (run.node, part.threads[run.thread as usize].process);
        let mut runs: Vec<(NodeId, u32)> = part.samples.iter().map(of_run).collect();
        runs.sort_unstable();
        let mut stacks: Vec<HeapStack> = Vec::with_capacity(runs.len());
        for (node, stack) in runs {
            let counts = self.counts[stack as usize];
            match stacks.last_mut() {
                Some(last) if last.node == node => last.counts.add(&counts),
                _ => stacks.push(HeapStack { node, counts }),
            }
        }
        HeapProfile {
            workload: part.workload.clone(),
            origins: part.origins.clone(),
            functions: part.functions.clone(),
            frames: part.frames.clone(),
            nodes: part.nodes.clone(),
            stacks,
        }
    }
}

/// Where the system keeps libraries.
const SYSTEM_FOLDERS: [&str; 5] = ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib"];

/// The project and every program of the run and what it brings along: Rust's standard library is told from what uses it
/// in these, too, which is what sites are drawn by where there is no code of the project's own.
fn with_programs(project: &ProjectSources, stacks: &Stacks) -> ProjectSources {
    let is_of_system = |path: &Path| SYSTEM_FOLDERS.iter().any(|folder| path.starts_with(folder));
    let brought = stacks.modules.iter().map(|module| module.path.as_path());
    let brought = brought.filter(|path| path.is_absolute() && !is_of_system(path));
    let mut project = project.clone();
    project.built.extend(brought.filter_map(Path::parent).map(Path::to_owned));
    project
}

/// Counting allocations takes no samples.
fn no_sampler() -> Sampler {
    Sampler {
        rung: Rung::Agent,
        refused: Vec::new(),
        event: SamplingEvent::Other,
        asked_hz: 0.0,
        reached_hz: None,
        cpu_s: None,
        system_s: None,
        samples: 0,
        lost: 0,
        truncated: 0,
        unsymbolised: 0,
        stack_bytes: 0,
        stack_steps: Vec::new(),
        stopped_s: None,
    }
}

/// Stacks of other threads than the first are told by the functions that threads begin in.
fn mark_other_threads(carrier: &mut CpuProfile) {
    let is_of_other = below(carrier, |function| {
        THREAD_ROOTS.contains(&function.name.as_str()) || function.name.contains("::thread_start")
    });
    for run in &carrier.samples {
        if is_of_other[run.node as usize] {
            let thread = &mut carrier.threads[run.thread as usize];
            thread.thread = !thread.process;
        }
    }
}

/// Of each node, whether it or a caller of it is such a function.
fn below(carrier: &CpuProfile, is_such: impl Fn(&Function) -> bool) -> Vec<bool> {
    let is_such: Vec<bool> = carrier.functions.iter().map(is_such).collect();
    let mut is_below: Vec<bool> = Vec::with_capacity(carrier.nodes.len());
    for node in &carrier.nodes {
        let function = carrier.frames[node.frame as usize].function;
        let above = node.parent.is_some_and(|parent| is_below[parent as usize]);
        is_below.push(above || is_such[function as usize]);
    }
    is_below
}
