//! Build settings.

use maud::{Markup, html};

use super::context::Context;
use super::text::{Line, Prose, Remark};
use crate::matrix;

/// What follows, then what was tried.
pub(super) fn matrix(context: &Context<'_>) -> Markup {
    let Some(tried) = &context.result.matrix else { return html! {} };
    html! {
        h3 { "Build settings" }
        @for line in matrix::told(tried) { p { (Prose(&line)) } }
        @let manifest = matrix::manifest(tried);
        @if !manifest.is_empty() { pre { code { (manifest.join("\n")) } } }
        div.scroll tabindex="0" { table.plain {
            caption { "What was tried, beside the project's own settings" }
            thead { tr {
                th scope="col" { "Settings" } th scope="col" { "State" } th scope="col" { "Time" }
                th scope="col" { "Size" } th scope="col" { "Build" } th scope="col" { "To know" }
            } }
            tbody { @for row in matrix::rows(tried) {
                tr {
                    th scope="row" { bdi { (Line(&row.name)) } }
                    td { (row.state) }
                    td { @for (index, line) in row.speed.iter().enumerate() {
                        @if index > 0 { br; }
                        (Line(line))
                    } }
                    td { (Line(&row.size)) }
                    td { (Line(&row.build)) }
                    td { @for (index, line) in row.remarks.iter().enumerate() {
                        @if index > 0 { br; }
                        (Remark(line))
                    } }
                }
            } }
        } }
        p.muted { (Prose(&matrix::method(tried))) }
    }
}
