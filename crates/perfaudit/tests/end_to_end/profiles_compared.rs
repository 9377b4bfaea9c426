//! Profiles of two runs side by side, and recordings of other tools.

use std::path::PathBuf;
use std::process::Command;

use perfaudit_result::{AuditResult, Rung, WorkloadKind, from_json};

use crate::support::{Outcome, Project, fixtures};

/// Takes turns between two functions, the first of which is told how much to do.
const PROGRAM: &str = r#"
use std::hint::black_box;
macro_rules! busy { ($name:ident, $a:literal, $b:literal, $c:literal) => {
    #[inline(never)]
    fn $name(n: u64) -> u64 {
        let (mut state, mut i) = (1_u64, 0);
        while i < n { state ^= state << $a; state ^= state >> $b; state ^= state << $c; i += 1; }
        state
    }
} }
busy!(told, 13, 7, 17);
busy!(same, 9, 5, 11);
fn main() {
    let n = std::fs::read_to_string("n").unwrap().parse().unwrap();
    let mut sum = 0;
    for _ in 0..600 { sum ^= told(black_box(n)) ^ same(black_box(300_000)); }
    black_box(sum);
}
"#;

fn compiled() -> Project {
    let project = Project::empty().file("program.rs", PROGRAM);
    let status = Command::new("rustc")
        .args(["-O", "-g", "--edition", "2024", "-o", "program", "program.rs"])
        .current_dir(project.root())
        .status()
        .expect("there is a compiler");
    assert!(status.success());
    project
}

/// Profiles the program; answers where its run is.
fn profiled(project: &Project, name: &str, told: &str, rate: &str) -> PathBuf {
    project.write("n", told);
    let directory = project.home().join(name);
    let outcome = project
        .perfaudit()
        .args(["cpu", "--rate", rate, "--out"])
        .args([&directory])
        .args(["--", "./program"])
        .run();
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    directory
}

fn result(outcome: &Outcome) -> AuditResult {
    from_json(&outcome.stdout).unwrap_or_else(|error| panic!("{error}: {}", outcome.stderr))
}

#[test]
fn a_function_that_takes_three_times_as_long_is_slower_and_other_ways_of_sampling_are_refused_or_labelled() {
    let project = compiled();
    let before = profiled(&project, "before", "200000", "999");
    let after = profiled(&project, "after", "600000", "999");
    let report = |run: &PathBuf, against: &PathBuf, options: &[&str]| {
        project
            .perfaudit()
            .args(["report"])
            .args([run])
            .args(["--against"])
            .args([against])
            .args(options)
            .run()
    };
    let compared = result(&report(&after, &before, &["--format", "json"]));
    let difference = &compared.cpu.as_ref().unwrap().differences[0];
    let slower: Vec<&str> = difference.slower.iter().map(|change| change.symbol.as_str()).collect();
    assert_eq!(slower, ["program::told"], "{difference:#?}");
    let told = &difference.slower[0];
    assert!(told.effect.value().unwrap() > 0.2 && told.p < 0.001, "{told:?}");
    // A command that was run once has no interval of its time: then shares are compared, and of two functions that
    // share the time one has less when the other has more.
    assert!(difference.faster.iter().all(|change| change.symbol == "program::same"), "{difference:#?}");

    let in_words = report(&after, &before, &[]);
    assert!(in_words.stdout.contains("slower"), "{}", in_words.stdout);
    assert!(in_words.stdout.contains("shares are compared"), "{}", in_words.stdout);
    let html = std::fs::read_to_string(after.join("report.html")).unwrap();
    assert!(html.contains("Functions whose self time changed"));
    // The run itself keeps what it measured.
    assert!(!std::fs::read_to_string(after.join("result.json")).unwrap().contains("\"differences\""));

    let itself = result(&report(&after, &after, &["--format", "json"]));
    let difference = &itself.cpu.as_ref().unwrap().differences[0];
    assert!(difference.slower.is_empty() && difference.faster.is_empty() && difference.undecided > 0);

    let other = profiled(&project, "other", "200000", "499");
    let refused = report(&after, &other, &["--format", "json"]);
    assert_eq!(refused.code, Some(3), "{}", refused.stderr);
    let limits = result(&refused).limits;
    let limit = limits.iter().find(|limit| limit.code == "profiles-not-compared").unwrap();
    assert!(limit.message.contains("499 Hz before, 999 Hz after"), "{limit:?}");
    let labelled = result(&report(&after, &other, &["--allow-unlike", "--format", "json"]));
    assert_eq!(labelled.cpu.unwrap().differences[0].unlike, ["499 Hz before, 999 Hz after"]);
}

#[cfg(target_arch = "x86_64")]
#[test]
fn what_perf_recorded_is_read_and_what_it_did_not_is_refused() {
    let project = Project::empty().file("no.data", "PERFILE2 and nothing else");
    let file = fixtures().join("../perf-data/frame-pointers.data");
    let outcome = project.perfaudit().args(["cpu", "--format", "json", "--perf-data"]).args([&file]).run();
    let result = result(&outcome);
    let workload = &result.workloads[0];
    assert_eq!((workload.id.0.as_str(), workload.kind), ("perf.data/program", WorkloadKind::Imported));
    let sampler = result.cpu.as_ref().unwrap().workloads[0].sampler.as_ref().unwrap();
    assert_eq!((sampler.rung, sampler.samples, sampler.lost), (Rung::Imported, 56, 0));
    let refused = project.perfaudit().args(["cpu", "--perf-data", "no.data"]).run();
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(refused.stderr.contains("no.data`: it is cut off or damaged"), "{}", refused.stderr);
}

#[test]
fn commands_that_run_what_changed_are_chosen_by_their_profiles_and_what_none_runs_is_told() {
    let source = "//! Functions.\n\n#[inline(never)]\nfn slow(n: u64) -> u64 {\n    (0..n).fold(1, |sum, i| std::hint::black_box(sum ^ i))\n}\n\n\
        fn rare() -> u64 {\n    1\n}\n\nfn main() {\n    let n = if std::env::args().len() > 1 { 9 } else { 90_000_000 };\n    \
        std::process::exit(i32::from(slow(n) > u64::MAX - rare()));\n}\n";
    let config = "[[command]]\nname = \"slow\"\nrun = [\"./program\"]\nruns = 6\n\n[[command]]\nname = \"other\"\nrun = [\"sh\", \"-c\", \"i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done\"]\nruns = 6\n";
    let project = Project::small().file("src/main.rs", source).file("perfaudit.toml", config);
    let run = |program: &str, arguments: &[&str]| {
        let status = Command::new(program).args(arguments).current_dir(project.root()).output().unwrap();
        assert!(
            status.status.success(),
            "{program} {arguments:?}: {}",
            String::from_utf8_lossy(&status.stderr)
        );
    };
    run("rustc", &["-O", "-g", "--edition", "2024", "-o", "program", "src/main.rs"]);
    run("git", &["init", "-q"]);
    run("git", &["add", "."]);
    let name = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
    run("git", &[&name[..], &["commit", "-q", "-m", "first"]].concat());

    let none = project.perfaudit().args(["bench", "--changed", "--offline"]).run();
    assert_eq!(none.code, Some(2), "{}", none.stderr);
    assert!(none.stderr.contains("make them with `perfaudit cpu`"), "{}", none.stderr);

    let profiled = project.perfaudit().args(["cpu", "--offline", "--skip", "bench"]).run();
    assert_eq!(profiled.code, Some(0), "{}{}", profiled.stdout, profiled.stderr);
    let changed = source.replace("sum ^ i)", "sum | i)").replace("    1\n", "    2\n");
    project.write("src/main.rs", &changed);
    let chosen = project.perfaudit().args(["bench", "--changed", "--offline", "--format", "json"]).run();
    let ids: Vec<String> = result(&chosen).workloads.iter().map(|row| row.id.0.clone()).collect();
    assert_eq!(ids, ["command/slow"], "{}", chosen.stderr);
    assert!(chosen.stderr.contains("command/slow: runs slow (src/main.rs)"), "{}", chosen.stderr);
    let limits = result(&chosen).limits;
    let unreached = limits.iter().find(|limit| limit.code == "changed-unreached").unwrap();
    assert!(unreached.message.ends_with(": rare (src/main.rs)"), "{unreached:?}");
}
