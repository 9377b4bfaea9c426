//! Programs whose allocations cannot be seen are refused with the reason, before they run.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use perfaudit_exec::{Command, Interrupt};
use perfaudit_heap::{Refusal, count, route};

fn compiled(folder: &Path, source: &str, options: &[&str]) -> PathBuf {
    let file = folder.join("program.c");
    std::fs::write(&file, source).expect("the folder can be written");
    let program = folder.join("program");
    let status = std::process::Command::new("cc")
        .args(["-fno-builtin", "-o"])
        .arg(&program)
        .arg(&file)
        .args(options)
        .status()
        .expect("there is a C compiler");
    assert!(status.success());
    program
}

fn refused(source: &str, options: &[&str]) -> Refusal {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let program = compiled(folder.path(), source, options);
    route(&Command::new(program)).expect_err("its allocations cannot be seen")
}

#[test]
fn a_program_without_a_loader_is_refused() {
    let refusal = refused("int main(void) { return 0; }", &["-static"]);
    assert!(matches!(refusal, Refusal::Static { .. }), "{refusal}");
}

#[test]
fn a_program_with_a_malloc_of_its_own_that_cannot_be_taken_over_is_refused() {
    let source = "void *malloc(unsigned long n); __asm__(\".globl malloc\\n.type malloc, @function\\nmalloc: xor %eax, %eax\\nret\\n.size malloc, 3\");
        int main(void) { return malloc(1) == 0; }";
    let refusal = refused(source, &["-rdynamic"]);
    assert!(matches!(refusal, Refusal::OwnMalloc { .. }), "{refusal}");
}

#[test]
fn a_program_that_an_allocator_of_unknown_functions_is_linked_into_is_refused_with_its_name() {
    // What is left of it in programs of Rust that use nothing else of it.
    let source = "void *sn_rust_alloc(unsigned long n) { (void)n; return 0; }
        int main(void) { return sn_rust_alloc(1) != 0; }";
    let refusal = refused(source, &[]);
    assert!(matches!(refusal, Refusal::OwnAllocator { allocator: "snmalloc", .. }), "{refusal}");
}

#[test]
fn an_allocator_in_a_program_without_symbols_is_known_by_its_messages() {
    for (message, expected) in [("<jemalloc>: oh", "jemalloc"), ("mimalloc: warning: oh", "mimalloc")] {
        let source = format!("#include <stdio.h>\nint main(void) {{ return puts(\"{message}\") < 0; }}");
        let refusal = refused(&source, &["-s"]);
        assert!(
            matches!(refusal, Refusal::OwnAllocator { allocator, .. } if allocator == expected),
            "{refusal}"
        );
    }
}

#[test]
fn a_program_that_hides_most_of_its_allocations_is_named_although_the_c_library_allocates_in_it() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let source = "#include <stdio.h>\nvoid *sn_rust_alloc(unsigned long n) { (void)n; return 0; }
        int main(void) { return puts(\"a buffer\") < 0 || sn_rust_alloc(1) != 0; }";
    let hidden = compiled(folder.path(), source, &[]);
    let command = Command::new("/bin/sh").args(["-c", &format!("{}; true", hidden.display())]);
    let counted =
        count(&command, folder.path(), &Interrupt::new(), &mut |_| {}).expect("the shell is counted");
    assert_eq!(counted.unseen.len(), 1);
    assert!(counted.unseen[0].contains("holds snmalloc"), "{:?}", counted.unseen);
}

#[test]
fn a_library_with_an_allocator_of_its_own_names_is_named() {
    let folders = [(); 2].map(|()| tempfile::tempdir().expect("there is room for a folder"));
    let source = "#define _GNU_SOURCE\n#include <dlfcn.h>\n#include <stddef.h>
        static void *(*next)(size_t);
        void *malloc(size_t n) { if (!next) next = dlsym(RTLD_NEXT, \"malloc\"); return next(n); }
        void *mallocx(size_t n) { return malloc(n); }";
    let library = compiled(folders[0].path(), source, &["-shared", "-fPIC"]);
    let source = "#include <stdlib.h>\nint main(void) { free(malloc(10)); return 0; }";
    let library = library.to_str().expect("a plain path");
    let program = compiled(folders[1].path(), source, &["-Wl,--no-as-needed", library]);
    let command = Command::new(program);
    let counted = count(&command, folders[1].path(), &Interrupt::new(), &mut |_| {});
    let counted = counted.expect("it can be counted");
    assert_eq!((counted.stacks.totals().count, counted.bypassed.len()), (1, 1), "{:?}", counted.bypassed);
    assert!(counted.bypassed[0].contains("`mallocx`"), "{:?}", counted.bypassed);
}

#[test]
fn of_a_script_the_interpreter_is_looked_at_and_what_is_no_program_is_refused() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let script = folder.path().join("script");
    std::fs::write(&script, "#! /bin/sh -e\nexit 0\n").expect("the folder can be written");
    let route_of_script = || route(&Command::new(&script));
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).expect("it is ours");
    assert_eq!(route_of_script().ok().map(|route| route.program), Path::new("/bin/sh").canonicalize().ok());
    std::fs::write(&script, "no program").expect("the folder can be written");
    assert!(matches!(route_of_script(), Err(Refusal::NotElf { .. })));
    let missing = route(&Command::new(folder.path().join("missing")));
    assert!(matches!(missing, Err(Refusal::NotFound { .. })));
}

#[test]
fn processes_of_a_command_are_counted_together_and_one_that_cannot_be_seen_is_named() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let source = "#include <stddef.h>\nstatic char room[99]; void *malloc(size_t n) { (void)n; return room; }
        void free(void *p) { (void)p; } int main(void) { return malloc(1) == NULL; }";
    let hidden = compiled(folder.path(), source, &["-rdynamic"]);
    let words = format!("cat /dev/null; {}", hidden.display());
    let command = Command::new("/bin/sh").args(["-c", &words]);
    let interrupt = Interrupt::new();
    let counted = count(&command, folder.path(), &interrupt, &mut |_| {}).expect("the shell can be counted");
    assert!(counted.stacks.processes.len() >= 2, "{:?}", counted.stacks.processes);
    assert_eq!(counted.unseen.len(), 1);
    assert!(counted.unseen[0].contains("`malloc` of its own"), "{:?}", counted.unseen);
    let alone =
        count(&Command::new(hidden), folder.path(), &interrupt, &mut |_| {}).expect("it can be counted");
    assert_eq!((alone.stacks.totals().count, alone.unseen.len()), (1, 0), "{:?}", alone.unseen);
}
