//! Estimates from a part of the allocations, of a program whose answer is known. Seeds are fixed, and it has one thread:
//! each run is the same.

mod support;

use std::num::NonZeroU32;
use std::path::Path;
use std::process::Command;

use perfaudit_agent::{Agent, AllocationSampling, ProcessHeap, Task};
use support::{compiled, heap};

/// Many small blocks, some of a size near the mean, few that are far larger.
const HELPERS: &str = "
    APART void small(void) { for (int i = 0; i < 40000; i++) { void *p = malloc(24); sink = p; free(p); } sink = 0; }
    APART void middle(void) { for (int i = 0; i < 400; i++) { void *p = malloc(9000); sink = p; free(p); } sink = 0; }
    APART void large(void) { for (int i = 0; i < 20; i++) { void *p = malloc(400000); sink = p; } sink = 0; }";
const BODY: &str = "small(); middle(); large();";
/// Blocks and the size of each.
const TRUTH: [(f64, f64); 3] = [(40_000.0, 24.0), (400.0, 9000.0), (20.0, 400_000.0)];
const MEAN: u32 = 16 * 1024;

fn sampled(folder: &Path, program: &Path, seed: u64) -> ProcessHeap {
    let folder = tempfile::tempdir_in(folder).expect("there is room for a folder");
    let sampling = AllocationSampling { mean_bytes: NonZeroU32::new(MEAN).expect("not zero"), seed };
    let agent =
        Agent::prepare(folder.path(), Task::SampleAllocations(sampling)).expect("the agent can be written");
    Command::new(program).envs(agent.environment(None)).status().expect("the program starts");
    let files = agent.heap_files().expect("the folder can be read");
    ProcessHeap::read(&files[0]).expect("the agent wrote it")
}

/// The size class of each size: see `HeapCounts::sizes`.
const CLASSES: [usize; 3] = [1, 5, 8];

/// Estimated blocks, bytes and their variances by size.
fn estimates(heap: &ProcessHeap) -> [[f64; 4]; 3] {
    let mut sums = [[0.0; 4]; 3];
    for stack in &heap.stacks {
        let (count, bytes) = (stack.counts.count as f64, stack.counts.bytes as f64);
        let Some(at) = CLASSES.iter().position(|&class| stack.counts.sizes[class] > 0) else { continue };
        let sample = stack.sample.as_deref().copied().unwrap_or_default();
        let more = [count, bytes, sample.count_variance, sample.bytes_variance];
        sums[at].iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
    }
    sums
}

#[test]
fn estimates_are_unbiased_their_variance_is_known_and_totals_are_exact() {
    const SEEDS: u32 = 100;
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let program = compiled(folder.path(), HELPERS, BODY);
    let exact = heap(HELPERS, BODY).total();
    let mut sums = [[0.0; 4]; 3];
    let mut squares = [[0.0; 2]; 3];
    for seed in 0..SEEDS {
        let heap = sampled(folder.path(), &program, seed.into());
        let totals = heap.sampled.expect("it was sampled");
        assert_eq!((totals.count, totals.bytes), (exact.count, exact.bytes));
        for (at, estimate) in estimates(&heap).into_iter().enumerate() {
            sums[at].iter_mut().zip(estimate).for_each(|(sum, more)| *sum += more);
            let truth = [TRUTH[at].0, TRUTH[at].0 * TRUTH[at].1];
            for of in 0..2 {
                squares[at][of] += (estimate[of] - truth[of]).powi(2);
            }
        }
    }
    for (at, (blocks, size)) in TRUTH.into_iter().enumerate() {
        let means = sums[at].map(|sum| sum / f64::from(SEEDS));
        // A block is counted with the probability p, and then as 1 / p blocks.
        let p = 1.0 - (-size / f64::from(MEAN)).exp();
        let variance = blocks * (1.0 - p) / p;
        // Four standard errors of the mean of so many runs; blocks are rounded to whole ones.
        let tolerance = 4.0 * (variance / f64::from(SEEDS)).sqrt() + 1.0;
        assert!((means[0] - blocks).abs() < tolerance, "{size}: {} of {blocks}, {tolerance}", means[0]);
        assert!((means[1] - blocks * size).abs() < tolerance * size, "{size}: {} bytes", means[1]);
        if p < 0.99 {
            let spread = squares[at][0] / f64::from(SEEDS);
            let ratios = [means[2] / variance, means[3] / variance / size / size, spread / variance];
            assert!(ratios.iter().all(|ratio| (0.6..1.6).contains(ratio)), "{size}: {ratios:?}");
        } else {
            assert!(
                (means[0] - blocks).abs() < 0.01,
                "every block that is far larger than the mean is counted"
            );
        }
    }
}

#[test]
fn what_is_freed_is_no_longer_live_and_the_rest_is() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let program = compiled(folder.path(), HELPERS, BODY);
    let heap = sampled(folder.path(), &program, 1);
    let live: i64 = heap.stacks.iter().map(|stack| stack.counts.live_bytes).sum();
    assert_eq!(
        live,
        20 * 400_000,
        "blocks of this size are all sampled, and those that are freed leave nothing"
    );
    let temporary: u64 = heap.stacks.iter().map(|stack| stack.counts.temporary).sum();
    let freed = heap.total().count - 20;
    assert!(temporary.abs_diff(freed) <= 2, "each block was freed as the next thing: {temporary} of {freed}");
}

#[test]
fn processes_that_are_alike_are_not_sampled_alike() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let body = format!("for (int i = 0; i < 2; i++) {{ if (fork() == 0) {{ {BODY} exit(0); }} wait(0); }}");
    let program = compiled(folder.path(), HELPERS, &body);
    let sampling = AllocationSampling { mean_bytes: NonZeroU32::new(MEAN).expect("not zero"), seed: 1 };
    let agent =
        Agent::prepare(folder.path(), Task::SampleAllocations(sampling)).expect("the agent can be written");
    Command::new(program).envs(agent.environment(None)).status().expect("the program starts");
    let files = agent.heap_files().expect("the folder can be read");
    let mut small: Vec<u64> = files
        .iter()
        .map(|file| ProcessHeap::read(file).expect("the agent wrote it"))
        .filter(|heap| heap.total().count > 1000)
        .map(|heap| heap.total().count)
        .collect();
    small.dedup();
    assert_eq!(small.len(), 2);
}

#[test]
fn calls_that_are_passed_on_at_once_are_counted_whichever_way_and_in_whichever_process() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    // A large mean: nearly nothing is sampled. The child is one that the C library knows nothing of.
    let helpers = "APART void all(void) { for (int i = 0; i < 1000; i++) {
            char *p = malloc(0); p = realloc(p, 70); p = realloc(p, 7); free(p); free(calloc(3, 10));
        } free(malloc(100000)); sink = malloc(-9UL); }
        static void *work(void *unused) { all(); return unused; }";
    let body = "if (argc > 1) {
            all(); pthread_t t; pthread_create(&t, 0, work, 0); pthread_join(t, 0);
            long child = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
            if (child) waitpid(child, 0, 0); else { all(); _exit(0); }
        } else { pthread_t t; pthread_create(&t, 0, (void *(*)(void *))abs, 0); pthread_join(t, 0); }";
    let program = compiled(folder.path(), helpers, body);
    let totals = |arguments: &[&str]| {
        let folder = tempfile::tempdir_in(folder.path()).expect("there is room for a folder");
        let sampling = AllocationSampling { mean_bytes: NonZeroU32::MAX, seed: 3 };
        let agent = Agent::prepare(folder.path(), Task::SampleAllocations(sampling));
        let agent = agent.expect("the agent can be written");
        let status = Command::new(&program).args(arguments).envs(agent.environment(None)).status();
        assert!(status.expect("the program starts").success());
        let files = agent.heap_files().expect("the folder can be read");
        let read = files.iter().map(|file| ProcessHeap::read(file).expect("the agent wrote it"));
        let mut totals: Vec<(u64, u64)> =
            read.filter_map(|heap| heap.sampled).map(|totals| (totals.count, totals.bytes)).collect();
        totals.sort_unstable();
        totals
    };
    const BLOCKS: u64 = 4 * 1000 + 1;
    const BYTES: u64 = (70 + 7 + 30) * 1000 + 100_000;
    let nothing = totals(&[])[0];
    assert_eq!(totals(&["all"]), [(BLOCKS, BYTES), (nothing.0 + 2 * BLOCKS, nothing.1 + 2 * BYTES)]);
}

#[test]
fn what_is_refused_is_not_counted_however_small() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    // Until nothing is left, in each way; how many blocks there were is what it prints.
    let helpers = "#include <sys/resource.h>\n#include <unistd.h>\n
        static unsigned long given, refused;
        APART void ask(void) { for (int i = 0; refused < 300; i++) {
            void *p = i % 3 == 0 ? malloc(4000) : i % 3 == 1 ? calloc(1000, 4) : realloc(0, 4000);
            if (p) { given++; sink = p; p = realloc(p, 60000); if (p) given++; else refused++; } else refused++; } }";
    let body = "struct rlimit most = { 1 << 30, 1 << 30 };
        if (argc > 1) { sink = malloc(1); if (setrlimit(RLIMIT_DATA, &most)) return 1; ask(); }
        if (write(1, &given, 8) != 8) return 1;";
    let program = compiled(folder.path(), helpers, body);
    let totals = |arguments: &[&str]| {
        let folder = tempfile::tempdir_in(folder.path()).expect("there is room for a folder");
        let sampling = AllocationSampling { mean_bytes: NonZeroU32::MAX, seed: 3 };
        let agent = Agent::prepare(folder.path(), Task::SampleAllocations(sampling));
        let agent = agent.expect("the agent can be written");
        let output = Command::new(&program).args(arguments).envs(agent.environment(None)).output();
        let output = output.expect("the program starts");
        assert!(output.status.success());
        let files = agent.heap_files().expect("the folder can be read");
        let totals = ProcessHeap::read(&files[0]).expect("the agent wrote it").sampled;
        let given = u64::from_ne_bytes(output.stdout.try_into().expect("it prints a number"));
        (totals.expect("it was sampled").count, given)
    };
    let (nothing, _) = totals(&[]);
    let (count, given) = totals(&["all"]);
    assert!(given > 500, "{given}");
    assert_eq!(count - nothing, 1 + given);
}
