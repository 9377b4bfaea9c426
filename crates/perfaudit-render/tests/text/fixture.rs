//! Results to render: one with every kind of row, one without any, and one with many rows.

use perfaudit_result::{
    Artifact, ArtifactId, ArtifactKind, AuditResult, AuditState, Axis, BuildProfile, Capability,
    CapabilityState, Cell, Confidence, ConfidenceLevel, Direction, Estimate, Evidence, Figure, Finding,
    Granularity, GroupShape, Host, Interval, Language, Limit, Location, Method, Metric, MetricName, Mode,
    NextAction, NoiseFloor, Of, Package, Precondition, PreconditionStatus, Project, ReproduceStep, Run,
    SCHEMA_VERSION, Severity, Stage, StageCost, StageName, StageState, Throughput, Tool, Toolchain,
    TreeChange, TreeChangeKind, Unit, Vcs, Verdict, VerdictStatus, Verification, Workload, WorkloadAudit,
    WorkloadGroup, WorkloadId, WorkloadKind, WorkloadShare, WorkloadState, WorkloadTarget,
};

/// A title that tries to break every format at once.
pub(crate) fn hostile_title() -> String {
    format!("<script>alert(1)</script>|`a``b`\n| x | y |\u{1b}[31m red \u{202e}{}", "long".repeat(60))
}

/// The result of a run that found nothing to measure.
pub(crate) fn empty() -> AuditResult {
    AuditResult {
        schema_version: SCHEMA_VERSION,
        tool: Tool { name: "perfaudit".into(), version: "0.1.0".into() },
        verdict: Verdict {
            status: VerdictStatus::Inconclusive,
            headline: "Nothing measured: the project has no benchmark".into(),
            exit_code: 3,
        },
        run: Run {
            id: "20260301T101500Z-7f3a".into(),
            argv: vec!["perfaudit".into(), "audit".into()],
            started: "2026-03-01T10:15:00Z".into(),
            duration_s: 0.8,
            mode: Mode::Quick,
            seed: 42,
            interrupted: false,
            stages: vec![stage(StageName::Discover, StageState::Done, 0.031, None)],
            tree_changes: vec![],
        },
        project: Project {
            name: "log-pipeline".into(),
            language: Language::Rust,
            packages: vec![],
            vcs: None,
            toolchain: Toolchain {
                rustc: "rustc 1.95.0".into(),
                cargo: "cargo 1.95.0".into(),
                host: "x86_64-unknown-linux-gnu".into(),
            },
            profile: BuildProfile {
                name: "bench".into(),
                opt_level: "3".into(),
                lto: "thin".into(),
                codegen_units: "1".into(),
                panic: "unwind".into(),
                debug: "line-tables-only".into(),
                strip: "none".into(),
            },
        },
        host: Host {
            cpu: "Example CPU 3000".into(),
            cores: 2,
            memory_bytes: 8_000_000_000,
            os: "Linux".into(),
            kernel: "6.8.0".into(),
            arch: "x86_64".into(),
            virtualised: Some(true),
            cycle_ns: Some(0.31),
            empty_loop_ns: Some(0.26),
            capabilities: vec![Capability {
                name: "perf_events".into(),
                state: CapabilityState::Missing,
                reason: "perf_event_paranoid is 4".into(),
            }],
            noise_floor: None,
        },
        preconditions: vec![],
        workloads: vec![],
        groups: vec![],
        findings: vec![],
        next_actions: vec![],
        limits: vec![],
        slos: vec![],
        cpu: None,
        heap: None,
        source: None,
        size: Vec::new(),
        ir: None,
        builds: Vec::new(),
        comparison: None,
        paired: None,
        bisection: None,
        matrix: None,
        certificates: Vec::new(),
        fixes: None,
        reproduce: vec![],
        artifacts: vec![],
    }
}

/// A run in which everything happened that can.
pub(crate) fn full() -> AuditResult {
    let mut result = empty();
    result.verdict = Verdict {
        status: VerdictStatus::ProjectFailed,
        headline: "3 of 15 benchmarks failed; 1 figure is wrong and 2 mislead".into(),
        exit_code: 4,
    };
    result.run.duration_s = 187.0;
    result.run.stages.extend([
        stage(StageName::Build, StageState::Done, 61.2, None),
        stage(
            StageName::Bench,
            StageState::Partial,
            120.4,
            Some("2 benchmarks were not run | <b>budget</b>"),
        ),
    ]);
    result.run.tree_changes =
        vec![TreeChange { path: "tests/cache.bin".into(), kind: TreeChangeKind::Modified }];
    result.project.packages = vec![Package {
        name: "log-decode".into(),
        version: "0.3.1".into(),
        path: "crates/log-decode".into(),
        bench_targets: vec!["decode".into()],
    }];
    result.project.vcs = Some(Vcs { commit: "4be1c0ffee".into(), dirty: true });
    result.host.noise_floor = Some(NoiseFloor {
        ratio: 0.0213,
        share: 0.95,
        level: ConfidenceLevel::P95,
        pairs: 295,
        comparisons: 59,
        estimates: Vec::new(),
        kernels: Vec::new(),
        measured: "2026-01-01T00:00:00Z".into(),
        age_s: 200_000,
    });
    result.preconditions = preconditions();
    result.workloads = workloads();
    result.groups = groups();
    result.findings = findings();
    result.next_actions = vec![NextAction {
        title: "Repair the three benchmarks that fail".into(),
        reason: "nothing is known of what they measure".into(),
        command: Some(
            "perfaudit bench --package log-decode --bench decode --mode standard decode/protobuf".into(),
        ),
    }];
    result.limits = vec![Limit {
        code: "cpu-profile".into(),
        message: "where CPU time goes is not known: this run measured benchmarks only".into(),
        remedy: Some("run `perfaudit cpu`".into()),
    }];
    result.reproduce = vec![ReproduceStep {
        what: "Runs one benchmark again".into(),
        directory: "crates/log-decode".into(),
        environment: vec!["RUSTFLAGS=-C debuginfo=1".into()],
        argv: vec!["target/decode".into(), "--bench".into(), "--exact".into(), hostile_title()],
    }];
    result.artifacts = vec![artifact("samples-0", ArtifactKind::Samples, "artifacts/samples/0.json", 12)];
    result
}

/// A run of `n` measured benchmarks and some that were not.
pub(crate) fn long(n: usize) -> AuditResult {
    let mut result = empty();
    result.verdict =
        Verdict { status: VerdictStatus::Pass, headline: format!("{n} benchmarks measured"), exit_code: 0 };
    for index in 0..n {
        result.workloads.push(measured("decode", &format!("json/{index}"), 1e3 * (index + 1) as f64));
    }
    result.workloads[n / 2].audits.push(flag("hollow"));
    for index in 0..30 {
        result.workloads.push(unmeasured(
            &format!("late/{index}"),
            WorkloadState::NotRun,
            "the budget of 5 min was spent",
        ));
    }
    result.workloads.push(unmeasured("late/boom", WorkloadState::Failed, "exit code 101\nboom"));
    result
}

fn workloads() -> Vec<Workload> {
    let mut rows = Vec::new();
    for format in ["json", "protobuf"] {
        for size in ["10", "1k", "100k"] {
            let scale = size.replace('k', "000").parse::<f64>().expect("a number");
            rows.push(measured("decode", &format!("{format}/{size}"), 184.2 * scale));
        }
    }
    rows[1].audits.push(flag("hollow"));
    rows[4].audits.push(flag("underpowered"));
    rows.push(measured("decode", "größe/日本語のログを読む", 1.84e6));
    rows.push(measured("decode", &hostile_title(), 2.5e9));
    rows.push(two_samples());
    rows.push(unmeasured(
        "protobuf/panics",
        WorkloadState::Failed,
        "exit code 101\n\nthread 'main' panicked at benches/decode.rs:41:9:\n\tindex out of bounds: the len is 3 but the index is 3\nnote: run with `RUST_BACKTRACE=1`\nline 5\nline 6\nline 7\nline 8\nline 9\nline 10 \u{1b}[31mred\u{1b}[0m ```` <b>",
    ));
    rows.push(unmeasured("protobuf/hangs", WorkloadState::TimedOut, "still running after 60 s"));
    rows.push(unmeasured(
        "",
        WorkloadState::BuildFailed,
        "error[E0425]: cannot find value `x` in this scope",
    ));
    rows.push(unmeasured("late/1", WorkloadState::NotRun, "the budget of 5 min was spent"));
    rows.push(unmeasured("late/2", WorkloadState::NotRun, "the budget of 5 min was spent"));
    rows.push(unmeasured("", WorkloadState::Unsupported, "the harness of this target is not known"));
    for (index, target) in [(11, "broken"), (14, "custom")] {
        rows[index].target = target.into();
        rows[index].id = WorkloadId(format!("log-decode/{target}/"));
        rows[index].kind = WorkloadKind::BenchTarget;
    }
    rows
}

/// A measured benchmark of 100 batches: no p99, and a throughput.
fn measured(target: &str, title: &str, ns: f64) -> Workload {
    let mut workload = row(target, title, WorkloadState::Measured, None);
    let figure = |value: f64, below: f64, above: f64, unit| Figure {
        estimate: Estimate::WithInterval {
            value,
            interval: Interval::new(value - below * value, value + above * value).expect("an interval"),
            level: ConfidenceLevel::P95,
        },
        unit,
        n: 100,
        method: Method("empirical quantile".into()),
        of: Of::BatchMean,
    };
    let time = Unit::Nanoseconds;
    workload.metrics = vec![
        metric(MetricName::WALL_TIME_P50, figure(ns, 0.011, 0.011, time)),
        metric(MetricName::WALL_TIME_P95, figure(ns * 1.2, 0.02, 0.05, time)),
        metric(
            MetricName::WALL_TIME_P99,
            Figure {
                estimate: Estimate::NotEstimable {
                    reason: "not estimable from 100 samples (needs 368)".into(),
                },
                ..figure(ns, 0.0, 0.0, time)
            },
        ),
        metric(MetricName::WALL_TIME_MEAN, figure(ns * 1.01, 0.012, 0.012, time)),
        metric(MetricName::THROUGHPUT, figure(4096.0 * 1e9 / ns, 0.01, 0.013, Unit::BytesPerSecond)),
    ];
    workload.throughput = Some(Throughput::Bytes(4096));
    workload.duration_s = Some(5.25);
    workload
}

/// A benchmark with too few calls for an interval.
fn two_samples() -> Workload {
    let mut workload = row("decode", "slow", WorkloadState::Measured, None);
    let estimate = Estimate::WithoutInterval { value: 3.2e9, reason: "two samples give no interval".into() };
    let figure = Figure {
        estimate,
        unit: Unit::Nanoseconds,
        n: 2,
        method: Method("empirical quantile".into()),
        of: Of::Call,
    };
    workload.metrics = vec![metric(MetricName::WALL_TIME_P50, figure)];
    workload.duration_s = Some(6.4);
    workload
}

fn metric(name: MetricName, figure: Figure) -> Metric {
    Metric { name, direction: Direction::LowerIsBetter, figure }
}

fn unmeasured(title: &str, state: WorkloadState, message: &str) -> Workload {
    row("decode", title, state, Some(message))
}

fn row(target: &str, title: &str, state: WorkloadState, message: Option<&str>) -> Workload {
    let target =
        WorkloadTarget { package: "log-decode", target, source: "crates/log-decode/benches/decode.rs" };
    Workload {
        message: message.map(str::to_owned),
        ..Workload::new(WorkloadKind::Criterion, &target, title, state)
    }
}

fn flag(rule: &str) -> WorkloadAudit {
    WorkloadAudit {
        rule: rule.into(),
        state: AuditState::Flagged,
        message: "as fast as an empty loop\nsecond line".into(),
    }
}

fn groups() -> Vec<WorkloadGroup> {
    let cell = |title: &str, coordinates: &[u32]| Cell {
        workload: WorkloadId(format!("log-decode/decode/{title}")),
        coordinates: coordinates.to_vec(),
    };
    let axis =
        |values: &[&str]| Axis { values: values.iter().map(|v| (*v).to_owned()).collect(), numeric: None };
    vec![
        WorkloadGroup {
            id: "log-decode/decode/json".into(),
            name: "json".into(),
            shape: GroupShape::Sweep,
            axes: vec![axis(&["10", "1k", "100k"])],
            cells: vec![
                cell("json/10", &[0]),
                cell("json/1k", &[1]),
                cell("json/100k", &[2]),
                cell("gone", &[9]),
            ],
        },
        WorkloadGroup {
            id: "log-decode/decode".into(),
            name: "decode".into(),
            shape: GroupShape::Matrix,
            axes: vec![axis(&["json", "protobuf"]), axis(&["10", "1k", "a|b"])],
            cells: vec![
                cell("json/10", &[0, 0]),
                cell("json/1k", &[0, 1]),
                cell("protobuf/10", &[1, 0]),
                cell("protobuf/panics", &[1, 2]),
            ],
        },
    ]
}

fn findings() -> Vec<Finding> {
    let finding = |rule: &str, severity, title: &str| Finding {
        rule: rule.into(),
        title: title.into(),
        message: "The routine takes 0.26 ns, an empty loop 0.26 ns.\n[click](https://evil.example) @everyone"
            .into(),
        remedy: "Pass the result to `std::hint::black_box` and take the input from outside.".into(),
        fingerprint: format!("{rule}-4f1a"),
        severity,
        confidence: Confidence::High,
        locations: vec![],
        evidence: vec![Evidence {
            artifact: Some(ArtifactId("samples-0".into())),
            text: "p50 within the empty loop's interval".into(),
        }],
        workloads: ["json/1k", "json/10"]
            .map(|title| WorkloadId(format!("log-decode/decode/{title}")))
            .to_vec(),
        share_of_cpu: None,
        share_of_alloc_bytes: None,
        by_workload: Vec::new(),
        granularity: Granularity::NotMeasured,
        ceiling_gain: None,
        verification: Verification::default(),
        code: None,
    };
    let mut hollow = finding("hollow", Severity::Critical, "A benchmark measures nothing: json/1k");
    hollow.workloads.truncate(1);
    hollow.locations = vec![Location {
        file: "crates/log-decode/benches/größe x.rs".into(),
        line: Some(41),
        column: None,
        end_line: None,
    }];
    let mut underpowered =
        finding("underpowered", Severity::Warning, "Too few samples to see a change of 5 %");
    underpowered.locations =
        vec![Location { file: "../outside.rs".into(), line: None, column: None, end_line: None }];
    underpowered.share_of_cpu = Some(0.123);
    underpowered.by_workload = vec![WorkloadShare {
        id: underpowered.workloads[1].clone(),
        share_of_cpu: Some(0.615),
        share_of_alloc_bytes: Some(0.04),
    }];
    let note = finding("profile", Severity::Note, "Benchmarks run with a profile that does not ship <b>");
    let mut twin = note.clone();
    twin.title = "The same again, with the same fingerprint".into();
    vec![hollow, underpowered, note, twin]
}

fn preconditions() -> Vec<Precondition> {
    let condition = |code: &str, status, message: &str, remedy: Option<&str>| Precondition {
        code: code.into(),
        status,
        message: message.into(),
        remedy: remedy.map(str::to_owned),
    };
    vec![
        condition(
            "cpu-governor",
            PreconditionStatus::Violated,
            "the governor is `powersave`",
            Some("set it to `performance` while measuring"),
        ),
        condition("load", PreconditionStatus::Met, "load average 0.2", Some("close other programs")),
        condition("thermal", PreconditionStatus::Unknown, "no sensor can be read", None),
    ]
}

fn stage(name: StageName, state: StageState, duration_s: f64, message: Option<&str>) -> Stage {
    Stage {
        name,
        state,
        duration_s,
        cost: StageCost { cpu_s: duration_s * 0.9, own_cpu_s: 0.02, disk_bytes: 2048 },
        message: message.map(str::to_owned),
    }
}

fn artifact(id: &str, kind: ArtifactKind, path: &str, bytes: u64) -> Artifact {
    Artifact { id: ArtifactId(id.into()), kind, path: path.into(), sha256: "9f86d081".into(), bytes }
}
