//! The first screen: the verdict, the counts, what to do next.

use maud::{Markup, html};
use perfaudit_result::{AuditResult, ProofVerdict, Run, VerdictStatus, WorkloadState};

use super::bisection;
use super::certificate;
use super::context::{Context, is_flagged};
use super::fixes;
use super::matrix;
use super::page;
use super::paired;
use super::text::{Line, Prose};
use super::words::{self, badge};
use crate::{comparison, objectives, quantity};

/// The findings that the summary names.
const TOP_FINDINGS: usize = 5;

/// The verdict with the facts that identify the run.
pub(super) fn header(context: &Context<'_>) -> Markup {
    let result = context.result;
    let (run, project, host) = (&result.run, &result.project, &result.host);
    html! {
        header.verdict {
            p.status { (badge(status(result))) @if run.interrupted { " " (badge(("interrupted", words::Tone::Warn))) } }
            h1 { (Line(&result.verdict.headline)) }
            dl.facts {
                div { dt { "Project" } dd { bdi { (Line(&project.name)) } } }
                @if let Some(vcs) = &project.vcs {
                    @let short: String = vcs.commit.chars().take(12).collect();
                    div { dt { "Commit" } dd {
                        code title=(Line(&vcs.commit)) { (Line(&short)) }
                        @if vcs.dirty { " with local changes" }
                    } }
                }
                div { dt { "Mode" } dd { (run.mode.as_str()) } }
                div { dt { "Started" } dd { (started(run)) } }
                div { dt { "Duration" } dd { (quantity::seconds(run.duration_s)) } }
                div { dt { "Host" } dd { bdi { (Line(&host.cpu)) } ", " (host.cores) " CPUs, " bdi { (Line(&host.os)) } } }
            }
        }
    }
}

/// The status as a word. Where nothing was promised there is nothing to pass: what was compared may have become slower.
fn status(result: &AuditResult) -> (&'static str, words::Tone) {
    let is_gate = result.run.argv.iter().any(|argument| argument == "--gate");
    match result.verdict.status {
        VerdictStatus::Pass if result.bisection.is_some() => ("found", words::Tone::Quiet),
        VerdictStatus::Pass if result.paired.is_some() && !is_gate => ("compared", words::Tone::Quiet),
        // What failed is a patch, not the project as it is.
        VerdictStatus::ProjectFailed if is_proof(result) => ("patch broken", words::Tone::Bad),
        status => words::verdict(status),
    }
}

/// Whether patches were judged and nothing else was asked for.
fn is_proof(result: &AuditResult) -> bool {
    result.fixes.is_none() && result.certificates.iter().any(|one| one.verdict == ProofVerdict::Broken)
}

/// `2026-01-31 09:30:00 UTC` from `2026-01-31T09:30:00Z`; anything else stays as it is.
fn started(run: &Run) -> Markup {
    let readable = run.started.strip_suffix('Z').and_then(|rest| rest.split_once('T')).map(|(date, time)| {
        let whole_seconds = time.split('.').next().unwrap_or(time);
        format!("{date} {whole_seconds} UTC")
    });
    html! { time datetime=(Line(&run.started)) { (Line(readable.as_deref().unwrap_or(&run.started))) } }
}

/// One of the counts.
struct Tile {
    count: usize,
    label: &'static str,
    /// What the benchmarks table shows when the tile is followed.
    filter: &'static str,
}

/// Counts, next actions and the top findings.
pub(super) fn section(context: &Context<'_>) -> Markup {
    let result = context.result;
    page::section(
        "summary",
        &html! {
            (objectives(context))
            (compared(context))
            (bisection::bisection(context))
            (matrix::matrix(context))
            (paired::paired(context))
            (fixes::fixes(context))
            (certificate::certificates(context))
            @if !page::is_of_sides(result) { (tiles(context)) }
            @if !page::is_of_sides(result) || !result.next_actions.is_empty() || !result.findings.is_empty() { div.columns {
                div {
                    h3 { "Next actions" }
                    @if result.next_actions.is_empty() {
                        p.muted { "No action needed." }
                    } @else {
                        ol.actions {
                            @for action in &result.next_actions {
                                li {
                                    strong { (Prose(&action.title)) }
                                    p { (Prose(&action.reason)) }
                                    @if let Some(command) = &action.command { (command_line(command)) }
                                }
                            }
                        }
                    }
                }
                div {
                    h3 { "Top findings" }
                    @if result.findings.is_empty() {
                        p.muted { "Nothing was found." }
                    } @else {
                        ul.top {
                            @for (finding, anchor) in result.findings.iter().zip(&context.finding_anchors).take(TOP_FINDINGS) {
                                li {
                                    (badge(words::severity(finding.severity))) " "
                                    a href={ "#" (anchor) } { (Prose(&finding.title)) }
                                }
                            }
                        }
                        @if result.findings.len() > TOP_FINDINGS {
                            p { a href="#findings" { "All " (result.findings.len()) " findings" } }
                        }
                    }
                }
            } }
        },
    )
}

/// What the project promises, and whether it is kept.
fn objectives(context: &Context<'_>) -> Markup {
    let rows = objectives::rows(context.result);
    html! {
        @if !rows.is_empty() {
            h3 { "Objectives" }
            div.scroll tabindex="0" {
                table.plain {
                    caption { "What the project promises, and whether this run shows that it is kept" }
                    thead { tr {
                        th scope="col" { "Status" } th scope="col" { "Objective" } th scope="col" { "Workload" }
                        th scope="col" { "Target" } th scope="col" { "Measured" } th scope="col" { "Headroom" }
                    } }
                    tbody { @for row in rows {
                        tr {
                            td { (badge(words::objective(row.status))) }
                            th scope="row" { (Line(row.name)) }
                            td { bdi { (Line(row.workload)) } }
                            td { (Line(&row.target)) }
                            td { (Line(&row.actual)) }
                            td { (Prose(&row.remark)) }
                        }
                    } }
                }
            }
        }
    }
}

/// The run beside a baseline.
fn compared(context: &Context<'_>) -> Markup {
    let Some(comparison) = &context.result.comparison else { return html! {} };
    let rows = comparison::differing(comparison);
    html! {
        h3 { "Beside the baseline" }
        p { (Line(&comparison::beside(comparison))) }
        @if !comparison.unlike.is_empty() {
            ul { @for difference in &comparison.unlike { li { "unlike: " (Line(difference)) } } }
        }
        @if !rows.is_empty() {
            div.scroll tabindex="0" { table.plain {
                caption { "Figures that differ by more than the intervals of both runs" }
                thead { tr {
                    th scope="col" { "Verdict" } th scope="col" { "Workload" } th scope="col" { "Metric" }
                    th scope="col" { "Before" } th scope="col" { "After" } th scope="col" { "Effect" }
                } }
                tbody { @for row in &rows {
                    tr {
                        td { (badge((row.verdict, if row.verdict == "worse" { words::Tone::Bad } else { words::Tone::Good }))) }
                        th scope="row" { bdi { (Line(row.workload)) } }
                        td { (Line(row.metric)) }
                        td { (Line(&row.before)) } td { (Line(&row.after)) } td { (Line(&row.effect)) }
                    }
                } }
            } }
        }
        p.muted { (comparison::rest(comparison)) ". " (comparison::CAVEAT) }
    }
}

fn tiles(context: &Context<'_>) -> Markup {
    let workloads = &context.result.workloads;
    let count = |wanted: &dyn Fn(WorkloadState) -> bool| workloads.iter().filter(|w| wanted(w.state)).count();
    let tiles = [
        Tile {
            count: count(&|state| state == WorkloadState::Measured),
            label: "measured",
            filter: "measured",
        },
        Tile { count: count(&WorkloadState::is_failure), label: "failed", filter: "failing" },
        Tile {
            count: count(&|state| {
                matches!(state, WorkloadState::NotRun | WorkloadState::Ignored | WorkloadState::Unsupported)
            }),
            label: "not run or unsupported",
            filter: "skipped",
        },
        Tile {
            count: workloads.iter().filter(|w| is_flagged(w)).count(),
            label: "flagged",
            filter: "flagged",
        },
    ];
    html! {
        ul.tiles aria-label="Counts of benchmarks" {
            @for tile in tiles {
                li data-zero[tile.count == 0] {
                    a href="#benchmarks" data-filter=(tile.filter) {
                        span.count { (tile.count) @if tile.label == "measured" { small { " of " (workloads.len()) } } }
                        span { (tile.label) }
                    }
                }
            }
        }
    }
}

/// A command with a button that copies it.
pub(super) fn command_line(command: &str) -> Markup {
    html! {
        div.command {
            pre tabindex="0" { code { (Line(command)) } }
            button.copy.script-only type="button" { "Copy" }
        }
    }
}
