//! Allocations of programs whose answer is known.

mod support;

use std::process::Command;

use perfaudit_agent::{Agent, ProcessHeap, Task};
use support::{compiled, heap, heaps, total_beyond_nothing};

#[test]
fn blocks_and_bytes_are_counted_to_the_last() {
    let total = total_beyond_nothing(
        "",
        "for (int i = 0; i < 1000; i++) { sink = malloc(24); free(sink); } for (int i = 0; i < 10; i++) sink = malloc(100);",
    );
    assert_eq!((total.count, total.bytes), (1010, 25_000));
    assert_eq!((total.live_count, total.live_bytes), (10, 1000));
    assert_eq!(total.temporary, 1000);
    assert_eq!((total.sizes[1], total.sizes[2]), (1000, 10), "up to 64 bytes, up to 256 bytes");
}

#[test]
fn every_way_to_allocate_is_counted() {
    let total = total_beyond_nothing(
        "",
        "sink = calloc(10, 10); sink = realloc(sink, 200); sink = aligned_alloc(64, 64); sink = memalign(128, 128);
         void *p = 0; if (posix_memalign(&p, 256, 256)) return 1; sink = reallocarray(p, 3, 100); sink = valloc(500);
         sink = pvalloc(5000);",
    );
    assert_eq!(total.count, 8);
    assert_eq!(total.bytes, 100 + 200 + 64 + 128 + 256 + 300 + 500 + 5000);
    assert_eq!(total.live_bytes, 200 + 64 + 128 + 300 + 500 + 5000);
    assert_eq!((total.grown_count, total.grown_bytes), (2, 100 + 256));
}

#[test]
fn a_block_of_more_than_four_gigabytes_keeps_its_size() {
    let total = total_beyond_nothing("", "sink = malloc(5000000000UL); if (!sink) return 1; free(sink);");
    assert_eq!((total.bytes, total.live_bytes), (5_000_000_000, 0));
}

#[test]
fn the_peak_is_what_was_live_at_the_worst_moment_by_stack() {
    let heap = heap(
        "APART void *early(void) { return malloc(1000); } APART void *late(void) { return malloc(3000); }",
        "void *a = early(); void *b = late(); free(a); sink = malloc(500); free(b); sink = malloc(2000);",
    );
    let peaks: Vec<(i64, u64)> = heap
        .stacks
        .iter()
        .filter(|stack| stack.counts.bytes >= 500 && stack.counts.bytes <= 3000)
        .map(|stack| (stack.counts.peak_bytes, stack.counts.bytes))
        .collect();
    assert_eq!(peaks, [(1000, 1000), (3000, 3000), (0, 500), (0, 2000)]);
    assert_eq!(heap.total().peak_bytes, heap.peak_bytes);
}

#[test]
fn different_stacks_of_the_same_function_are_told_apart() {
    let heap = heap(
        "APART void *leaf(int n) { void *p = malloc(n); sink = p; return p; }
         APART void one(void) { leaf(1111); sink = 0; } APART void two(void) { leaf(2222); sink = 0; }
         APART void deep(int n) { if (n) { deep(n - 1); sink = 0; } else one(); }",
        "for (volatile int i = 0; i < 3; i++) { one(); two(); deep(100); }",
    );
    let by_bytes = |bytes: u64| heap.stacks.iter().filter(|stack| stack.counts.bytes == bytes).count();
    assert_eq!((by_bytes(3 * 1111), by_bytes(3 * 2222)), (2, 1), "one, one below deep, and two");
    let depth = |node: u32| std::iter::successors(Some(node), |&at| heap.nodes[at as usize].parent).count();
    let depths: Vec<usize> = heap
        .stacks
        .iter()
        .filter(|stack| stack.counts.bytes == 3 * 1111)
        .map(|stack| depth(stack.node))
        .collect();
    assert_eq!(depths[1] - depths[0], 101);
}

#[test]
fn the_first_blocks_of_a_stack_are_counted_as_those_that_follow() {
    let heap = heap(
        "APART void *leaf(int n) { void *p = malloc(n); sink = p; return p; }
         APART void *grow(void *p, int n) { void *q = realloc(p, n); sink = q; return q; }
         APART void often(int times, int n) { void *all[8];
           for (int i = 0; i < times; i++) all[i] = leaf(n);
           for (int i = 0; i < times; i++) { sink = 0; free(all[i]); } }",
        "for (volatile int times = 1; times <= 6; times++) often(times, 1000 + times);
         for (volatile int i = 0; i < 4; i++) sink = grow(leaf(50), 2000);
         for (volatile int i = 0; i < 4; i++) { sink = leaf(3000); free(sink); }",
    );
    let of = |bytes: u64, size: u64| {
        let mut stacks = heap.stacks.iter().filter(move |stack| stack.counts.bytes == bytes * size);
        let stack = stacks.next().expect("it allocated that");
        assert!(stacks.next().is_none());
        stack.counts
    };
    // All sizes are of one stack.
    let often = of(1, (1..=6).map(|times| times * (1000 + times)).sum());
    assert_eq!((often.count, often.live_count, often.live_bytes, often.temporary), (21, 0, 0, 1));
    assert_eq!(often.sizes[3], 21);
    let grown = of(4, 2000);
    assert_eq!((grown.count, grown.live_count, grown.grown_count, grown.grown_bytes), (4, 4, 4, 200));
    let short = of(4, 3000);
    assert_eq!((short.count, short.live_count, short.temporary), (4, 0, 4));
    assert_eq!(of(4, 50).live_count, 0);
}

#[test]
fn threads_that_meet_stacks_for_the_first_time_together_lose_no_block() {
    let heap = heap(
        "pthread_barrier_t together;
         APART void deep(int n) { sink = malloc(77); if (n) deep(n - 1); sink = 0; }
         void *work(void *unused) { pthread_barrier_wait(&together); for (int n = 0; n < 400; n += 7) deep(n); return 0; }",
        "pthread_t t[8]; pthread_barrier_init(&together, 0, 8);
         for (int i = 0; i < 8; i++) pthread_create(&t[i], 0, work, 0);
         for (int i = 0; i < 8; i++) pthread_join(t[i], 0);",
    );
    let of_depth: Vec<u64> = (heap.stacks.iter())
        .filter(|stack| stack.counts.bytes == 77 * stack.counts.count && stack.counts.count >= 8)
        .map(|stack| stack.counts.count)
        .collect();
    let times = |depth: u64| (0..400).step_by(7).filter(|n| *n >= depth).count() as u64;
    let expected: Vec<u64> = (0..=399).map(|depth| 8 * times(depth)).collect();
    assert_eq!(of_depth.iter().sum::<u64>(), expected.iter().sum::<u64>());
    assert_eq!(of_depth.len(), 400, "each depth is one stack, whichever thread met it first");
}

#[test]
fn threads_count_apart_and_add_up_and_blocks_may_be_freed_by_another() {
    let total = total_beyond_nothing(
        "void *work(void *unused) { for (int i = 0; i < 100000; i++) { sink = 0; free(malloc(32)); } return malloc(64); }",
        "for (int round = 0; round < 4; round++) { pthread_t t[16]; void *left;
         for (int i = 0; i < 16; i++) pthread_create(&t[i], 0, work, 0);
         for (int i = 0; i < 16; i++) { pthread_join(t[i], &left); free(left); } }",
    );
    // The C library keeps a little for threads.
    assert!((6_400_064..6_400_300).contains(&total.count), "{total:?}");
    assert!(total.live_bytes >= 0 && total.live_bytes < 64 * 1024, "{total:?}");
}

/// Two threads that begin together, with the first `malloc` of the process; fails when one is refused memory.
const FIRST_TOGETHER: (&str, &str) = (
    "volatile int ready, go, refused;
     void *work(void *waits) { if (waits) { ready = 1; while (!go); } else go = 1;
     for (int i = 0; i < 10000; i++) if (!malloc(32)) refused = 1; return 0; }",
    "pthread_t t; pthread_create(&t, 0, work, &t); while (!ready); work(0); pthread_join(t, 0); if (refused) return 1;",
);

#[test]
fn threads_that_are_the_first_to_allocate_get_memory_and_are_all_counted() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let program = compiled(folder.path(), FIRST_TOGETHER.0, FIRST_TOGETHER.1);
    for _ in 0..100 {
        let files = tempfile::tempdir().expect("there is room for a folder");
        let agent = Agent::prepare(files.path(), Task::CountAllocations).expect("the agent can be written");
        let status = Command::new(&program).envs(agent.environment(None)).status();
        assert!(status.expect("the program starts").success());
        let counted = agent.heap_files().expect("the folder can be read");
        let total = ProcessHeap::read(&counted[0]).expect("the agent wrote it").total();
        // The C library keeps a little for threads.
        assert!((20_000..20_100).contains(&total.count), "{total:?}");
        assert!(total.live_bytes >= 20_000 * 32, "{total:?}");
    }
}

#[test]
fn a_program_that_nobody_counts_gets_its_memory_all_the_same() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let program = compiled(folder.path(), FIRST_TOGETHER.0, FIRST_TOGETHER.1);
    let agent = Agent::prepare(folder.path(), Task::CountAllocations).expect("the agent can be written");
    let [(preload, library), _] = agent.environment(None);
    for _ in 0..100 {
        let status = Command::new(&program).env(preload, &library).status();
        assert!(status.expect("the program starts").success());
    }
}

#[test]
fn a_fork_starts_anew_and_what_it_inherits_is_foreign() {
    let heaps = heaps(
        "",
        "sink = malloc(100000); if (fork() == 0) { free(sink); sink = malloc(5000); _exit(0); } wait(0);",
    );
    assert_eq!(heaps.len(), 2);
    assert!(heaps[0].total().live_bytes >= 100_000);
    assert_eq!((heaps[1].total().count, heaps[1].total().bytes, heaps[1].gaps.foreign_frees), (1, 5000, 1));
}

#[test]
fn a_process_that_is_killed_keeps_what_it_counted() {
    let heap = heap("", "for (int i = 0; i < 1000; i++) sink = malloc(48); kill(getpid(), SIGKILL);");
    assert!(heap.total().live_bytes >= 48_000);
}

#[test]
fn a_signal_handler_may_allocate() {
    let total = total_beyond_nothing(
        "void handler(int n) { (void)n; void *p = malloc(77); sink = p; }",
        "signal(SIGALRM, handler); for (int i = 0; i < 1000; i++) { raise(SIGALRM); free(sink); }",
    );
    assert_eq!((total.count, total.bytes, total.live_count), (1000, 77_000, 0));
}

#[test]
fn a_program_that_becomes_another_keeps_two_books() {
    let heaps = heaps("", "sink = malloc(123456); execl(\"/bin/true\", \"true\", (char *)0);");
    assert_eq!(heaps.len(), 2);
    assert_eq!(heaps[0].process, heaps[1].process);
    assert!(heaps[0].modules.iter().any(|module| module.path.ends_with("target")));
}

#[test]
fn every_stack_reaches_its_root() {
    let heap = heap(
        "int compare(const void *a, const void *b) { free(malloc(10)); return *(const int *)a - *(const int *)b; }
         APART void varying(int n) { volatile char room[n]; room[0] = 1; free(malloc(20)); sink = (void *)&room; }",
        "int v[100]; for (int i = 0; i < 100; i++) v[i] = -i; qsort(v, 100, sizeof(int), compare);
         for (int i = 1; i < 200; i++) varying(i * 16);",
    );
    let cut: u64 = heap
        .stacks
        .iter()
        .filter(|stack| {
            let root = std::iter::successors(Some(stack.node), |&at| heap.nodes[at as usize].parent);
            let frame = |node: u32| heap.frames[heap.nodes[node as usize].frame as usize];
            root.last().is_some_and(|root| frame(root) == perfaudit_agent::HeapFrame::Cut)
        })
        .map(|stack| stack.counts.count)
        .sum();
    assert_eq!(cut, 0);
    assert_eq!(heap.gaps, perfaudit_agent::HeapGaps::default());
}
