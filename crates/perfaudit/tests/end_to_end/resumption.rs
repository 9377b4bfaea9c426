//! A run that was cut short is gone on with: what it measured counts, and is not measured again.

use std::path::PathBuf;

use perfaudit_result::{ArtifactKind, AuditResult, Workload};

use crate::interruption::{interrupt, wait_for};
use crate::support::{Invocation, Project, bench_section, fake_bench};

/// Prints what divan would: as the median, how many processes there were up to now.
const FAKE_DIVAN: &str = r#"
use std::io::Write;

fn main() {
    // The name by which divan is recognised.
    let _ = std::env::var("DIVAN_SAMPLE_COUNT");
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        println!("p::a: benchmark\np::b: benchmark");
        return;
    }
    let counted = format!("{}.divan", std::env::var("STARTED").unwrap());
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(&counted).unwrap();
    file.write_all(b"x").unwrap();
    let count = std::fs::metadata(&counted).unwrap().len();
    if count == 6 && std::env::var("WAITS").unwrap() == "divan" {
        std::fs::write(std::env::var("STARTED").unwrap(), "").unwrap();
        std::thread::sleep(std::time::Duration::from_secs(1000));
    }
    let name = arguments.last().unwrap().rsplit("::").next().unwrap();
    println!("p fastest \u{2502} slowest \u{2502} median \u{2502} mean \u{2502} samples \u{2502} iters");
    let cell = format!("{count} ns \u{2502}");
    println!("\u{2570}\u{2500} {name}  {cell} {cell} {cell} {cell} 100 \u{2502} 100");
}
"#;

const COUNT: &str = "echo run >> \"$STARTED.command\"
if [ \"$WAITS\" = command ] && [ \"$(wc -l < \"$STARTED.command\")\" -eq 4 ]; then
    : > \"$STARTED\"
    sleep 1000
fi
";

const COMMANDS: &str = "[[command]]\nname = \"counts\"\nrun = \"sh count.sh\"\nruns = 6\n\n[[command]]\nname = \"other\"\nrun = \"cat Cargo.toml | wc -c\"\nruns = 8\n\n[[command]]\nname = \"prepared\"\nprepare = \"exit 0\"\nrun = \"wc -c Cargo.toml\"\nruns = 3\n";

/// A project with benchmarks of two harnesses and commands, one of which waits to be interrupted, once.
struct Interruptible {
    project: Project,
    started: PathBuf,
    waits: &'static str,
}

impl Interruptible {
    /// `waits` is `criterion`, `divan` or `command`.
    fn new(waits: &'static str) -> Self {
        // The first process to find no mark leaves one and waits for the interrupt; later ones find it and go on.
        let once = "|m| {
            let mark = std::path::PathBuf::from(std::env::var(\"STARTED\").unwrap());
            if std::env::var(\"WAITS\").unwrap() == \"criterion\" && !mark.exists() {
                std::fs::write(&mark, \"\").unwrap();
                std::thread::sleep(std::time::Duration::from_secs(1000));
            }
            m.write_sound()
        }";
        let names = ["a", "b", "c", "d", "e"];
        let benchmarks: Vec<String> = names
            .iter()
            .map(|name| {
                format!("(\"{name}\", {})", if *name == "c" { once } else { "Measurement::write_sound" })
            })
            .collect();
        let project = Project::small()
            .file("benches/first.rs", &fake_bench(&benchmarks.join(", ")))
            .file("benches/second.rs", FAKE_DIVAN)
            .file("count.sh", COUNT)
            .file("perfaudit.toml", COMMANDS);
        let manifest =
            std::fs::read_to_string(project.root().join("Cargo.toml")).expect("the project has a manifest");
        project.write("Cargo.toml", &format!("{manifest}{}", bench_section("second")));
        let started = project.home().join("started");
        Self { project, started, waits }
    }

    fn call(&self, arguments: &[&str]) -> Invocation {
        let all = ["audit", "--offline", "--mode", "quick"].into_iter().chain(arguments.iter().copied());
        self.project.perfaudit().env("STARTED", &self.started).env("WAITS", self.waits).args(all)
    }

    fn newest(&self) -> AuditResult {
        let text = std::fs::read_to_string(self.project.runs().join("latest/result.json"))
            .expect("there is a result");
        perfaudit_result::from_json(&text).expect("the result can be read")
    }

    /// Audits until the one that waits is reached.
    fn interrupted(&self) -> AuditResult {
        let child = self.call(&["--seed", "1"]).piped().spawn().expect("it can be started");
        wait_for(|| self.started.exists());
        interrupt(&child);
        assert_eq!(child.wait_with_output().expect("the child can be waited for").status.code(), Some(3));
        let partial = self.newest();
        assert!(partial.run.interrupted);
        partial
    }

    fn whole(&self, arguments: &[&str]) -> AuditResult {
        let outcome = self.call(arguments).run();
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        self.newest()
    }

    /// The times of a workload, as the artifact holds them.
    fn times(&self, result: &AuditResult, row: &Workload) -> Vec<serde_json::Value> {
        let Some(samples) = &row.samples else { return Vec::new() };
        let path = self.project.runs().join(&result.run.id).join(&samples.0);
        let samples: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(path).expect("the samples are there"))
                .expect("they are JSON");
        samples["times"].as_array().expect("times are a list").clone()
    }

    fn is_taken_over(&self, partial: &AuditResult, resumed: &AuditResult, id: &str) -> bool {
        let of = |result: &AuditResult| {
            let row = result.workloads.iter().find(|row| row.id.0 == id).expect("the row is there");
            self.times(result, row)
        };
        let (before, after) = (of(partial), of(resumed));
        assert!(!before.is_empty(), "{id} was not measured before the interrupt");
        after.starts_with(&before)
    }
}

/// What has to be the same in two runs: everything but samples, times and what follows from them.
fn shape(result: &AuditResult) -> Vec<String> {
    let row = |row: &Workload| {
        let batches = row.sampling.as_ref().map(|sampling| sampling.batches);
        format!("{} {:?} {:?} {:?} {batches:?}", row.id, row.state, row.order, row.binary_sha256)
    };
    result.workloads.iter().map(row).collect()
}

fn assert_a_resumed_run_equals_an_uninterrupted_one(waits: &'static str) {
    let subject = Interruptible::new(waits);
    let partial = subject.interrupted();
    let resumed = subject.whole(&["--resume"]);
    // What had been measured was not measured again.
    let mut taken_over = 0;
    for row in partial.workloads.iter().filter(|row| row.samples.is_some()) {
        assert!(subject.is_taken_over(&partial, &resumed, &row.id.0), "{}", row.id);
        taken_over += 1;
    }
    let least = match waits {
        "criterion" => 0,
        "divan" => 7,
        _ => 9,
    };
    assert!(taken_over >= least, "{waits}: {taken_over} rows had been measured");

    let whole = subject.whole(&["--seed", "1"]);
    assert_eq!(shape(&resumed), shape(&whole));
    let paths = |result: &AuditResult| {
        result.artifacts.iter().map(|artifact| artifact.path.clone()).collect::<Vec<_>>()
    };
    assert_eq!(paths(&resumed), paths(&whole));

    let nothing = subject.call(&["--resume"]).run();
    assert_eq!(nothing.code, Some(2));
    assert!(nothing.stderr.contains("is complete: there is nothing to resume"), "{}", nothing.stderr);
    subject.project.nothing_survives();
}

#[test]
fn a_run_resumed_at_a_benchmark_equals_an_uninterrupted_one_in_everything_but_samples_and_times() {
    assert_a_resumed_run_equals_an_uninterrupted_one("criterion");
}

#[test]
fn a_run_resumed_amid_the_processes_of_divan_equals_an_uninterrupted_one() {
    assert_a_resumed_run_equals_an_uninterrupted_one("divan");
}

#[test]
fn a_run_resumed_amid_the_runs_of_commands_equals_an_uninterrupted_one() {
    assert_a_resumed_run_equals_an_uninterrupted_one("command");
}

#[test]
fn what_has_changed_since_the_interrupt_is_measured_anew() {
    let subject = Interruptible::new("command");
    let partial = subject.interrupted();
    subject.project.write("benches/second.rs", &FAKE_DIVAN.replace("{name}  ", "{name}   "));
    subject.project.write("count.sh", &format!("{COUNT}# changed\n"));
    let resumed = subject.whole(&["--resume"]);
    let taken_over = |id: &str| subject.is_taken_over(&partial, &resumed, id);
    assert!(taken_over("small/first/a") && taken_over("command/other"));
    for changed in ["small/second/p::a", "small/second/p::b", "command/counts"] {
        assert!(!taken_over(changed), "{changed}");
    }
    let count = |result: &AuditResult| {
        result.artifacts.iter().filter(|artifact| artifact.kind == ArtifactKind::BenchProcess).count()
    };
    assert_eq!((count(&partial), count(&resumed)), (12, 12));
}

#[test]
fn a_run_is_not_resumed_in_another_mode() {
    let subject = Interruptible::new("divan");
    subject.interrupted();
    let outcome =
        subject.project.perfaudit().args(["audit", "--offline", "--resume", "--mode", "full"]).run();
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stderr.contains("resume it with `--mode quick`"), "{}", outcome.stderr);
}
