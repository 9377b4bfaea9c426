//! How to make the figures again, the files behind them, and what the words mean.

use maud::{Markup, html};
use perfaudit_result::{Artifact, ArtifactKind};

use super::context::{Context, file_link};
use super::text::Line;
use super::{page, summary, words};
use crate::{quantity, shell};

/// The terms of the report and what they mean.
const GLOSSARY: [(&str, &str); 9] = [
    ("n", "The number of observations a figure rests on."),
    (
        "of",
        "What one observation is. A call is one call of the measured routine. A batch mean is the mean of many calls in \
         a row: its spread is narrower than that of the calls, so a percentile of batch means says nothing about single \
         calls. A process is one process from start to exit. The median of a process is what divan or the standard \
         harness states of the samples in one process: it tells how processes differ, not how calls do.",
    ),
    (
        "interval",
        "The range that the stated procedure makes so that it covers the true value in the stated share of runs. It \
         covers chance within this run, not what changes between machines or builds.",
    ),
    (
        "not estimable",
        "There are too few observations, or none of the kind that is needed. The reason stands beside it; no number is \
         better than an invented one.",
    ),
    ("p50, p95, p99", "The time that 50, 95 or 99 of 100 observations do not exceed."),
    (
        "MAD / p50",
        "The median absolute deviation, times 1.4826, over the median: both are listed among the metrics. For a normal \
         distribution it is the standard deviation as a share of the mean.",
    ),
    (
        "worth",
        "Batches that follow one another are alike. This is how many independent ones they are worth, and what the \
         intervals are made from.",
    ),
    (
        "sampling",
        "How iterations were spread over batches. Linear: each batch has more of them than the one before. Flat: all \
         batches have the same number. Processes: the harness keeps its samples to itself, so that each benchmark runs in \
         several processes and the median of each is one observation.",
    ),
    (
        "plots",
        "Plots show each batch to one part in 65,535 of the range between the smallest and the largest one. Exact times \
         are in the artifacts; no figure is made from the plotted values.",
    ),
];

/// The section with the footer line.
pub(super) fn section(context: &Context<'_>) -> Markup {
    let result = context.result;
    page::section(
        "appendix",
        &html! {
            (reproduce(context))
            (artifacts(context))
            h3 { "What the words mean" }
            dl.glossary {
                @for (term, meaning) in GLOSSARY { dt { (term) } dd { (meaning) } }
            }
            footer.muted {
                "Made by " (Line(&result.tool.name)) " " (Line(&result.tool.version))
                " from result.json, schema version " (result.schema_version) ". Command: "
                code { (Line(&shell::command(&result.run.argv))) }
            }
        },
    )
}

fn reproduce(context: &Context<'_>) -> Markup {
    let steps = &context.result.reproduce;
    html! {
        h3 { "Reproduce" }
        @if steps.is_empty() {
            p.muted { "No command was run." }
        } @else {
            ol.actions {
                @for step in steps {
                    li {
                        (Line(&step.what))
                        @if !step.directory.is_empty() { " (in " code { (Line(&step.directory)) } ")" }
                        (summary::command_line(&shell::command(step.environment.iter().chain(&step.argv))))
                    }
                }
            }
        }
    }
}

fn artifacts(context: &Context<'_>) -> Markup {
    let has_row = |artifact: &Artifact| artifact.kind == ArtifactKind::Samples;
    let artifacts: Vec<&Artifact> = context
        .result
        .artifacts
        .iter()
        .filter(|artifact| !(context.is_long() && has_row(artifact)))
        .collect();
    html! {
        h3 { "Artifacts" }
        @if context.is_long() {
            p { "The raw batches of each benchmark are linked from its row; result.json lists them with their hashes." }
        }
        @if artifacts.is_empty() {
            p.muted { "None." }
        } @else {
            div.scroll.tall tabindex="0" role="region" aria-label="Table of artifacts" { table.plain.files {
                caption { "Files of the run directory" }
                thead { tr { th scope="col" { "File" } th scope="col" { "Kind" } th.num scope="col" { "Size" } th scope="col" { "SHA-256" } } }
                tbody {
                    @for artifact in artifacts {
                        tr {
                            th { (file_link(&artifact.path)) }
                            td { (words::artifact(artifact.kind)) }
                            td { (quantity::bytes(artifact.bytes)) }
                            (page::hash_cell(&artifact.sha256))
                        }
                    }
                }
            } }
        }
    }
}
