//! What to look at, one card for each finding.

use maud::{Markup, html};
use perfaudit_result::{Finding, Granularity, Location, VerificationState, WorkloadId};

use super::context::Context;
use super::page;
use super::text::{Block, Line, Prose};
use super::words::{self, badge};
use crate::{quantity, rows};

/// The workloads a card lists before it folds the rest.
const LISTED_WORKLOADS: usize = 6;

/// All findings in the order of the result.
pub(super) fn section(context: &Context<'_>) -> Markup {
    let findings = &context.result.findings;
    page::section(
        "findings",
        &html! {
            @if findings.is_empty() { p.muted { "Nothing was found." } }
            @for (finding, anchor) in findings.iter().zip(&context.finding_anchors) {
                (card(context, finding, anchor))
            }
        },
    )
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
                    p.message { (Block(&finding.message)) }
                    p.message { strong { "What to do: " } (Prose(&finding.remedy)) }
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
                    @if finding.granularity == Granularity::NotMeasured {
                        dt { "Cost and gain" } dd { "not measured" }
                    } @else {
                        dt { "Share of CPU" } dd { (share(finding.share_of_cpu)) }
                        dt { "Share of allocated bytes" } dd { (share(finding.share_of_alloc_bytes)) }
                        dt { "Most to gain" }
                        dd { (finding.ceiling_gain.as_ref().and_then(rows::gain).unwrap_or_else(|| "not measured".to_owned())) }
                        dt { "Fix" } dd { (verification(finding.verification.state)) }
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
