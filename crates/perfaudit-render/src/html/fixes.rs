//! Patches made from findings.

use maud::{Markup, html};

use super::context::Context;
use super::text::{Block, Line, Prose};
use super::words::{Tone, badge};
use crate::fixes;

/// The part of the summary; nothing where none were made.
pub(super) fn fixes(context: &Context<'_>) -> Markup {
    let Some(made) = &context.result.fixes else { return html! {} };
    html! {
        h3 { "Patches made from findings" }
        p { (Prose(&fixes::order(made, Some(&context.result.run)))) }
        @if let Some(line) = fixes::places(made) { p { (Prose(line)) } }
        @if let Some(line) = fixes::applied(made) { p { (Line(&line)) } }
        div.scroll tabindex="0" { table.plain {
            caption { "What became of each, those that are kept first" }
            thead { tr {
                th scope="col" { "State" } th scope="col" { "Patch" } th scope="col" { "Place" }
                th scope="col" { "Cost" } th scope="col" { "What it does" } th scope="col" { "Why" }
            } }
            tbody { @for row in fixes::rows(made) {
                tr {
                    td { (badge((row.state, tone(row.state)))) }
                    th scope="row" { bdi { (Line(row.name)) } }
                    td { (Line(&row.place)) }
                    td { (Line(&row.cost)) }
                    td { (Prose(row.what)) }
                    td { (Block(&row.reason)) }
                }
            } }
        } }
        @if !made.without.is_empty() { details {
            summary { "Findings without a patch: " (made.without.len()) }
            ul { @for one in &made.without { li { (Prose(&fixes::unmended(one))) } } }
        } }
        @if !made.patches.is_empty() { details {
            summary { "The patches" }
            @for one in &made.patches {
                p { (Line(&one.name)) ": " (Line(&one.what)) }
                pre { (one.diff) }
            }
        } }
    }
}

fn tone(state: &str) -> Tone {
    match state {
        "proven" => Tone::Good,
        "inconclusive" => Tone::Warn,
        "refuted" | "broken" | "refused" => Tone::Bad,
        _ => Tone::Quiet,
    }
}
