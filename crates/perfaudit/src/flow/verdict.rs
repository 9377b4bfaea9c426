//! The answer of a run in one line.

use perfaudit_result::{
    Finding, Project, Severity, Slo, SloStatus, Verdict, VerdictStatus, Workload, WorkloadState,
};

use crate::exit::Exit;

/// How many workloads are in which state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counts {
    benchmarks: usize,
    measured: usize,
    failed: usize,
    not_run: usize,
    /// Whether builds, tests or sizes are among them.
    with_delivery: bool,
}

impl Counts {
    fn of(workloads: &[Workload]) -> Self {
        let count = |is: fn(&Workload) -> bool| workloads.iter().filter(|workload| is(workload)).count();
        Self {
            benchmarks: count(|workload| {
                !matches!(workload.state, WorkloadState::Unsupported | WorkloadState::Ignored)
            }),
            measured: count(|workload| workload.state == WorkloadState::Measured),
            failed: count(|workload| workload.state.is_failure()),
            not_run: count(|workload| workload.state == WorkloadState::NotRun),
            with_delivery: workloads.iter().any(|workload| workload.kind.own_metric().is_some()),
        }
    }

    /// So many of them, by the word that fits all.
    fn counted(self, n: usize) -> String {
        let noun = if self.with_delivery { "workload" } else { "benchmark" };
        if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
    }
}

/// `answer` is what the source, sizes or builds say, where nothing else was asked for. Failures of the project come before
/// what was left out, and both before success.
pub(crate) fn verdict(
    workloads: &[Workload],
    findings: &[Finding],
    slos: &[Slo],
    project: &Project,
    answer: Option<&str>,
    interrupted: bool,
) -> Verdict {
    let counts = Counts::of(workloads);
    let measured = || format!("{} measured", counts.counted(counts.measured));
    let with = |status| slos.iter().filter(|slo| slo.status == status).count();
    let (broken, unmeasured) = (with(SloStatus::Critical), with(SloStatus::NotMeasured));
    let (status, headline) = if counts.failed > 0 {
        (VerdictStatus::ProjectFailed, failed(counts))
    } else if broken > 0 {
        let behind = answer.map_or_else(String::new, |answer| format!("; {answer}"));
        (VerdictStatus::SloCritical, format!("{broken} of {} not kept{behind}", objectives(slos.len())))
    } else if let Some(answer) = answer.filter(|_| workloads.is_empty() && !interrupted) {
        (VerdictStatus::Pass, answer.to_owned())
    } else if counts.measured == 0 && counts.not_run == 0 && !interrupted {
        (VerdictStatus::Inconclusive, nothing_to_measure(workloads, project))
    } else if counts.not_run > 0 || interrupted {
        let why = if interrupted { "the run was interrupted" } else { "the budget was spent" };
        let headline =
            format!("{} of {} measured: {why}", counts.measured, counts.counted(counts.benchmarks));
        (VerdictStatus::Inconclusive, headline)
    } else if findings.iter().any(|finding| finding.severity == Severity::Critical) {
        // A figure that is known to be wrong answers nothing.
        (VerdictStatus::Inconclusive, measured())
    } else if unmeasured > 0 {
        let headline =
            format!("{unmeasured} of {} could not be judged, {}", objectives(slos.len()), measured());
        (VerdictStatus::Inconclusive, headline)
    } else if !slos.is_empty() {
        let behind = answer.map_or_else(|| format!(", {}", measured()), |answer| format!("; {answer}"));
        (VerdictStatus::Pass, format!("{} kept{behind}", objectives(slos.len())))
    } else {
        (VerdictStatus::Pass, answer.map_or_else(measured, str::to_owned))
    };
    let headline = format!("{headline}{}", doubts(findings));
    Verdict { status, headline, exit_code: Exit::of(status).code() }
}

fn failed(counts: Counts) -> String {
    let measured = if counts.measured == 0 { "none".to_owned() } else { counts.measured.to_string() };
    format!("{} of {} failed, {measured} measured", counts.failed, counts.counted(counts.benchmarks))
}

fn nothing_to_measure(workloads: &[Workload], project: &Project) -> String {
    if workloads.is_empty() {
        let packages = project.packages.len();
        let what = if packages == 1 { "package has" } else { "packages have" };
        let targets: usize = project.packages.iter().map(|package| package.bench_targets.len()).sum();
        return if targets == 0 {
            format!("nothing measured: {packages} {what} no benchmark")
        } else {
            "nothing measured: no benchmark matches the filter".to_owned()
        };
    }
    "nothing measured: no benchmark target could be used".to_owned()
}

/// Rules on what has no figure that could be doubted.
const WITHOUT_FIGURES: [&str; 2] = ["failing-benchmark", "measured-nothing"];

/// How many of the measured figures a reader should not take at their word.
fn doubts(findings: &[Finding]) -> String {
    let affected = |severity| {
        let mut workloads: Vec<_> = findings
            .iter()
            .filter(|finding| {
                finding.severity == severity
                    && !WITHOUT_FIGURES.contains(&finding.rule.as_str())
                    && finding.code.is_none()
            })
            .flat_map(|finding| &finding.workloads)
            .collect();
        workloads.sort();
        workloads.dedup();
        workloads.len()
    };
    let (wrong, doubtful) = (affected(Severity::Critical), affected(Severity::Warning));
    let figures = |n: usize| if n == 1 { "1 figure is".to_owned() } else { format!("{n} figures are") };
    match (wrong, doubtful) {
        (0, 0) => String::new(),
        (wrong, 0) => format!("; {} wrong", figures(wrong)),
        (0, doubtful) => format!("; {} doubtful", figures(doubtful)),
        (wrong, doubtful) => format!("; {} wrong and {doubtful} doubtful", figures(wrong)),
    }
}

fn objectives(n: usize) -> String {
    if n == 1 { "1 objective".to_owned() } else { format!("{n} objectives") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use perfaudit_result::{
        BuildProfile, Confidence, Granularity, Language, Package, Toolchain, Verification, WorkloadId,
        WorkloadKind, WorkloadTarget,
    };

    fn project(bench_targets: &[&str]) -> Project {
        let text = String::new;
        Project {
            name: "p".into(),
            language: Language::Rust,
            packages: vec![Package {
                name: "p".into(),
                version: "1.0.0".into(),
                path: text(),
                bench_targets: bench_targets.iter().map(|name| (*name).to_owned()).collect(),
            }],
            vcs: None,
            toolchain: Toolchain { rustc: text(), cargo: text(), host: text() },
            profile: BuildProfile {
                name: "bench".into(),
                opt_level: "3".into(),
                lto: text(),
                codegen_units: text(),
                panic: text(),
                debug: text(),
                strip: text(),
            },
        }
    }

    fn workloads(states: &[WorkloadState]) -> Vec<Workload> {
        let target = WorkloadTarget { package: "p", target: "t", source: "benches/t.rs" };
        let one = |(index, state): (usize, &WorkloadState)| {
            Workload::new(WorkloadKind::Criterion, &target, &index.to_string(), *state)
        };
        states.iter().enumerate().map(one).collect()
    }

    fn finding(severity: Severity, workloads: &[usize]) -> Finding {
        Finding {
            rule: "rule".into(),
            title: String::new(),
            message: String::new(),
            remedy: String::new(),
            fingerprint: String::new(),
            severity,
            confidence: Confidence::High,
            locations: Vec::new(),
            evidence: Vec::new(),
            workloads: workloads.iter().map(|index| WorkloadId(format!("p/t/{index}"))).collect(),
            share_of_cpu: None,
            share_of_alloc_bytes: None,
            by_workload: Vec::new(),
            granularity: Granularity::NotMeasured,
            ceiling_gain: None,
            verification: Verification::default(),
            code: None,
        }
    }

    fn told(states: &[WorkloadState], findings: &[Finding], interrupted: bool) -> (u8, String) {
        let verdict = verdict(&workloads(states), findings, &[], &project(&["t"]), None, interrupted);
        (verdict.exit_code, verdict.headline)
    }

    use WorkloadState::{Failed, Measured, NotRun, Unsupported};

    #[test]
    fn the_answer_of_a_run_stands_before_how_many_were_measured() {
        let told = |states: &[WorkloadState], answer| {
            verdict(&workloads(states), &[], &[], &project(&["t"]), answer, false).headline
        };
        assert_eq!(told(&[WorkloadState::Measured], Some("p is 2 MB")), "p is 2 MB");
        assert_eq!(told(&[WorkloadState::Measured], None), "1 benchmark measured");
        let failed = told(&[WorkloadState::Measured, WorkloadState::Failed], Some("p is 2 MB"));
        assert_eq!(failed, "1 of 2 benchmarks failed, 1 measured");
    }

    #[test]
    fn all_measured_and_nothing_found_passes() {
        assert_eq!(told(&[Measured, Measured], &[], false), (0, "2 benchmarks measured".into()));
    }

    #[test]
    fn a_failure_comes_before_what_was_left_out() {
        let expected = (4, "1 of 3 benchmarks failed, 1 measured".into());
        assert_eq!(told(&[Measured, Failed, NotRun], &[], false), expected);
    }

    #[test]
    fn what_was_left_out_makes_a_run_inconclusive() {
        let expected = (3, "1 of 2 benchmarks measured: the budget was spent".into());
        assert_eq!(told(&[Measured, NotRun], &[], false), expected);
        assert_eq!(told(&[Measured], &[], true).0, 3);
    }

    #[test]
    fn a_wrong_figure_makes_a_run_inconclusive_and_a_doubtful_one_does_not() {
        let wrong = finding(Severity::Critical, &[0, 1]);
        let doubtful = finding(Severity::Warning, &[1]);
        let expected = (3, "2 benchmarks measured; 2 figures are wrong and 1 doubtful".into());
        assert_eq!(told(&[Measured, Measured], &[wrong, doubtful.clone()], false), expected);
        let expected = (0, "2 benchmarks measured; 1 figure is doubtful".into());
        assert_eq!(told(&[Measured, Measured], &[doubtful], false), expected);
    }

    #[test]
    fn what_has_no_figure_is_not_called_a_doubtful_one() {
        let nothing = Finding { rule: "measured-nothing".to_owned(), ..finding(Severity::Warning, &[1]) };
        assert_eq!(told(&[Measured, Measured], &[nothing], false).1, "2 benchmarks measured");
    }

    #[test]
    fn a_project_without_benchmarks_is_told_as_such() {
        let verdict = verdict(&[], &[], &[], &project(&[]), None, false);
        assert_eq!(
            (verdict.exit_code, verdict.headline.as_str()),
            (3, "nothing measured: 1 package has no benchmark")
        );
        assert_eq!(told(&[Unsupported], &[], false).1, "nothing measured: no benchmark target could be used");
        assert_eq!(told(&[], &[], false).1, "nothing measured: no benchmark matches the filter");
    }
}
