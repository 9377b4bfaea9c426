//! What to do next.

use perfaudit_result::{
    Finding, MetricName, Mode, NextAction, Of, Project, Severity, Source, Workload, WorkloadState,
};

/// At most this many: a list that nobody reads helps nobody.
const MOST: usize = 5;
/// From this share of the CPU time or of the allocated bytes on, a note is something to do.
const WORTH_DOING: f64 = 0.05;

/// The most useful steps, best first.
pub(crate) fn next_actions(
    workloads: &[Workload],
    findings: &[Finding],
    project: &Project,
    mode: Mode,
    interrupted: bool,
) -> Vec<NextAction> {
    let targets: usize = project.packages.iter().map(|package| package.bench_targets.len()).sum();
    let hot = findings.iter().any(|finding| finding.severity != Severity::Note);
    if targets == 0 && workloads.is_empty() && !hot {
        return how_to_start(project);
    }
    let mut actions = Vec::new();
    let mut rules: Vec<&str> = Vec::new();
    let is_worth_it = |finding: &&Finding| {
        let shares = [finding.share_of_cpu, finding.share_of_alloc_bytes];
        finding.severity != Severity::Note || shares.iter().flatten().any(|share| *share >= WORTH_DOING)
    };
    for finding in findings.iter().filter(is_worth_it) {
        if rules.contains(&finding.rule.as_str()) {
            continue;
        }
        rules.push(&finding.rule);
        let same = findings.iter().filter(|other| other.rule == finding.rule).count();
        let more = if same > 1 { format!(" (and {} more like it)", same - 1) } else { String::new() };
        actions.push(NextAction {
            title: format!("{}{more}", finding.title),
            reason: finding.remedy.clone(),
            command: Some(format!("perfaudit explain {}", finding.rule)),
        });
    }
    if workloads.iter().any(|workload| workload.state == WorkloadState::NotRun) {
        actions.push(NextAction {
            title: "measure what was left out".to_owned(),
            reason: "some benchmarks were not run".to_owned(),
            command: Some(if interrupted {
                format!("perfaudit audit --resume --mode {}", mode.as_str())
            } else {
                "perfaudit audit --mode standard".to_owned()
            }),
        });
    }
    if mode != Mode::Full && lacks_p99(workloads) {
        actions.push(NextAction {
            title: "take enough samples for p99".to_owned(),
            reason: "a 95 % interval for p99 needs 368 samples; full mode asks for 400 where the source leaves the number open".to_owned(),
            // A run of a command or of files is not repeated by an audit of the project.
            command: (targets > 0).then(|| "perfaudit audit --mode full".to_owned()),
        });
    }
    actions.truncate(MOST);
    actions
}

/// What to do when the source was read and nothing measured.
pub(crate) fn after_reading(source: &Source) -> Vec<NextAction> {
    let is_clean = source.rules.iter().all(|rule| rule.not_measured == 0);
    if is_clean {
        return Vec::new();
    }
    vec![NextAction {
        title: "measure what these places cost".to_owned(),
        reason: "which of them matter is not known from the source: profiles rank them, and fold those that cost nothing".to_owned(),
        command: Some("perfaudit source --only cpu --only heap".to_owned()),
    }]
}

fn lacks_p99(workloads: &[Workload]) -> bool {
    workloads
        .iter()
        .filter_map(|workload| workload.metric(&MetricName::WALL_TIME_P99))
        // No mode makes percentiles of calls from what processes state.
        .any(|metric| metric.figure.value().is_none() && metric.figure.of != Of::ProcessMedian)
}

fn how_to_start(project: &Project) -> Vec<NextAction> {
    let package = project.packages.first().map_or("the package", |package| package.name.as_str());
    vec![
        NextAction {
            title: "have benchmarks written".to_owned(),
            reason: "the project has none, so that nothing can be measured: public functions get one each, with synthetic input; what is made is compiled and run before it is written".to_owned(),
            command: Some("perfaudit init --bench".to_owned()),
        },
        NextAction {
            title: "or write them by hand".to_owned(),
            reason: "begin with what users wait for; `perfaudit bench -- COMMAND` measures a whole program without any benchmark".to_owned(),
            command: Some(format!("cargo add --dev --package {package} criterion")),
        },
        NextAction {
            title: "audit again".to_owned(),
            reason: "each benchmark becomes a row with its distribution".to_owned(),
            command: Some("perfaudit audit --mode quick".to_owned()),
        },
    ]
}
