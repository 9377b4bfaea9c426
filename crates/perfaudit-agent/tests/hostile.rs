//! Programs that make it hard to count: what is counted is right, or it is said that it is not.

mod support;

use std::process::Command;

use perfaudit_agent::{AgentError, ProcessHeap};
use support::{built, compiled, heap, heaps, run, total_beyond_nothing};

/// An allocator that signal handlers may enter at any moment: it takes the next piece of an arena and gives none back.
const ALLOCATOR: &str = r"
    #include <stddef.h>
    #include <string.h>
    static char arena[1 << 28] __attribute__((aligned(64)));
    static size_t used;
    void *malloc(size_t bytes) {
        char *block = arena + 16 + __atomic_fetch_add(&used, ((bytes + 15) & -16) + 16, __ATOMIC_RELAXED);
        ((size_t *)block)[-1] = bytes;
        return block;
    }
    void *calloc(size_t count, size_t size) { return malloc(count * size); }
    void free(void *block) { (void)block; }
    void *realloc(void *block, size_t bytes) {
        void *new = malloc(bytes);
        size_t before = block ? ((size_t *)block)[-1] : 0;
        memcpy(new, block, before < bytes ? before : bytes);
        return new;
    }
";

#[test]
fn sixty_four_threads_at_once_lose_nothing() {
    let total = total_beyond_nothing(
        "void *work(void *n) { for (int i = 0; i < 50000; i++) free(malloc(8 + (long)n)); return 0; }",
        "pthread_t t[64]; for (long n = 0; n < 64; n++) pthread_create(&t[n], 0, work, (void *)n);
         for (int n = 0; n < 64; n++) pthread_join(t[n], 0);",
    );
    // The loader makes a table for each thread, of at most so much.
    let (threads, table) = (64, 1024);
    assert_eq!(total.count, 64 * 50_000 + threads);
    let own: u64 = (0..64).map(|n| 50_000 * (8 + n)).sum();
    assert!((own..own + threads * table).contains(&total.bytes), "{total:?}");
}

#[test]
fn thousands_of_threads_one_after_the_other_each_find_a_place_of_their_own() {
    let heap = heap(
        "void *work(void *n) { (void)n; free(malloc(100)); return 0; }",
        "for (int n = 0; n < 3000; n++) { pthread_t t; if (pthread_create(&t, 0, work, 0)) return 1; pthread_join(t, 0); }",
    );
    assert!(heap.stacks.iter().any(|stack| (stack.counts.count, stack.counts.bytes) == (3000, 300_000)));
    assert_eq!((heap.gaps.shared_threads, heap.gaps.foreign_frees), (0, 0));
}

#[test]
fn a_child_that_the_c_library_knows_nothing_of_keeps_its_own_book() {
    let heaps = heaps(
        "",
        "sink = malloc(900000); long child = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
         for (int i = 0; i < 20000; i++) free(malloc(child ? 7 : 5));
         if (child) waitpid(child, 0, 0); else _exit(0);",
    );
    assert_eq!(heaps.len(), 2);
    assert_ne!(heaps[0].process, heaps[1].process);
    assert!(
        heaps[0].stacks.iter().any(|stack| (stack.counts.count, stack.counts.bytes) == (20_000, 140_000))
    );
    assert_eq!((heaps[1].total().count, heaps[1].total().bytes), (20_000, 100_000));
}

#[test]
fn a_child_that_never_allocates_is_no_hindrance() {
    let heaps = heaps("", "sink = malloc(5); if (fork() == 0) _exit(0); wait(0); sink = malloc(6);");
    assert_eq!((heaps[0].total().count, heaps[0].total().bytes), (2, 11));
}

#[test]
fn an_allocator_that_another_library_brings_is_counted_and_signals_may_come_at_any_moment() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let allocator = built(folder.path(), "allocator.so", ALLOCATOR, &["-shared", "-fPIC"]);
    let program = compiled(
        folder.path(),
        "long handled; void handler(int n) { (void)n; for (int i = 0; i < 10; i++) free(malloc(300)); handled++; }",
        "struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART}; sigaction(SIGALRM, &action, 0);
         struct itimerval often = {{0, 200}, {0, 200}}; setitimer(ITIMER_REAL, &often, 0);
         long made = 0; while (handled < 500) { sink = realloc(malloc(40), 50); free(sink); made++; }
         struct itimerval never = {{0, 0}, {0, 0}}; setitimer(ITIMER_REAL, &never, 0);
         char text[99]; int bytes = snprintf(text, 99, \"%ld %ld\", made, handled); write(1, text, bytes);",
    );
    let ran = run(folder.path(), &mut Command::new(program), Some(allocator.as_os_str()));
    let text = String::from_utf8(ran.output.stdout).expect("it prints numbers");
    let numbers: Vec<u64> = text.split(' ').map(|number| number.parse().expect("a number")).collect();
    let (made, handled) = (numbers[0], numbers[1]);
    let total = ran.heaps[0].total();
    assert_eq!((total.count, total.bytes), (2 * made + 10 * handled, 90 * made + 3000 * handled));
    assert_eq!((total.live_count, total.live_bytes), (0, 0));
}

#[test]
fn a_process_that_may_not_write_so_large_a_file_runs_on_and_is_told() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let program = compiled(folder.path(), "", "sink = malloc(9); puts(\"well\");");
    for limit in ["ulimit -f 100", "ulimit -v 200000"] {
        let agents = tempfile::tempdir_in(folder.path()).expect("there is room for a folder");
        let words = format!("{limit}; exec {}", program.display());
        let ran = run(agents.path(), Command::new("/bin/sh").args(["-c", &words]), None);
        assert_eq!(ran.output.stdout, b"well\n", "{limit}: {}", ran.output.status);
        assert_eq!((ran.heaps.len(), ran.counters.refused_heaps), (1, 1), "{limit}: the shell is counted");
    }
}

#[test]
fn a_file_of_a_process_that_was_killed_as_it_started_is_told_from_a_damaged_one() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let file = folder.path().join("heap.1.0");
    std::fs::write(&file, [0; 8192]).expect("the folder can be written");
    assert!(matches!(ProcessHeap::read(&file), Err(AgentError::Unfinished { .. })));
    std::fs::write(&file, [7; 8192]).expect("the folder can be written");
    assert!(matches!(ProcessHeap::read(&file), Err(AgentError::Read { .. })));
}
