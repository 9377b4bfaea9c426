//! Debug information that is not in the program, not whole, or not there.

use std::path::Path;

use perfaudit_result::OriginKind;

use super::workbench::{Workbench, function, names, stacks};
use crate::recording::FileIdentity;
use crate::symbols::{Flaw, Symbolised, alternate};

const RUST: &str = r#"
#[inline(always)]
fn leaf(x: u64) -> u64 {
    std::hint::black_box(x) + 1
}

#[inline(never)]
fn work(x: u64) -> u64 {
    leaf(x) * 3
}

fn main() {
    println!("{}", work(std::hint::black_box(4)));
}
"#;

const C: &str = r#"
#include <stdio.h>
#include <stdlib.h>

static inline __attribute__((always_inline)) unsigned leaf(unsigned x) {
    volatile unsigned seen = x;
    return seen + 1;
}

__attribute__((noinline)) unsigned work(unsigned x) {
    return leaf(x) * 3;
}

int main(int count, char **arguments) {
    (void)arguments;
    printf("%u\n", work((unsigned)count));
    return 0;
}
"#;

/// Looks up all of `work`; says whether `leaf` was seen in it.
fn look_up(workbench: &Workbench, program: &Path, addresses: &[u64]) -> (bool, Symbolised) {
    let done = workbench.look_up(program, FileIdentity::default(), addresses);
    let seen = stacks(&done.profile).iter().any(|stack| {
        let names = names(&done.profile, stack);
        let tail = names.len().saturating_sub(2);
        matches!(&names[tail..], [leaf, work] if ends(leaf, "leaf") && ends(work, "work"))
            && stack[tail].inlined
            && stack[tail + 1].line > 0
    });
    (seen, done)
}

fn ends(name: &str, with: &str) -> bool {
    name == with || name.ends_with(&format!("::{with}"))
}

fn flaws(done: &Symbolised) -> Vec<Flaw> {
    done.remarks.iter().map(|remark| remark.flaw.clone()).collect()
}

#[test]
fn split_debug_information_is_found_beside_the_program_and_missed_when_it_is_gone() {
    for kind in ["packed", "unpacked"] {
        let workbench = Workbench::new();
        let split = format!("split-debuginfo={kind}");
        let program = workbench.rust(RUST, &["-C", "debuginfo=2", "-C", &split]);
        let addresses = function(&program, "4work");
        let (seen, done) = look_up(&workbench, &program, &addresses);
        assert!(seen, "{kind}");
        assert_eq!(done.remarks, [], "{kind}");
        let work = done.profile.functions.iter().find(|function| function.name.ends_with("work")).unwrap();
        assert_eq!((work.file.as_deref(), work.line), (Some("src/main.rs"), Some(8)), "{kind}");

        let moved = Workbench::new();
        std::fs::copy(&program, moved.at("program")).unwrap();
        drop(workbench);
        let (seen, done) = look_up(&moved, &moved.at("program"), &addresses);
        assert!(!seen);
        assert!(
            matches!(&flaws(&done)[..], [Flaw::SplitUnitsMissing { count: 1, .. }]),
            "{:?}",
            done.remarks
        );
        assert!(done.profile.functions.iter().any(|function| function.name.ends_with("work")), "{kind}");
    }
}

#[test]
fn files_of_split_units_are_found_beside_a_program_that_was_moved() {
    let workbench = Workbench::new();
    let program = workbench.rust(RUST, &["-C", "debuginfo=2", "-C", "split-debuginfo=unpacked"]);
    let addresses = function(&program, "4work");
    let moved = Workbench::new();
    for entry in std::fs::read_dir(workbench.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            std::fs::copy(&path, moved.at(path.file_name().unwrap().to_str().unwrap())).unwrap();
        }
    }
    drop(workbench);
    assert!(look_up(&moved, &moved.at("program"), &addresses).0);
}

#[test]
fn compressed_sections_are_read() {
    for compression in ["-gz=none", "-gz=zlib", "-gz=zstd"] {
        let workbench = Workbench::new();
        let program = match compression {
            // Not every linker can write it, but objcopy of the same age can be asked.
            "-gz=zstd" if !can_zstd(&workbench) => continue,
            _ => workbench.c(C, &["-g", compression]),
        };
        let (seen, done) = look_up(&workbench, &program, &function(&program, "work"));
        assert!(seen, "{compression}: {:?}", done.remarks);
    }
}

fn can_zstd(workbench: &Workbench) -> bool {
    std::fs::write(workbench.at("main.c"), C).unwrap();
    let arguments = ["-g", "-gz=zstd", "main.c", "-o", "program"];
    let run = std::process::Command::new("cc").args(arguments).current_dir(workbench.path()).output();
    run.is_ok_and(|run| run.status.success())
}

#[test]
fn debug_information_moved_away_is_found_by_its_link_and_only_if_it_is_of_this_build() {
    for (folder, linked) in [("", "program.debug"), (".debug/", ".debug/program.debug")] {
        let workbench = Workbench::new();
        let program = workbench.c(C, &["-g", "-Wl,--build-id=none"]);
        let addresses = function(&program, "work");
        std::fs::create_dir_all(workbench.at(".debug")).unwrap();
        workbench.run("objcopy", &["--only-keep-debug", "program", linked]);
        workbench.run("objcopy", &["--strip-all", &format!("--add-gnu-debuglink={linked}"), "program"]);
        let (seen, done) = look_up(&workbench, &program, &addresses);
        assert!(seen, "{folder:?}: {:?}", done.remarks);

        let mut other = std::fs::read(workbench.at(linked)).unwrap();
        other.push(0);
        std::fs::write(workbench.at(linked), other).unwrap();
        let (seen, done) = look_up(&workbench, &program, &addresses);
        assert!(!seen);
        assert_eq!(flaws(&done), [Flaw::DebugFileDiffers { file: "program.debug".into() }]);
        assert_eq!(done.remarks[0].innermost, addresses.len() as u64);
        assert_eq!(done.profile.sampler.unsymbolised, addresses.len() as u64);
    }
}

#[test]
fn debug_information_in_a_build_id_folder_is_found_even_when_the_program_is_gone() {
    let id = "0123456789abcdef0123456789abcdef01234567";
    for kept in [
        "debug/.build-id/01/23456789abcdef0123456789abcdef01234567.debug".to_owned(),
        format!("cache/{id}/debuginfo"),
    ] {
        let workbench = Workbench::new();
        let program = workbench.c(C, &["-g", &format!("-Wl,--build-id=0x{id}")]);
        let addresses = function(&program, "work");
        std::fs::create_dir_all(workbench.at(&kept).parent().unwrap()).unwrap();
        workbench.run("objcopy", &["--only-keep-debug", "program", &kept]);
        workbench.run("strip", &["program"]);
        let (seen, done) = look_up(&workbench, &program, &addresses);
        assert!(seen, "{kept}: {:?}", done.remarks);

        std::fs::remove_file(&program).unwrap();
        let build_id = (0..20).map(|at| u8::from_str_radix(&id[at * 2..at * 2 + 2], 16).unwrap()).collect();
        let recorded = FileIdentity { build_id: Some(build_id), inode: None };
        let done = workbench.look_up(&program, recorded, &addresses);
        assert!(done.profile.functions.iter().any(|function| function.name == "leaf"));
        assert_eq!(done.remarks, []);
    }
}

#[test]
fn a_program_that_has_changed_or_is_gone_gets_a_remark_and_no_names() {
    let workbench = Workbench::new();
    let program = workbench.c(C, &["-g", "-Wl,--build-id=0x0123456789"]);
    let addresses = function(&program, "work");
    let n = addresses.len() as u64;
    for recorded in [
        FileIdentity { build_id: Some(vec![1, 2, 3]), inode: None },
        FileIdentity { build_id: None, inode: Some(1) },
    ] {
        let done = workbench.look_up(&program, recorded, &addresses);
        assert_eq!(flaws(&done), [Flaw::FileChanged]);
        assert_eq!((done.remarks[0].innermost, done.remarks[0].anywhere), (n, n));
        assert_eq!(done.profile.sampler.unsymbolised, n);
        let all: Vec<&str> = done.profile.functions.iter().map(|function| function.name.as_str()).collect();
        assert_eq!(all, ["[unknown in program]"]);
    }
    std::fs::remove_file(&program).unwrap();
    let done = workbench.look_up(&program, FileIdentity::default(), &addresses);
    assert_eq!(flaws(&done), [Flaw::FileGone]);
    let text = done.remarks[0].to_string();
    let expected = format!(
        "program: the file is not there any more ({n} samples, {n} innermost); keep the file until the profile is made"
    );
    assert_eq!(text, expected);
}

#[test]
fn stripped_programs_lose_lines_and_then_names_and_say_so() {
    let workbench = Workbench::new();
    let program = workbench.rust(RUST, &["-C", "debuginfo=0"]);
    let addresses = function(&program, "4work");
    let (seen, done) = look_up(&workbench, &program, &addresses);
    assert!(!seen, "the library has lines, this code has none");
    assert_eq!(flaws(&done), [Flaw::NoLines]);
    assert_eq!(done.profile.sampler.unsymbolised, 0);
    let own = &done.profile.origins[done.profile.functions[0].origin as usize];
    assert_eq!(own.name.as_deref(), Some("shop"), "the crate of the symbol says it");

    workbench.run("strip", &["program"]);
    let (_, done) = look_up(&workbench, &program, &addresses);
    assert_eq!(flaws(&done), [Flaw::NoNames]);
    assert_eq!(done.profile.sampler.unsymbolised, addresses.len() as u64);
}

/// What `gdb`'s manual says that distributions do to programs: a symbol table of its own, compressed, stays.
fn leave_a_mini_table(workbench: &Workbench) {
    workbench.run("objcopy", &["--strip-debug", "--remove-section=.comment", "program", "mini"]);
    workbench.run("xz", &["--keep", "mini"]);
    workbench.run("strip", &["program"]);
    workbench.run("objcopy", &["--add-section=.gnu_debugdata=mini.xz", "program"]);
}

#[test]
fn a_stripped_program_is_named_by_the_small_table_that_was_left_in_it() {
    let workbench = Workbench::new();
    let program = workbench.c(C, &["-g", "-Wl,--build-id=none"]);
    let addresses = function(&program, "work");
    leave_a_mini_table(&workbench);
    let (seen, done) = look_up(&workbench, &program, &addresses);
    assert!(!seen, "it has no lines");
    assert_eq!(flaws(&done), [Flaw::NoLines]);
    assert_eq!(done.profile.sampler.unsymbolised, 0);
    assert!(done.profile.functions.iter().any(|function| function.name == "work"));

    // A damaged one is told, and harms nothing else.
    std::fs::write(workbench.at("mini.xz"), b"\xfd7zXZ\0 and nothing else of it").unwrap();
    workbench.run("objcopy", &["--update-section=.gnu_debugdata=mini.xz", "program"]);
    let (_, done) = look_up(&workbench, &program, &addresses);
    assert!(
        flaws(&done)
            .iter()
            .any(|flaw| matches!(flaw, Flaw::Damaged { reason } if reason.contains(".gnu_debugdata"))),
        "{:?}",
        done.remarks
    );
}

#[test]
fn debug_information_that_is_shared_with_other_files_is_found_by_its_build_id_or_missed_by_name() {
    let id = "0123456789abcdef0123456789abcdef01234567";
    let workbench = Workbench::new();
    let program = workbench.c(C, &["-g", &format!("-Wl,--build-id=0x{id}")]);
    let addresses = function(&program, "work");
    std::fs::copy(&program, workbench.at("common.debug")).unwrap();
    let link = |id_bytes: Vec<u8>| [b"common.debug\0".to_vec(), id_bytes].concat();
    let bytes: Vec<u8> = (0..20).map(|at| u8::from_str_radix(&id[at * 2..at * 2 + 2], 16).unwrap()).collect();
    std::fs::write(workbench.at("link"), link(bytes)).unwrap();
    workbench.run("objcopy", &["--add-section=.gnu_debugaltlink=link", "program"]);
    let (seen, done) = look_up(&workbench, &program, &addresses);
    assert!(seen, "{:?}", done.remarks);
    assert_eq!(done.remarks, []);

    std::fs::write(workbench.at("link"), link(vec![1; 20])).unwrap();
    workbench.run("objcopy", &["--update-section=.gnu_debugaltlink=link", "program"]);
    let missed = alternate::find(&std::fs::read(&program).unwrap(), workbench.path(), &workbench.places());
    assert_eq!(missed, Err(Flaw::SharedFileMissing { file: "common.debug".into() }));
    assert!(missed.unwrap_err().to_string().contains("common.debug, with debug information that it shares"));
    // Of code that needs nothing of it, nothing is missing.
    assert_eq!(look_up(&workbench, &program, &addresses).1.remarks, []);
}

#[test]
fn what_the_compiler_puts_before_the_allocator_lacks_nothing_and_is_no_dependency() {
    let workbench = Workbench::new();
    let program = workbench.rust(RUST, &["-g"]);
    let done = workbench.look_up(&program, FileIdentity::default(), &function(&program, "___rust_dealloc"));
    assert_eq!((flaws(&done), done.profile.sampler.unsymbolised), (Vec::new(), 0));
    let origins: Vec<OriginKind> = done.profile.origins.iter().map(|origin| origin.kind).collect();
    assert_eq!(origins, [OriginKind::Std]);
}
