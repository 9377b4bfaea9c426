//! Programs with an allocator of their own, which no library can stand before: its functions are taken over, and what is
//! counted is what they are known to allocate.

#![cfg(target_arch = "x86_64")]

use std::path::{Path, PathBuf};

use perfaudit_exec::{Command, Interrupt};
use perfaudit_heap::{AllocationSampling, Counted, NoDetour, OwnAllocator, Refusal, count, route, sample};

/// An allocator that hands out pieces of a large room, aligned to 8 bytes, under names with a prefix. One of its functions
/// calls another, as those of real ones do, and one begins with an instruction that refers relative to itself.
const ALLOCATOR: &str = r"
    #include <stddef.h>
    #include <string.h>
    #include <stdio.h>
    #include <pthread.h>
    #define APART __attribute__((noinline, noclone))
    static char room[1 << 24] __attribute__((aligned(16)));
    static size_t used;
    APART void *NAME(malloc)(size_t n) {
        n = (n + 7 & ~(size_t)7) + 8;
        char *block = room + __atomic_fetch_add(&used, n, __ATOMIC_RELAXED);
        *(size_t *)block = n - 8;
        return block + 8;
    }
    APART void *NAME(calloc)(size_t m, size_t n) { return memset(NAME(malloc)(m * n), 0, m * n); }
    APART void NAME(free)(void *block) { if (block) *((size_t *)block - 1) = 0; }
    APART void *NAME(realloc)(void *block, size_t n) {
        void *new = NAME(malloc)(n);
        size_t old = block ? *((size_t *)block - 1) : 0;
        if (block) memcpy(new, block, old < n ? old : n);
        NAME(free)(block);
        return new;
    }
    APART int NAME(posix_memalign)(void **to, size_t a, size_t n) { *to = NAME(malloc)(n + a); return 0; }
    _Thread_local void *volatile sink;
    APART void small(void) { for (int i = 0; i < 1000; i++) { sink = NAME(malloc)(8); NAME(free)(sink); } }
    APART void zeroed(void) { for (int i = 0; i < 10; i++) sink = NAME(calloc)(3, 100); }
    APART void grown(void) { void *p = NULL; for (int i = 1; i <= 4; i++) p = NAME(realloc)(p, 100 * i); sink = p; }
    APART void aligned(void) { void *p; NAME(posix_memalign)(&p, 64, 640); sink = p; }
    static void *work(void *unused) { small(); return unused; }
    int main(void) {
        small(); zeroed(); grown(); aligned();
        pthread_t threads[4];
        for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, work, NULL);
        for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
        return 0;
    }
";
/// What `main` and its threads allocate.
const BLOCKS: u64 = 5 * 1000 + 10 + 4 + 1;
const BYTES: u64 = 5 * 8000 + 10 * 300 + (100 + 200 + 300 + 400) + 640;

fn compiled(folder: &Path, source: &str, options: &[&str]) -> PathBuf {
    let (file, program) = (folder.join("program.c"), folder.join("program"));
    std::fs::write(&file, source).expect("the folder can be written");
    let mut compile = std::process::Command::new("cc");
    let compile = compile.args(["-O2", "-g", "-fno-builtin", "-pthread", "-o"]).arg(&program).arg(&file);
    assert!(compile.args(options).status().expect("there is a C compiler").success());
    program
}

fn counted(folder: &Path, name: &str, options: &[&str]) -> Counted {
    let named = if name.is_empty() { "name".to_owned() } else { format!("{name}##name") };
    let source = format!("#define NAME(name) {named}\n{ALLOCATOR}");
    let program = compiled(folder, &source, options);
    let command = Command::new(program);
    let counted = count(&command, folder, &Interrupt::new(), &mut |_| {}).expect("it can be counted");
    assert!(counted.finished.ending.is_success(), "{:?}", counted.finished.ending);
    counted
}

/// What the C library allocates for the threads of the program.
fn beside(counted: &Counted) -> (u64, u64) {
    let totals = counted.stacks.totals();
    (totals.count - BLOCKS, totals.bytes - BYTES)
}

#[test]
fn every_block_of_an_allocator_of_other_names_is_counted_once() {
    for name in ["_rjem_", "mi_"] {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let counted = counted(folder.path(), name, &[]);
        // The C library allocates a table for each thread.
        let (blocks, bytes) = beside(&counted);
        assert!((4..=8).contains(&blocks) && bytes < 8000, "{blocks} and {bytes} beside those of {name}");
        let totals = counted.stacks.totals();
        assert_eq!((totals.grow_count, totals.grow_bytes), (3, 100 + 200 + 300));
        assert_eq!(totals.live_count - blocks.min(4), 10 + 1 + 1, "{totals:?}");
        assert!(totals.temporary >= 5000, "{totals:?}");
        assert_eq!((counted.unseen.len(), counted.stacks.gaps.unaligned), (0, 0), "{:?}", counted.unseen);
    }
}

#[test]
fn a_block_that_changes_its_size_where_it_is_counts_as_one_that_is_reallocated() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let source = format!(
        "#define NAME(name) _rjem_##name\n#define main known\n{ALLOCATOR}\n#undef main\n
         APART size_t _rjem_xallocx(void *block, size_t n, size_t extra, int flags) {{
             return n <= 400 ? n : 400; }}
         int main(void) {{ void *p = _rjem_malloc(400);
             if (_rjem_xallocx(p, 100, 0, 0) != 100) return 1;
             if (_rjem_xallocx(p, 300, 0, 0) != 300) return 1;
             if (_rjem_xallocx(p, 1000, 0, 0) != 400) return 1;
             sink = p; return 0; }}"
    );
    let command = Command::new(compiled(folder.path(), &source, &[]));
    let counted = count(&command, folder.path(), &Interrupt::new(), &mut |_| {}).expect("it can be counted");
    assert!(counted.finished.ending.is_success(), "{:?}", counted.finished.ending);
    let totals = counted.stacks.totals();
    assert_eq!(
        (totals.count, totals.bytes, totals.live),
        (3, 400 + 100 + 300, 300),
        "what is refused is none"
    );
    assert_eq!((totals.grow_count, totals.grow_bytes), (1, 100));
}

#[test]
fn a_program_that_exports_a_malloc_of_its_own_is_counted_by_that() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    for options in [&["-rdynamic"][..], &["-rdynamic", "-no-pie"], &["-rdynamic", "-s"]] {
        let counted = counted(folder.path(), "", options);
        let (blocks, bytes) = beside(&counted);
        // What the C library asks for goes to the program's, too.
        assert!((4..=8).contains(&blocks) && bytes < 8000, "{blocks} and {bytes} beside");
        assert_eq!(counted.unseen.len(), 0, "{:?}", counted.unseen);
    }
}

#[test]
fn blocks_of_an_own_allocator_are_sampled_too() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let program = compiled(folder.path(), &format!("#define NAME(name) mi_##name\n{ALLOCATOR}"), &[]);
    let sampling =
        AllocationSampling { mean_bytes: std::num::NonZeroU32::new(100).expect("not zero"), seed: 1 };
    let command = Command::new(program);
    let sampled = sample(sampling, &command, folder.path(), &Interrupt::new(), &mut |_| {});
    let totals = sampled.expect("it can be counted").stacks.sampled.expect("it was sampled");
    assert!((BLOCKS + 4..=BLOCKS + 8).contains(&totals.count), "{totals:?}");
}

#[test]
fn a_function_that_cannot_be_moved_and_names_that_are_stripped_refuse_the_program_with_the_reason() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let refused = |source: &str, options: &[&str]| {
        let program = compiled(folder.path(), source, options);
        match route(&Command::new(program)) {
            Err(Refusal::OwnAllocator { reason: Some(reason), .. }) => reason,
            other => panic!("{other:?}"),
        }
    };
    let short = "void *mi_malloc(unsigned long n); __asm__(\".globl mi_malloc\\n.type mi_malloc, @function\\nmi_malloc: xor %eax, %eax\\nret\\n.size mi_malloc, 3\");
        int main(void) { return mi_malloc(1) != 0; }";
    let fixed = NoDetour::Fixed { function: "mi_malloc".to_owned(), why: "it is shorter than a jump" };
    assert_eq!(refused(short, &[]), fixed);
    let named = "#include <stdio.h>\nint main(void) { return puts(\"mimalloc: warning: oh\") < 0; }";
    assert_eq!(refused(named, &["-s"]), NoDetour::NoNames);
}

#[test]
fn the_compiler_of_rust_which_exports_malloc_is_counted() {
    let sysroot = std::process::Command::new("rustc").args(["--print", "sysroot"]).output();
    let sysroot = String::from_utf8(sysroot.expect("rustc is there").stdout).expect("a plain path");
    let compiler = Path::new(sysroot.trim()).join("bin/rustc");
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let source = folder.path().join("small.rs");
    std::fs::write(&source, "pub fn small() -> u32 { 1 }\n").expect("the folder can be written");
    let command = Command::new(&compiler).args(["--crate-type=lib", "--emit=metadata", "-o"]);
    let command = command.arg(folder.path().join("small.rmeta")).arg(&source);
    let route = route(&command).expect("it can be counted");
    // Distributions build it for the system's allocator, which is counted as any other.
    let is_own = matches!(route.own, Some(OwnAllocator { name: None, .. }));
    let counted = count(&command, folder.path(), &Interrupt::new(), &mut |_| {}).expect("it can be counted");
    assert!(counted.finished.ending.is_success(), "{}", counted.finished.stderr.text());
    let totals = counted.stacks.totals();
    assert!(totals.count > 1000 && totals.bytes > 1 << 20, "{totals:?}");
    assert_eq!(counted.unseen.len(), 0, "{:?}", counted.unseen);
    assert_eq!(counted.stacks.processes.iter().any(|process| process.is_detoured), is_own);
}
