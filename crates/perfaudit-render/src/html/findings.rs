//! What to look at, one card for each finding.

use maud::{Markup, html};
use perfaudit_result::{Finding, Granularity, Location, VerificationState, WorkloadId};

use super::context::Context;
use super::text::{Block, Line, Prose};
use super::words::{self, badge};
use super::{page, plan};
use crate::{quantity, rows, source, text};

/// The workloads a card lists before it folds the rest.
const LISTED_WORKLOADS: usize = 6;
/// The findings that have a card; further ones would bury the rest of the report.
const MOST_CARDS: usize = 60;
/// The rows of a folded table.
const MOST_ROWS: usize = 200;

/// All findings in the order of the result.
pub(super) fn section(context: &Context<'_>) -> Markup {
    let findings = &context.result.findings;
    let (front, folded) = source::folded(context.result);
    let is_front = |finding: &&Finding| front.iter().any(|other| std::ptr::eq(*other, *finding));
    page::section(
        "findings",
        &html! {
            @if findings.is_empty() { p.muted { "Nothing was found." } }
            @if let Some(read) = &context.result.source { p { (Prose(&text::sentence(&read.answer))) } }
            (plan::plan(context))
            @for (finding, anchor) in findings.iter().zip(&context.finding_anchors).filter(|(finding, _)| is_front(finding)).take(MOST_CARDS) {
                (card(context, finding, anchor))
            }
            @if front.len() > MOST_CARDS { p { (front.len() - MOST_CARDS) " more are in result.json." } }
            @for (why, findings) in source::by_reason(&folded) { (fold(why, &findings)) }
        },
    )
}

/// Findings that do not matter as far as is known, one row each.
fn fold(why: &str, findings: &[&Finding]) -> Markup {
    html! {
        details {
            summary { (findings.len()) " " (why) }
            div.scroll tabindex="0" {
                table.plain {
                    caption { "Findings in source that are " (why) }
                    thead { tr { th scope="col" { "Rule" } th scope="col" { "Where" } th scope="col" { "What" } } }
                    tbody { @for finding in findings.iter().take(MOST_ROWS) {
                        tr {
                            th scope="row" { code { (Line(&finding.rule)) } }
                            td { @for location in &finding.locations { code { (place(location)) } } }
                            td { (Prose(&finding.message)) }
                        }
                    } }
                }
            }
            @if findings.len() > MOST_ROWS { p { (findings.len() - MOST_ROWS) " more are in result.json." } }
        }
    }
}

fn card(context: &Context<'_>, finding: &Finding, anchor: &str) -> Markup {
    html! {
        article.finding id=(anchor) {
            h3 {
                (badge(words::severity(finding.severity))) " "
                a.self href={ "#" (anchor) } { (Prose(&finding.title)) }
            }
            div.body {
                div {
                    // What a rule says is prose of our own; what a benchmark says is not.
                    @if finding.code.is_some() {
                        p.message { (Prose(&finding.message)) }
                    } @else {
                        p.message { (Block(&finding.message)) }
                    }
                    p.message { strong { "What to do: " } (Prose(&finding.remedy)) }
                    (plan::depth(context, finding))
                    @if !finding.evidence.is_empty() {
                        h4 { "Evidence" }
                        ul {
                            @for evidence in &finding.evidence {
                                li {
                                    (Prose(&evidence.text))
                                    @if let Some(artifact) = &evidence.artifact { " (" (context.artifact_link(artifact)) ")" }
                                }
                            }
                        }
                    }
                }
                dl.meta {
                    dt { "Rule" } dd { code { (Line(&finding.rule)) } }
                    dt { "Confidence" } dd { (words::confidence(finding.confidence)) }
                    @if let Some(why) = unknown_cost(finding.granularity) {
                        dt { "Cost and gain" } dd { (why) }
                    } @else {
                        dt { "Share of CPU" } dd { (share(finding.share_of_cpu)) }
                        dt { "Share of allocated bytes" } dd { (share(finding.share_of_alloc_bytes)) }
                        dt { @if finding.code.is_some() { "Gain if it cost nothing" } @else { "Most to gain" } }
                        dd { (finding.ceiling_gain.as_ref().and_then(rows::gain).unwrap_or_else(|| "not measured".to_owned())) }
                        dt { "Fix" } dd { (verification(finding.verification.state)) @if let Some(name) = &finding.verification.certificate { ": " code { (Line(name)) } } }
                    }
                    @if !finding.locations.is_empty() {
                        dt { "Where" }
                        dd { ul { @for location in &finding.locations { li { code { (place(location)) } } } } }
                    }
                    @if !finding.workloads.is_empty() {
                        dt { "Benchmarks" }
                        dd { (workloads(context, finding)) }
                    }
                }
            }
        }
    }
}

fn workloads(context: &Context<'_>, finding: &Finding) -> Markup {
    let ids = &finding.workloads;
    let (listed, folded) = ids.split_at(ids.len().min(LISTED_WORKLOADS));
    let workload = |id: &WorkloadId| {
        let known = finding.by_workload.iter().find(|share| share.id == *id);
        html! {
            li {
                (context.workload_link(id))
                @if let Some(share) = known.and_then(|known| known.share_of_cpu) { ", " (quantity::percent(share)) " of its CPU time" }
                @if let Some(share) = known.and_then(|known| known.share_of_alloc_bytes) { ", " (quantity::percent(share)) " of its bytes" }
            }
        }
    };
    html! {
        ul { @for id in listed { (workload(id)) } }
        @if !folded.is_empty() {
            details {
                summary { (folded.len()) " more" }
                ul { @for id in folded { (workload(id)) } }
            }
        }
    }
}

fn share(share: Option<f64>) -> String {
    share.map_or_else(|| "not measured".to_owned(), quantity::percent)
}

fn verification(state: VerificationState) -> &'static str {
    match state {
        VerificationState::NotTried => "not tried",
        VerificationState::Proven => "a patch is proven",
        VerificationState::Refuted => "a patch is refuted",
        VerificationState::Inconclusive => "a patch was measured: inconclusive",
        VerificationState::Broken => "a patch breaks the build or the tests",
        VerificationState::Refused => "a patch was refused",
    }
}

/// `src/lib.rs:12:5`, as editors and terminals read it.
fn place(location: &Location) -> Markup {
    html! {
        (Line(&location.file))
        @if let Some(line) = location.line {
            ":" (line)
            @match (location.end_line, location.column) {
                (Some(end), _) if end != line => { "-" (end) }
                (_, Some(column)) => { ":" (column) }
                _ => {}
            }
        }
    }
}

/// What is said instead of a cost that is not known.
fn unknown_cost(granularity: Granularity) -> Option<&'static str> {
    match granularity {
        Granularity::NotMeasured => Some("not measured"),
        Granularity::Function => Some("known of its function as a whole"),
        Granularity::Crate => Some("known of its crate as a whole"),
        Granularity::Line | Granularity::Workload => None,
    }
}
