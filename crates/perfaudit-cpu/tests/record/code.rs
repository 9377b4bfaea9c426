//! Where code lies: fixed addresses, no libraries, loaded libraries, code made at run time.

use std::os::unix::fs::MetadataExt;

use perfaudit_exec::Command;
use perfaudit_result::SampleRun;

use crate::support::{Names, Program, options, record};

fn reaches_main(options_of_compiler: &[&str]) {
    let program = Program::compile("busy.c", options_of_compiler);
    let (recording, _) = record(&program.command().arg("200000000"), &options(999, 16 << 10));
    let mut names = Names::default();
    let busy = names.inclusive(&recording, "busy");
    assert!(busy > 10, "{:?}", recording.sampler);
    assert!(names.inclusive(&recording, "main") >= busy);
    assert_eq!(recording.modules.iter().filter(|module| module.path == program.path).count(), 1);
    assert!(recording.modules.iter().all(|module| module.identity.inode.is_some()));
}

#[test]
fn a_program_at_a_fixed_address_is_followed() {
    reaches_main(&["-no-pie"]);
}

#[test]
fn a_program_without_shared_libraries_is_followed() {
    reaches_main(&["-static"]);
}

#[test]
fn a_program_without_shared_libraries_at_a_random_address_is_followed() {
    reaches_main(&["-static-pie"]);
}

#[test]
fn frame_pointers_serve_where_there_is_no_call_frame_information() {
    let options = [
        "-fno-asynchronous-unwind-tables",
        "-fno-unwind-tables",
        "-fno-omit-frame-pointer",
        "-mno-omit-leaf-frame-pointer",
    ];
    reaches_main(&options);
}

#[test]
fn libraries_that_are_loaded_and_unloaded_at_run_time_are_told_apart() {
    let program = Program::compile("loader.c", &[]);
    let first = program.compile_into("first.so", "plugin.c", &["-shared", "-fPIC"]);
    let second = program.compile_into("second.so", "plugin.c", &["-shared", "-fPIC"]);
    let (recording, finished) = record(&program.command().arg(&first).arg(&second), &options(999, 16 << 10));
    assert!(finished.ending.is_success());
    for library in [&first, &second] {
        assert!(recording.modules.iter().any(|module| module.path == *library), "{:?}", recording.modules);
    }
    let mut names = Names::default();
    for run in &recording.samples {
        let frames = names.of(&recording, run.node);
        if frames.contains(&"called_back".to_owned()) {
            assert!(frames.contains(&"in_plugin".to_owned()), "{frames:?}");
            assert!(frames.contains(&"main".to_owned()), "{frames:?}");
        }
    }
    assert!(names.inclusive(&recording, "called_back") > 10);
}

#[test]
fn a_new_file_in_the_place_of_a_running_program_is_not_taken_for_it() {
    let program = Program::compile("busy.c", &[]);
    let other = program.compile_into("other", "family.c", &[]);
    let inode = std::fs::metadata(&other).unwrap().ino();
    let (from, to) = (other.display(), program.path.display());
    let script = format!("('{to}' 300000000; :) & sleep 0.2; mv '{from}' '{to}'; wait");
    let (recording, finished) = record(&Command::new("sh").args(["-c", &script]), &options(999, 16 << 10));
    assert!(finished.ending.is_success());
    assert_eq!(std::fs::metadata(&program.path).unwrap().ino(), inode);
    assert!(recording.modules.iter().all(|module| module.identity.inode != Some(inode)));
    let of_program = |run: &&SampleRun| recording.threads[run.thread as usize].name == "program";
    let samples: u64 = recording.samples.iter().filter(of_program).map(|run| run.count).sum();
    assert!(samples > 10, "{:?}", recording.threads);
}

#[cfg(target_arch = "x86_64")]
#[test]
fn a_first_function_without_call_frame_information_is_the_end_of_its_stack_and_not_a_truncation() {
    let compiler = ["-static", "-nostdlib", "-fomit-frame-pointer", "-fasynchronous-unwind-tables"];
    let program = Program::compile("bare.c", &compiler);
    let (recording, finished) = record(&program.command(), &options(999, 16 << 10));
    assert!(finished.ending.is_success());
    let mut names = Names::default();
    assert!(names.inclusive(&recording, "busy") > 10, "{:?}", recording.sampler);
    for run in &recording.samples {
        let frames = names.of(&recording, run.node);
        assert!(frames.ends_with(&["_start".to_owned()]), "{frames:?}");
    }
}

#[cfg(target_arch = "x86_64")]
#[test]
fn code_made_at_run_time_is_followed_by_its_frame_pointer() {
    let program = Program::compile("generated.c", &[]);
    let (recording, finished) = record(&program.command(), &options(999, 16 << 10));
    assert!(finished.ending.is_success());
    let mut names = Names::default();
    let generated = names.inclusive(&recording, "[anonymous]");
    assert!(generated > 10, "{:?}", recording.sampler);
    for run in &recording.samples {
        let frames = names.of(&recording, run.node);
        if let Some(at) = frames.iter().position(|frame| frame == "[anonymous]") {
            assert_eq!(frames[at + 1], "calls_generated");
            assert!(frames.contains(&"main".to_owned()), "{frames:?}");
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[test]
fn a_stack_that_ends_in_what_calls_main_is_whole_where_start_up_code_cannot_be_followed() {
    let compiler = ["-static", "-nostdlib", "-fomit-frame-pointer", "-fasynchronous-unwind-tables"];
    let program = Program::compile("musl.c", &compiler);
    let (recording, finished) = record(&program.command(), &options(999, 16 << 10));
    assert!(finished.ending.is_success());
    let mut names = Names::default();
    let busy = names.inclusive(&recording, "busy");
    assert!(busy > 10 && names.inclusive(&recording, "main") >= busy, "{:?}", recording.sampler);
    assert_eq!(recording.sampler.truncated, 0, "{:?}", recording.sampler);
}

#[cfg(target_arch = "x86_64")]
#[test]
fn code_that_is_mapped_and_unmapped_ten_thousand_times_does_no_harm() {
    let program = Program::compile("remaps.c", &[]);
    let (recording, finished) = record(&program.command(), &options(999, 16 << 10));
    assert!(finished.ending.is_success());
    let mut names = Names::default();
    let generated = names.inclusive(&recording, "[anonymous]");
    assert!(generated > 10, "{:?}", recording.sampler);
    // The first instruction of a new page waits for the kernel, and has no frame yet: its caller is passed over.
    let followed = names.inclusive(&recording, "calls_generated");
    assert!(2 * followed >= generated, "{followed} of {generated}, {:?}", recording.sampler);
}
