//! What users without rights get.

use perfaudit_cpu::record::{self, RecordError, RecordOptions};
use perfaudit_exec::{Command, Interrupt};
use perfaudit_result::Rung;

use crate::support::{Names, Program, options, record, try_record};

/// Set for this test program when it runs as somebody else.
const INNER: &str = "PERFAUDIT_TEST_PROGRAM";

#[test]
fn a_user_without_rights_gets_samples_of_user_code_and_the_reason_for_nothing_better() {
    if let Some(program) = std::env::var_os(INNER) {
        let command = Command::new(program).arg("200000000");
        let (recorded, _) = try_record(&command, &options(999, 16 << 10)).unwrap();
        let off_cpu = recorded.off_cpu.expect("the kernel tells of switches without any rights");
        assert!(off_cpu.total.running_s > 0.0 && off_cpu.threads.len() == 1, "{off_cpu:?}");
        let recording = recorded.recording;
        let mut names = Names::default();
        let busy = names.inclusive(&recording, "busy");
        assert!(busy > 10 && names.inclusive(&recording, "main") >= busy, "{:?}", recording.sampler);
        let paranoid = std::fs::read_to_string("/proc/sys/kernel/perf_event_paranoid").unwrap();
        if paranoid.trim().parse::<i32>().unwrap() >= 2 {
            assert!(!recording.sampler.rung.sees_kernel());
            assert_eq!(names.inclusive(&recording, "[kernel]"), 0);
            assert!(recording.sampler.refused.iter().any(|reason| reason.contains("perf_event_paranoid is")));
        }
        return;
    }
    let program = Program::compile("busy.c", &[]);
    // The folder of cargo may be closed to others.
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("test");
    let busy = folder.path().join("busy");
    std::fs::copy(std::env::current_exe().unwrap(), &own).unwrap();
    std::fs::copy(&program.path, &busy).unwrap();
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(folder.path(), open).unwrap();
    let test = "rights::a_user_without_rights_gets_samples_of_user_code_and_the_reason_for_nothing_better";
    let is_root = nix::unistd::geteuid().is_root();
    let command = if is_root {
        Command::new("setpriv").args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&own)
    } else {
        Command::new(&own)
    };
    let command = command.args(["--exact", test, "--nocapture"]).env(INNER, &busy).directory("/");
    let finished = perfaudit_exec::run(&command, &Interrupt::new(), &mut |_| {}).unwrap();
    assert!(finished.ending.is_success(), "{}\n{}", finished.stdout.text(), finished.stderr.text());
    assert!(finished.stdout.text().contains("1 passed"), "{}", finished.stdout.text());
}

#[test]
fn where_the_kernel_refuses_perf_events_every_rung_has_that_as_its_reason_and_the_preloaded_sampler_is_taken()
{
    if std::env::var_os(INNER).is_some() {
        let folder = tempfile::tempdir().unwrap();
        let trace = folder.path().join("trace");
        let touch = Command::new("touch").arg(&trace);
        let mut kernel = RecordOptions::default();
        kernel.rungs.retain(|&rung| rung < Rung::Agent);
        let error = try_record(&touch, &kernel).unwrap_err();
        let RecordError::NoRung { refused } = &error else { panic!("{error}") };
        assert_eq!(refused.len(), 4);
        assert!(refused.iter().all(|refusal| refusal.reason.contains("not allowed here")), "{error}");
        assert!(!trace.exists());
        let busy = Program::compile("busy.c", &[]);
        let (recording, _) = record(&busy.command().arg("200000000"), &RecordOptions::default());
        assert_eq!((recording.sampler.rung, recording.sampler.refused.len()), (Rung::Agent, 4));
        let mut names = Names::default();
        let working = names.inclusive(&recording, "busy");
        assert!(working > 10 && names.inclusive(&recording, "main") >= working, "{:?}", recording.sampler);
        let fixed = Program::compile("busy.c", &["-static"]);
        let (recording, _) = record(&fixed.command().arg("400000000"), &RecordOptions::default());
        let sampler = &recording.sampler;
        assert_eq!((sampler.rung, sampler.refused.len()), (Rung::Ptrace, 5), "{sampler:?}");
        assert!(sampler.refused[4].contains("linked statically"), "{sampler:?}");
        let working = names.inclusive(&recording, "busy");
        assert!(working > 10 && names.inclusive(&recording, "main") >= working, "{sampler:?}");
        return;
    }
    let program = Program::compile("denies.c", &[]);
    let test = "rights::where_the_kernel_refuses_perf_events_every_rung_has_that_as_its_reason_and_the_preloaded_sampler_is_taken";
    let command = program.command().arg(std::env::current_exe().unwrap());
    let command = command.args(["--exact", test, "--nocapture"]).env(INNER, "1");
    let finished = perfaudit_exec::run(&command, &Interrupt::new(), &mut |_| {}).unwrap();
    assert!(finished.ending.is_success(), "{}\n{}", finished.stdout.text(), finished.stderr.text());
    assert!(finished.stdout.text().contains("1 passed"), "{}", finished.stdout.text());
}

#[test]
fn without_a_wanted_rung_nothing_is_run() {
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("trace");
    let options = RecordOptions { rungs: Vec::new(), ..RecordOptions::default() };
    let error = try_record(&Command::new("touch").arg(&trace), &options).unwrap_err();
    assert!(matches!(error, RecordError::NoRung { .. }), "{error}");
    assert!(!trace.exists());
}

#[test]
fn every_rung_works_or_has_a_reason() {
    let report = record::try_ladder();
    for rung in RecordOptions::RUNGS {
        let refusal = report.refused.iter().find(|refusal| refusal.rung == rung);
        assert_ne!(report.works.contains(&rung), refusal.is_some());
        assert!(refusal.is_none_or(|refusal| !refusal.reason.is_empty()));
    }
}
