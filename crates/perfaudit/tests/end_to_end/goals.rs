//! Objectives, baselines and the configuration, through the command line.

use perfaudit_result::{RecordedVerdict, SloStatus};

use crate::support::{MANIFEST, Project, bench_section, fake_bench};

/// Twenty batches of one call each, about as many nanoseconds as `times` has.
fn calls(nanoseconds: u32) -> String {
    let times: Vec<String> = (0..100).map(|i| (nanoseconds + i * 7 % 10).to_string()).collect();
    let iterations = vec!["1"; 100].join(",");
    format!(
        "|m| m.write_sample(r#\"{{\"sampling_mode\":\"Flat\",\"iters\":[{iterations}],\"times\":[{}]}}\"#)",
        times.join(",")
    )
}

/// A project with a benchmark whose calls take about this many nanoseconds.
fn project_of(nanoseconds: u32) -> Project {
    let project = Project::small();
    project.write("benches/first.rs", &fake_bench(&format!("(\"calls\", {})", calls(nanoseconds))));
    project
}

fn slo(limit: &str, rest: &str) -> String {
    format!("[[slo]]\nmetric = \"wall_time.p95\"\nworkload = \"small/*\"\nlimit = \"{limit}\"\n{rest}")
}

#[test]
fn objectives_are_judged_and_decide_the_exit_code() {
    let project = project_of(1000);
    for (limit, status, code, headline) in [
        ("1 ms", SloStatus::Ok, 0, "1 objective kept, 1 benchmark measured"),
        ("1500 ns", SloStatus::Warning, 0, "1 objective kept, 1 benchmark measured"),
        ("900 ns", SloStatus::Critical, 1, "1 of 1 objective not kept"),
    ] {
        project.write("perfaudit.toml", &slo(limit, ""));
        let audited = project.audit(&[]);
        assert_eq!(audited.result.slos[0].status, status, "{limit}: {}", audited.result.slos[0].reason);
        assert_eq!(audited.code(), code, "{limit}");
        assert!(audited.result.verdict.headline.starts_with(headline), "{}", audited.result.verdict.headline);
        for report in ["report.html", "report.md"] {
            assert!(audited.file(report).contains("Objectives"), "{report}");
        }
        assert!(audited.outcome.stdout.contains(status.label()), "{}", audited.outcome.stdout);
    }
}

#[test]
fn an_objective_on_batch_means_or_on_nothing_is_not_measured_and_never_passes() {
    let project = Project::small().file("perfaudit.toml", &slo("1 s", ""));
    let audited = project.audit(&[]);
    assert_eq!((audited.code(), audited.result.slos[0].status), (3, SloStatus::NotMeasured));
    project.write("perfaudit.toml", &slo("1 s", "").replace("small/*", "nothing/*"));
    let audited = project.audit(&[]);
    assert_eq!((audited.code(), audited.result.slos[0].workload.clone()), (3, None));
}

#[test]
fn a_mistake_in_the_configuration_is_told_with_its_place_before_anything_is_built() {
    let project = Project::small().file("perfaudit.toml", &slo("100 MB", "limt = 1\n"));
    let outcome = project.perfaudit().args(["audit"]).run();
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""));
    for part in ["perfaudit.toml:4:9:", "is an amount of data", "perfaudit.toml:5:1:", "did you mean `limit`"]
    {
        assert!(outcome.stderr.contains(part), "{part:?} is not in {}", outcome.stderr);
    }
    assert!(!project.root().join("target/perfaudit/build").exists());
}

#[test]
fn the_command_line_beats_the_environment_and_that_the_file() {
    let project = Project::small().file("perfaudit.toml", "[audit]\nmode = \"full\"\n");
    let mode = |invocation, arguments: &[&str]| project.audit_with(invocation, arguments).result.run.mode;
    assert_eq!(mode(project.perfaudit(), &[]), perfaudit_result::Mode::Full);
    let quick = || project.perfaudit().env("PERFAUDIT_MODE", "quick");
    assert_eq!(mode(quick(), &[]), perfaudit_result::Mode::Quick);
    assert_eq!(mode(quick(), &["--mode", "standard"]), perfaudit_result::Mode::Standard);
    let shown = quick().args(["config", "show"]).run();
    assert_eq!(shown.code, Some(0));
    assert!(shown.stdout.contains("environment variable PERFAUDIT_MODE"), "{}", shown.stdout);
}

#[test]
fn a_precondition_can_be_allowed_by_its_code_and_a_wrong_code_is_refused() {
    let project = Project::small().file(
        "Cargo.toml",
        &format!("{MANIFEST}{}\n[profile.bench]\nopt-level = 0\n", bench_section("first")),
    );
    let status = |arguments: &[&str]| {
        let preconditions = project.audit(arguments).result.preconditions;
        preconditions.into_iter().find(|condition| condition.code == "optimised-build").unwrap().status
    };
    assert_eq!(status(&[]), perfaudit_result::PreconditionStatus::Violated);
    assert_eq!(status(&["--allow", "optimised-build"]), perfaudit_result::PreconditionStatus::Allowed);
    let refused = project.perfaudit().args(["audit", "--allow", "optimized-build"]).run();
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("did you mean `optimised-build`"), "{}", refused.stderr);
}

#[test]
fn benchmarks_that_are_built_unlike_what_ships_are_told_with_what_differs() {
    let profiles = "\n[profile.bench]\ncodegen-units = 4\n[profile.dist]\ninherits = \"bench\"\n";
    let manifest = format!("{MANIFEST}{}{profiles}", bench_section("first"));
    let project = Project::small().file("Cargo.toml", &manifest);
    let condition = |project: &Project| {
        let preconditions = project.audit(&[]).result.preconditions;
        preconditions.into_iter().find(|condition| condition.code == "shipping-profile").unwrap()
    };
    let unlike = condition(&project);
    assert_eq!(unlike.status, perfaudit_result::PreconditionStatus::Violated);
    assert!(unlike.message.ends_with("codegen-units is 4 instead of 16"), "{}", unlike.message);
    let told = project.perfaudit().args(["doctor"]).run();
    assert!(told.stdout.contains("codegen-units is 4 instead of 16"), "{}", told.stdout);
    project.write("perfaudit.toml", "[bench]\nshipped-profile = \"dist\"\n");
    assert_eq!(condition(&project).status, perfaudit_result::PreconditionStatus::Met);
}

#[test]
fn init_writes_a_configuration_that_changes_nothing_and_never_writes_over_one() {
    let project = Project::small();
    assert_eq!(project.perfaudit().args(["init"]).run().code, Some(0));
    let written = std::fs::read_to_string(project.root().join("perfaudit.toml")).unwrap();
    assert!(written.contains("[[slo]]"), "{written}");
    assert_eq!(project.audit(&[]).code(), 0);
    let again = project.perfaudit().args(["init"]).run();
    assert_eq!(again.code, Some(2));
    assert!(again.stderr.contains("remove it first"), "{}", again.stderr);
    let printed = project.perfaudit().args(["init", "--stdout"]).run();
    assert_eq!(printed.stdout, written);
}

#[test]
fn a_run_is_put_beside_a_baseline_that_outlives_its_target_directory() {
    let project = project_of(1000);
    let store = project.home().join("store");
    let in_store = |arguments: &[&str]| {
        let mut all = arguments.to_vec();
        let store = store.to_string_lossy().into_owned();
        all.extend(["--store", &store]);
        project.audit(&all)
    };
    let first = in_store(&["--save-baseline", "main"]);
    assert_eq!(first.result.comparison, None);
    std::fs::remove_dir_all(project.root().join("target")).unwrap();
    let same = in_store(&["--baseline", "main"]).result.comparison.unwrap();
    assert!(same.workloads.iter().all(|row| row.verdict == RecordedVerdict::NotDistinguished));
    project.write("benches/first.rs", &fake_bench(&format!("(\"calls\", {})", calls(2000))));
    let audited = in_store(&["--baseline", "main"]);
    let slower = audited.result.comparison.as_ref().unwrap();
    assert_eq!(slower.workloads[0].verdict, RecordedVerdict::Worse);
    assert!((slower.workloads[0].effect.unwrap() - 1.0).abs() < 0.02);
    assert!(audited.outcome.stdout.contains("worse: small/first/calls: p50"), "{}", audited.outcome.stdout);

    let store = store.to_string_lossy().into_owned();
    let call = |arguments: &[&str]| project.perfaudit().args(arguments).args(["--store", &store]).run();
    assert!(call(&["baseline", "list"]).stdout.starts_with("main  "));
    assert_eq!(call(&["baseline", "rm", "main"]).code, Some(0));
    let missing = call(&["audit", "--baseline", "main"]);
    assert_eq!(missing.code, Some(2));
    assert!(missing.stderr.contains("`--save-baseline NAME` makes one"), "{}", missing.stderr);
}

#[test]
fn runs_that_are_unlike_are_not_compared_unless_that_is_allowed() {
    let project = project_of(1000);
    let store = project.home().join("store").to_string_lossy().into_owned();
    project.audit(&["--store", &store, "--save-baseline", "main"]);
    let other = ["--mode", "quick", "--store", &store, "--baseline", "main"];
    let refused = project.audit(&other);
    assert_eq!(refused.result.comparison, None);
    let limit = refused.result.limits.iter().find(|limit| limit.code == "baseline-unlike").unwrap();
    assert!(limit.message.contains("mode: standard there, quick here"), "{}", limit.message);
    let allowed: Vec<&str> = other.into_iter().chain(["--allow-unlike"]).collect();
    let comparison = project.audit(&allowed).result.comparison.unwrap();
    assert_eq!(comparison.unlike, ["mode: standard there, quick here"]);
}

#[test]
fn completions_and_the_manual_name_every_subcommand() {
    let project = Project::empty();
    let completions = project.perfaudit().args(["completions", "bash"]).run();
    let manual = project.perfaudit().args(["man"]).run();
    for command in ["audit", "report", "doctor", "explain", "baseline", "init", "config"] {
        assert!(completions.stdout.contains(command), "{command}");
        assert!(manual.stdout.contains(command), "{command}");
    }
}
