//! JUnit XML: one suite for each benchmark target, one case for each benchmark.

use std::time::Duration;

use perfaudit_result::{
    AuditResult, Estimate, Metric, PairedVerdict, VerdictStatus, Workload, WorkloadState,
};
use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use crate::{paired, quantity, rows, text};

/// The result as JUnit XML. A benchmark that was measured passes, one that failed fails, one whose turn did not
/// come is skipped. What audits flag is a finding about a figure, not a failed test: it stands in `system-out`.
#[must_use]
pub fn junit(result: &AuditResult) -> String {
    let mut report = Report::new(text::visible(&result.project.name));
    if let Some(time) = duration(result.run.duration_s) {
        report.set_time(time);
    }
    for suite in rows::suites(result) {
        let name = text::visible(&suite.name());
        let mut test_suite = TestSuite::new(name.as_str());
        let mut total = Duration::ZERO;
        for workload in suite.workloads {
            let mut case = case(workload);
            case.set_classname(name.as_str());
            total = total.saturating_add(case.time.unwrap_or_default());
            test_suite.add_test_case(case);
        }
        test_suite.set_time(total);
        report.add_test_suite(test_suite);
    }
    report.add_test_suites(compared(result));
    report.to_string().expect("writing XML to memory fails nowhere")
}

/// The rows of a comparison. What became slower fails where a gate was asked for and refuses it; otherwise it is told in
/// `system-out`, as findings are. What is open, and what only one side has, is skipped.
fn compared(result: &AuditResult) -> Option<TestSuite> {
    let comparison = result.paired.as_ref()?;
    let name = text::one_line(&format!("{} against {}", comparison.after.name, comparison.before.name));
    let refuses = result.verdict.status == VerdictStatus::Regressed;
    let mut suite = TestSuite::new(name.as_str());
    for row in PairedVerdict::ALL.into_iter().flat_map(|verdict| paired::with(comparison, verdict)) {
        let says = row.verdict.label();
        let lines: Vec<String> = [&row.effect, &row.evidence]
            .into_iter()
            .filter(|line| !line.is_empty())
            .chain(&row.metrics)
            .chain(&row.remarks)
            .map(|line| text::one_line(line))
            .collect();
        let mut status = match row.verdict {
            PairedVerdict::Worse if refuses => TestCaseStatus::non_success(NonSuccessKind::Failure),
            PairedVerdict::NotMeasured => TestCaseStatus::non_success(NonSuccessKind::Failure),
            PairedVerdict::Inconclusive => TestCaseStatus::skipped(),
            PairedVerdict::Worse
            | PairedVerdict::Better
            | PairedVerdict::Equivalent
            | PairedVerdict::Identical => TestCaseStatus::success(),
        };
        let is_success = matches!(status, TestCaseStatus::Success { .. });
        if !is_success {
            status.set_type(says);
            status.set_message(lines.first().map_or(says, String::as_str));
            status.set_description(lines.join("\n"));
        }
        let mut case = TestCase::new(text::visible(row.workload), status);
        case.set_classname(name.as_str());
        case.add_property(Property::new("verdict", says));
        if is_success && !lines.is_empty() {
            case.set_system_out(format!("{says}: {}", lines.join("\n")));
        }
        suite.add_test_case(case);
    }
    let only = comparison
        .only_before
        .iter()
        .map(|id| (id, "A"))
        .chain(comparison.only_after.iter().map(|id| (id, "B")));
    for (id, side) in only {
        let mut status = TestCaseStatus::skipped();
        status.set_message(format!("only {side} has it"));
        let mut case = TestCase::new(text::visible(&id.0), status);
        case.set_classname(name.as_str());
        suite.add_test_case(case);
    }
    Some(suite)
}

fn case(workload: &Workload) -> TestCase {
    let mut case = TestCase::new(rows::title(workload), status(workload));
    if let Some(time) = workload.duration_s.and_then(duration) {
        case.set_time(time);
    }
    for metric in &workload.metrics {
        case.add_property(Property::new(text::visible(&metric.name.0), described(metric)));
    }
    let flags: Vec<String> = rows::flags(workload)
        .map(|audit| format!("flagged: {}: {}", text::one_line(&audit.rule), text::one_line(&audit.message)))
        .collect();
    if !flags.is_empty() {
        case.set_system_out(flags.join("\n"));
    }
    case
}

fn status(workload: &Workload) -> TestCaseStatus {
    let lines = workload.message.as_deref().map(text::lines).unwrap_or_default();
    let mut status = match workload.state {
        WorkloadState::Measured => return TestCaseStatus::success(),
        state if state.is_failure() => TestCaseStatus::non_success(NonSuccessKind::Failure),
        _ => TestCaseStatus::skipped(),
    };
    status.set_type(workload.state.label());
    status.set_message(lines.first().map_or(workload.state.label(), String::as_str));
    if lines.len() > 1 {
        status.set_description(lines.join("\n"));
    }
    status
}

/// `1.84 ms +-0.02 (95 %), n 100 batches`, or why there is no value.
fn described(metric: &Metric) -> String {
    let figure = &metric.figure;
    let n = format!("n {} {}", figure.n, rows::observations(figure.of));
    match &figure.estimate {
        Estimate::WithInterval { level, .. } => {
            format!("{} ({}), {n}", quantity::figure(figure), quantity::level(*level))
        }
        Estimate::WithoutInterval { reason, .. } => {
            format!("{}, {n}; no interval: {}", quantity::figure(figure), text::one_line(reason))
        }
        Estimate::AtMost { reason, .. } => {
            format!("{}: {}", quantity::figure(figure), text::one_line(reason))
        }
        Estimate::NotEstimable { reason } => text::one_line(reason),
    }
}

fn duration(seconds: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds).ok()
}
