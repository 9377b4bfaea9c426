//! The report on a terminal: the verdict first, then what was measured, what to change, and where the rest is.

mod benchmarks;
mod bisection;
mod build;
mod certificate;
mod cpu;
mod delivery;
mod difference;
mod fixes;
mod heap;
mod matrix;
mod page;
mod paired;
mod plan;
mod seen;
mod size;
mod source;

use perfaudit_result::{
    AuditResult, Finding, Limit, NextAction, Precondition, PreconditionStatus, Severity, SloStatus,
    VerdictStatus, WorkloadId,
};

use crate::{comparison, objectives, quantity, rows, text};
pub use size::{binary_size, size_difference};

use page::{CRITICAL, FAINT, GOOD, HEADING, PLAIN, Page, WARNING};

/// How many findings are told in full unless all are asked for; critical ones always are.
const FINDINGS_SHOWN: usize = 10;
/// How many objectives are told one by one; beyond that those that are kept are counted.
const OBJECTIVES_SHOWN: usize = 6;
/// How many of the last lines of a message are shown.
const MESSAGE_LINES: usize = 8;
/// The columns that a name takes within a sentence, at most.
const NAME: usize = 60;

/// Where a report is shown, and how much of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terminal {
    /// The columns of a line; less than 20 are taken for 20.
    pub width: usize,
    /// Whether ANSI styles are wanted.
    pub colour: bool,
    /// The run directory as the reader would type it.
    pub run_dir: String,
    /// Whether all rows and findings are wanted, however many there are.
    pub verbose: bool,
}

/// The result as text, each line ended by a newline.
#[must_use]
pub fn terminal(result: &AuditResult, terminal: &Terminal) -> String {
    let mut page = Page::new(terminal.width, terminal.colour);
    verdict(&mut page, result);
    bisection::bisection(&mut page, result);
    matrix::matrix(&mut page, result);
    paired::paired(&mut page, result, terminal.verbose);
    if !rows::is_audit(result) {
        fixes::fixes(&mut page, result, terminal.verbose);
        certificate::certificates(&mut page, result, terminal.verbose);
    }
    objectives(&mut page, result, terminal.verbose);
    benchmarks::benchmarks(&mut page, result, terminal.verbose);
    relative(&mut page, result);
    cpu::cpu(&mut page, result, terminal.verbose);
    difference::difference(&mut page, result, terminal.verbose);
    heap::heap(&mut page, result, terminal.verbose);
    delivery::delivery(&mut page, result);
    build::builds(&mut page, result, terminal.verbose);
    size::size(&mut page, result, terminal.verbose);
    comparison(&mut page, result, terminal.verbose);
    failures(&mut page, result, terminal.verbose);
    let (front, _) = crate::source::folded(result);
    let shown: Vec<&Finding> = if terminal.verbose { result.findings.iter().collect() } else { front };
    findings(&mut page, &shown, terminal.verbose);
    plan::plan(&mut page, result, terminal.verbose);
    source::source(&mut page, result, terminal.verbose);
    if rows::is_audit(result) {
        fixes::fixes(&mut page, result, terminal.verbose);
    }
    conditions(&mut page, &result.preconditions);
    limits(&mut page, &result.limits, terminal.verbose);
    next_actions(&mut page, &result.next_actions);
    report(&mut page, &terminal.run_dir);
    page.into_string()
}

fn verdict(page: &mut Page, result: &AuditResult) {
    let style = match result.verdict.status {
        VerdictStatus::Pass => GOOD,
        VerdictStatus::Inconclusive => WARNING,
        VerdictStatus::SloCritical | VerdictStatus::Regressed | VerdictStatus::ProjectFailed => CRITICAL,
    };
    page.paragraph("", 0, style.bold(), &text::one_line(&result.verdict.headline));
    let interrupted = if result.run.interrupted { ", interrupted" } else { "" };
    let summary = format!(
        "{}, {} mode, {}{interrupted}; {}",
        text::one_line(&result.project.name),
        rows::words(result.run.mode),
        quantity::seconds(result.run.duration_s),
        rows::counts(result),
    );
    page.paragraph("", 0, FAINT, &summary);
}

/// What the project promises, one paragraph each.
fn objectives(page: &mut Page, result: &AuditResult, verbose: bool) {
    let (kept, mut rows): (Vec<_>, Vec<_>) =
        objectives::rows(result).into_iter().partition(|row| row.status == SloStatus::Ok);
    let folded = if verbose || kept.len() + rows.len() <= OBJECTIVES_SHOWN { 0 } else { kept.len() };
    if folded == 0 {
        rows.extend(kept);
    }
    if !rows.is_empty() || folded > 0 {
        page.heading("Objectives");
    }
    for row in rows {
        let style = match row.status {
            SloStatus::Ok => GOOD,
            SloStatus::Warning | SloStatus::NotMeasured => WARNING,
            SloStatus::Critical => CRITICAL,
        };
        let name = text::shorten(&text::one_line(row.name), NAME);
        page.paragraph(
            "  ",
            4,
            style,
            &format!("{}: {name}: {}, measured {}", row.status.label(), row.target, row.actual),
        );
        let place = text::shorten(&text::visible(row.workload), NAME);
        page.paragraph("    ", 4, FAINT, &format!("{place}: {}", text::one_line(&row.remark)));
    }
    if folded > 0 {
        let what = quantity::counted(folded, "objective");
        page.paragraph("  ", 4, GOOD, &format!("ok: {what} kept (`--verbose` shows them)"));
    }
}

/// The run beside a baseline: what differs, then how much does not.
fn relative(page: &mut Page, result: &AuditResult) {
    let rows = rows::relative(result);
    if rows.is_empty() {
        return;
    }
    page.heading("Beside each other");
    for row in rows {
        page.paragraph("  ", 4, PLAIN, &text::visible(&row));
    }
}

fn comparison(page: &mut Page, result: &AuditResult, verbose: bool) {
    let Some(comparison) = &result.comparison else { return };
    page.heading(&format!("Beside the baseline {}", text::one_line(&comparison::beside(comparison))));
    for difference in &comparison.unlike {
        page.paragraph("  ", 4, WARNING, &format!("unlike: {}", text::one_line(difference)));
    }
    let rows = comparison::differing(comparison);
    let shown = if verbose { rows.len() } else { FINDINGS_SHOWN };
    for row in rows.iter().take(shown) {
        let style = if row.verdict == "worse" { CRITICAL } else { GOOD };
        let name = text::shorten(&text::visible(row.workload), NAME);
        page.paragraph(
            "  ",
            4,
            style,
            &format!(
                "{}: {name}: {} {} -> {}, {}",
                row.verdict, row.metric, row.before, row.after, row.effect
            ),
        );
    }
    if rows.len() > shown {
        page.paragraph("  ", 4, PLAIN, &format!("and {} more", rows.len() - shown));
    }
    page.paragraph("  ", 4, PLAIN, &comparison::rest(comparison));
    page.paragraph("  ", 4, FAINT, comparison::CAVEAT);
}

/// What has no figure and why: failures with the end of what they said, the others in one line each.
fn failures(page: &mut Page, result: &AuditResult, verbose: bool) {
    let failed = rows::unmeasured(result, perfaudit_result::WorkloadState::is_failure);
    if !failed.is_empty() {
        page.heading("Failed");
    }
    for group in failed {
        page.paragraph("  ", 4, CRITICAL, &format!("{}: {}", names(&group, verbose), group.state.label()));
        let mut lines = group.message.map(text::lines).unwrap_or_default();
        lines.retain(|line| !line.is_empty());
        // The first line is why; the last ones are how it ended.
        let Some((first, rest)) = lines.split_first() else { continue };
        page.block("    ", FAINT, first);
        let skipped = rest.len().saturating_sub(MESSAGE_LINES);
        if skipped > 0 {
            page.block("    ", FAINT, "...");
        }
        for line in &rest[skipped..] {
            page.block("    ", FAINT, line);
        }
    }
    let others = rows::unmeasured(result, |state| {
        state != perfaudit_result::WorkloadState::Measured && !state.is_failure()
    });
    if !others.is_empty() {
        page.heading("Not measured");
    }
    for group in others {
        let why = group.message.map(|message| format!(", {}", text::one_line(message))).unwrap_or_default();
        page.paragraph("  ", 4, PLAIN, &format!("{}: {}{why}", names(&group, verbose), group.state.label()));
    }
}

/// The names of the workloads, or the first of them and the number of the rest.
fn names(group: &rows::Unmeasured<'_>, verbose: bool) -> String {
    const SHOWN: usize = 3;
    let shown = if verbose { group.workloads.len() } else { SHOWN };
    let mut names: Vec<String> = group
        .workloads
        .iter()
        .take(shown)
        .map(|workload| text::shorten(&text::visible(&rows::full_name(workload)), NAME))
        .collect();
    if group.workloads.len() > shown {
        names.push(format!("and {} more", group.workloads.len() - shown));
    }
    names.join(", ")
}

fn findings(page: &mut Page, findings: &[&Finding], verbose: bool) {
    if findings.is_empty() {
        return;
    }
    page.heading("Findings");
    let mut left_out = 0;
    let mut rules: Vec<&str> = Vec::new();
    for (index, finding) in findings.iter().enumerate() {
        // The first of a rule stands for the others: they differ in the benchmark they name.
        let is_first = !rules.contains(&finding.rule.as_str());
        if verbose || (is_first && rules.len() < FINDINGS_SHOWN) {
            rules.push(&finding.rule);
            self::finding(page, index + 1, finding, verbose);
            let alike = findings.iter().filter(|other| other.rule == finding.rule).count() - 1;
            if !verbose && alike > 0 {
                page.paragraph("     ", 5, FAINT, &format!("and {alike} more of this rule"));
            }
        } else if is_first {
            left_out += 1;
        }
    }
    if left_out > 0 {
        page.paragraph("  ", 2, FAINT, &format!("and {left_out} more (--verbose shows them)"));
    }
}

fn finding(page: &mut Page, rank: usize, finding: &Finding, verbose: bool) {
    const INDENT: usize = 5;
    let style = match finding.severity {
        Severity::Critical => CRITICAL,
        Severity::Warning => WARNING,
        Severity::Note => HEADING,
    };
    let (severity, rule) = (rows::words(finding.severity), text::one_line(&finding.rule));
    let first = format!("{rank:>3}. ");
    page.paragraph(
        &first,
        INDENT,
        style,
        &format!("{severity}: {} [{rule}]", text::one_line(&finding.title)),
    );
    let indent = " ".repeat(INDENT);
    if verbose {
        page.paragraph(&indent, INDENT, PLAIN, &text::one_line(&finding.message));
    }
    if !finding.remedy.is_empty() {
        page.paragraph(&indent, INDENT, PLAIN, &format!("Do: {}", text::one_line(&finding.remedy)));
    }
    let known = cost(finding);
    let place = finding.locations.first().map(|location| {
        let line = location.line.map(|line| format!(":{line}")).unwrap_or_default();
        format!("{}{line}", text::visible(&location.file))
    });
    let more = finding.locations.len().saturating_sub(1);
    let more = (more > 0).then(|| format!("and {} more", quantity::counted(more, "place")));
    let parts: Vec<String> = place.into_iter().chain(more).chain(known).collect();
    if !parts.is_empty() {
        page.paragraph(&indent, INDENT, FAINT, &parts.join(", "));
    }
}

/// What a finding concerns, and what is known of its cost.
fn cost(finding: &Finding) -> Vec<String> {
    let name = |id: &WorkloadId| text::shorten(&text::visible(&id.0), NAME);
    let mut parts = Vec::new();
    if let Some(largest) = finding.by_workload.first() {
        let here = shares(largest.share_of_cpu, largest.share_of_alloc_bytes);
        parts.push(format!("{} in {}", here.join(" and "), name(&largest.id)));
        parts.extend(rows::to_gain(finding));
        if let Some((share, id)) = crate::source::most_bytes_elsewhere(finding) {
            parts.push(format!("{} of allocated bytes in {}", quantity::percent(share), name(id)));
        }
        // The mean over all would read as that of the one which is named.
        let of_all = shares_of_all(finding);
        if of_all != here && !of_all.is_empty() {
            parts.push(format!("{} on average over all", of_all.join(" and ")));
        }
    } else {
        match finding.workloads.as_slice() {
            [] => {}
            [id] => parts.push(name(id)),
            ids => parts.push(quantity::counted(ids.len(), "benchmark")),
        }
        parts.extend(shares_of_all(finding));
        parts.extend(rows::to_gain(finding));
    }
    parts
}

fn shares_of_all(finding: &Finding) -> Vec<String> {
    shares(finding.share_of_cpu, finding.share_of_alloc_bytes)
}

/// What is known of two shares.
fn shares(cpu: Option<f64>, bytes: Option<f64>) -> Vec<String> {
    let of_cpu = cpu.map(|share| format!("{} of CPU", quantity::percent(share)));
    let of_bytes = bytes.map(|share| format!("{} of allocated bytes", quantity::percent(share)));
    of_cpu.into_iter().chain(of_bytes).collect()
}

fn conditions(page: &mut Page, preconditions: &[Precondition]) {
    let with = |status| preconditions.iter().filter(move |condition| condition.status == status);
    if with(PreconditionStatus::Violated).next().is_some() {
        page.heading("Conditions that do not hold");
    }
    for condition in with(PreconditionStatus::Violated) {
        remark(page, WARNING, &condition.code, &condition.message, condition.remedy.as_deref());
    }
    let unknown: Vec<String> =
        with(PreconditionStatus::Unknown).map(|condition| text::one_line(&condition.code)).collect();
    if !unknown.is_empty() {
        page.blank();
        page.paragraph("", 2, FAINT, &format!("Conditions that could not be told: {}", unknown.join(", ")));
    }
}

/// Limits that the user can lift, and what is to be known of compared sides; the others by name, since the report tells
/// them.
fn limits(page: &mut Page, limits: &[Limit], verbose: bool) {
    let (told, named): (Vec<&Limit>, Vec<&Limit>) =
        limits.iter().partition(|limit| verbose || limit.remedy.is_some() || limit.code == "side");
    if !told.is_empty() {
        page.heading("Limits of this run");
    }
    for limit in told {
        remark(page, PLAIN, &limit.code, &limit.message, limit.remedy.as_deref());
    }
    if !named.is_empty() {
        let codes: Vec<String> = named.iter().map(|limit| text::one_line(&limit.code)).collect();
        page.blank();
        page.paragraph(
            "",
            2,
            FAINT,
            &format!("Not known from this run (the report says why): {}", codes.join(", ")),
        );
    }
}

fn remark(page: &mut Page, style: anstyle::Style, code: &str, message: &str, remedy: Option<&str>) {
    let remedy = remedy.map(|remedy| format!(" Do: {}", text::one_line(remedy))).unwrap_or_default();
    let line = format!("{}: {}{remedy}", text::one_line(code), text::sentence(message));
    page.paragraph("  ", 4, style, &line);
}

fn next_actions(page: &mut Page, actions: &[NextAction]) {
    if !actions.is_empty() {
        page.heading("Next");
    }
    for action in actions {
        let line = format!("{}: {}", text::one_line(&action.title), text::one_line(&action.reason));
        page.paragraph("  ", 4, PLAIN, &line);
        if let Some(command) = &action.command {
            page.command("    ", &text::visible(command));
        }
    }
}

/// The last line: where the HTML report is.
fn report(page: &mut Page, run_dir: &str) {
    page.blank();
    let path = format!("{}/report.html", run_dir.trim_end_matches('/'));
    // A path is there to be copied: it is not broken, whatever its length.
    page.line(&[(HEADING, &format!("Report: {}", text::visible(&path)))]);
}
