//! The plan, and bottlenecks in depth.

use perfaudit_render::{Terminal, markdown, terminal};
use perfaudit_result::{
    AuditResult, CodeFinding, CodeKind, Confidence, Effort, Finding, Granularity, Heat, KnownBy, Location,
    Severity, Snippet, Verification, WorkloadId, WorkloadShare,
};

use crate::fixture;

fn bottleneck(rule: &str, effort: Effort, cpu: f64) -> Finding {
    let share = |id: &str, cpu, bytes| WorkloadShare {
        id: WorkloadId(id.into()),
        share_of_cpu: Some(cpu),
        share_of_alloc_bytes: bytes,
    };
    Finding {
        rule: rule.into(),
        title: format!("What {rule} says: `mask`"),
        message: "`Regex::new(\"a\")` is compiled in each call of `mask`".into(),
        remedy: "compile it once".into(),
        fingerprint: "0".into(),
        severity: Severity::Warning,
        confidence: Confidence::Medium,
        locations: vec![Location {
            file: "src/mask.rs".into(),
            line: Some(12),
            column: Some(5),
            end_line: Some(12),
        }],
        evidence: vec![],
        workloads: vec![],
        share_of_cpu: Some(cpu / 2.0),
        share_of_alloc_bytes: Some(0.4),
        by_workload: vec![share("a/b/time", cpu, Some(0.1)), share("a/b/bytes", 0.01, Some(0.69))],
        granularity: Granularity::Line,
        ceiling_gain: None,
        verification: Verification::default(),
        code: Some(CodeFinding {
            symbol: "mask".into(),
            category: "preparation".into(),
            kind: CodeKind::Production,
            heat: Heat::Hot,
            known_by: KnownBy::Syntax,
            effort,
            rank_key: format!("{:.1} % of the CPU time of a/b/time", 100.0 * cpu),
            instead: "static SECRET: LazyLock<Regex> = ...;".into(),
            snippet: Some(Snippet {
                first_line: 12,
                lines: vec!["    let secret = Regex::new(\"a\");".into()],
            }),
        }),
    }
}

fn result() -> AuditResult {
    AuditResult {
        findings: vec![
            bottleneck("json-as-value", Effort::Deep, 0.3),
            bottleneck("regex-per-call", Effort::Quick, 0.1),
        ],
        ..fixture::empty()
    }
}

fn shown(result: &AuditResult) -> String {
    terminal(result, &Terminal { width: 200, colour: false, run_dir: "run".into(), verbose: false })
}

#[test]
fn quick_wins_come_first_and_keep_the_priority_that_they_have_among_all() {
    let text = shown(&result());
    let plan = text.split_once("\nPlan\n").expect("there is a plan").1;
    let (quick, deep) = (plan.find("2. regex-per-call at src/mask.rs:12"), plan.find("1. json-as-value"));
    assert!(quick.is_some() && quick < deep, "{plan}");
    assert!(plan.contains("ranked by the share of CPU time in the workload where it is largest"), "{plan}");
}

#[test]
fn figures_of_two_workloads_each_name_their_own() {
    let text = shown(&result());
    assert!(text.contains("30 % of CPU and 10 % of allocated bytes in a/b/time"), "{text}");
    assert!(text.contains("69 % of allocated bytes in a/b/bytes"), "{text}");
}

#[test]
fn each_bottleneck_is_told_in_depth_with_its_lines_and_what_to_write_instead() {
    let text = markdown(&result());
    let told = text.split_once("Bottlenecks").expect("they have a section").1;
    for part in [
        "1 of 2: 30.0 % of the CPU time of a/b/time",
        "Scaling factor: not measured",
        "12      let secret = Regex::new",
        "static SECRET: LazyLock",
    ] {
        assert!(told.contains(part), "{part} is not in {told}");
    }
}

#[test]
fn without_bottlenecks_there_is_no_plan() {
    assert!(!shown(&fixture::empty()).contains("\nPlan\n"));
    assert!(!markdown(&fixture::empty()).contains("Bottlenecks"));
}
