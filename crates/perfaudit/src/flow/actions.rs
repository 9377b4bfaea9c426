//! What to do next.

use perfaudit_render::quantity::{counted, seconds};
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
    if targets > 0 && workloads.is_empty() {
        actions.push(NextAction {
            title: "look at the names of the benchmarks".to_owned(),
            reason: "the filter is a regular expression on `package/target/name`".to_owned(),
            command: Some("cargo bench -- --list".to_owned()),
        });
    }
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
            reason: left_out(workloads),
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

/// How much was left out, and how long all of it takes at the pace of what was measured.
fn left_out(workloads: &[Workload]) -> String {
    let not_run = workloads.iter().filter(|row| row.state == WorkloadState::NotRun).count();
    let measured = workloads.iter().filter(|row| row.state == WorkloadState::Measured);
    let took: Vec<f64> = measured.filter_map(|row| row.duration_s).collect();
    let rows = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    let all = rows(took.len() + not_run);
    let left = counted(not_run, "benchmark");
    let verb = if not_run == 1 { "was" } else { "were" };
    if took.is_empty() {
        return format!("{left} {verb} not run");
    }
    let time = seconds(took.iter().sum::<f64>() / rows(took.len()) * all);
    format!(
        "{left} {verb} not run; measuring all {all} takes about {time}, if they take as long as those that were"
    )
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

#[cfg(test)]
mod tests {
    use perfaudit_result::{WorkloadKind, WorkloadTarget};

    use super::*;

    #[test]
    fn what_was_left_out_is_told_with_the_time_that_all_of_it_takes() {
        let target = WorkloadTarget { package: "p", target: "t", source: "benches/t.rs" };
        let row = |state, duration_s| Workload {
            duration_s,
            ..Workload::new(WorkloadKind::Criterion, &target, "name", state)
        };
        let not_run = row(WorkloadState::NotRun, None);
        assert_eq!(left_out(std::slice::from_ref(&not_run)), "1 benchmark was not run");
        let measured = [2.0, 4.0].map(|seconds| row(WorkloadState::Measured, Some(seconds)));
        let told = left_out(&[measured.to_vec(), vec![not_run; 98]].concat());
        assert!(
            told.starts_with("98 benchmarks were not run; measuring all 100 takes about 5 min 00 s"),
            "{told}"
        );
    }
}
