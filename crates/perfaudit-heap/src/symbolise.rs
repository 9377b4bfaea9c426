//! From stacks of addresses to functions and lines, by the symbols of the CPU profiler.

use std::path::Path;

use perfaudit_agent::SampledTotals;
use perfaudit_cpu::Recording;
use perfaudit_cpu::symbols::{ProjectSources, SymbolPlaces, SymbolRemark};
use perfaudit_result::{
    CpuProfile, Function, HeapProfile, HeapStack, NodeId, Rung, SampleRun, Sampler, SamplingEvent, Thread,
    TimeBlocks, WorkloadId,
};

use crate::stacks::{CountedStack, Stacks, add_sample};

/// Allocations with symbols.
#[derive(Debug, Clone)]
pub struct SymbolisedHeap {
    /// The stacks in the shape that the analysis of CPU profiles reads: a run of samples for each stack, with as many
    /// samples as it allocated blocks, in a thread of its own whose process is the stack's number in `stacks`.
    pub(crate) carrier: CpuProfile,
    /// What each stack allocated.
    pub(crate) stacks: Vec<CountedStack>,
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
    let (stacks, number_of) = merged(counted, &symbolised.nodes, carrier.nodes.len());
    carrier.threads.clear();
    for (thread, run) in (0..).zip(&mut carrier.samples) {
        run.thread = thread;
        let process = number_of[run.node as usize];
        carrier.threads.push(Thread { process, thread: process, name: String::new() });
    }
    mark_other_threads(&mut carrier);
    let is_cut = below(&carrier, |function| function.name == CpuProfile::TRUNCATED);
    let cut = carrier.samples.iter().filter(|run| is_cut[run.node as usize]);
    let truncated = cut.map(|run| run.count).sum();
    let unsymbolised = carrier.sampler.unsymbolised;
    SymbolisedHeap { carrier, stacks, sampled, remarks: symbolised.remarks, truncated, unsymbolised }
}

/// Puts stacks together that have become one node, in the place where they are; answers them with their new nodes, and of
/// each node its stack's number.
fn merged(mut counted: Vec<CountedStack>, now: &[NodeId], nodes: usize) -> (Vec<CountedStack>, Vec<u32>) {
    const NONE: u32 = u32::MAX;
    let mut number_of = vec![NONE; nodes];
    let mut kept = 0;
    for at in 0..counted.len() {
        let node = now[counted[at].node as usize];
        counted[at].node = node;
        let number = &mut number_of[node as usize];
        if *number == NONE {
            *number = u32::try_from(kept).expect("there are fewer stacks than nodes");
            counted.swap(kept, at);
            kept += 1;
        } else {
            let (before, from) = counted.split_at_mut(at);
            let stack = &mut before[*number as usize];
            stack.counts.add(&from[0].counts);
            add_sample(&mut stack.sample, from[0].sample.take());
        }
    }
    counted.truncate(kept);
    (counted, number_of)
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
            let counts = self.stacks[stack as usize].counts;
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
    // What is preloaded only stands in between.
    let is_ours = |path: &Path| path.file_name().is_some_and(|name| name == perfaudit_agent::LIBRARY_NAME);
    let brought = brought.filter(|path| path.is_absolute() && !is_of_system(path) && !is_ours(path));
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
