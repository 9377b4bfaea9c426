//! What workloads allocate: for each its totals, what limits them, and the lines that allocate most.

use maud::{Markup, html};
use perfaudit_result::{HeapSite, WorkloadHeap};

use super::context::Context;
use super::page;
use super::text::{Line, Prose};
use super::words::{self, badge};
use crate::{heap, text};

/// The bytes of markup that the tables may take; the workloads that allocate most come first.
const BUDGET: usize = 300_000;
/// The rows of a table; result.json has more.
const ROWS: usize = 30;
/// The characters of a name; the artifact has all of them.
const LONGEST_NAME: usize = 160;

/// The section.
pub(super) fn section(context: &Context<'_>) -> Markup {
    let counted = heap::by_bytes(context.result);
    let mut left = BUDGET;
    let mut tables = Vec::new();
    for (_, row) in &counted {
        let table = workload(context, row);
        match left.checked_sub(table.0.len()) {
            Some(after) => left = after,
            None => break,
        }
        tables.push(table);
    }
    let not_counted = context.result.heap.as_ref().map(heap::not_counted).unwrap_or_default();
    page::section(
        "heap",
        &html! {
            p.muted {
                "Each allocation is charged to the innermost line of the project's own code on its stack, through inlined functions. \"temp\" is the share of blocks that were freed before anything else was allocated, \"grown\" the share that came of making a smaller one larger."
            }
            @for table in &tables { (table) }
            @if tables.len() < counted.len() {
                p { (counted.len() - tables.len()) " more workloads were left out to keep the report small; they are in result.json." }
            }
            @for (remarks, ids) in &not_counted {
                h3 { "Not counted" }
                p { @for (rank, id) in ids.iter().enumerate() { @if rank > 0 { ", " } (context.workload_link(id)) } }
                @for remark in *remarks { p { (Prose(remark)) } }
            }
        },
    )
}

fn workload(context: &Context<'_>, row: &WorkloadHeap) -> Markup {
    html! {
        h3 { (context.workload_link(&row.id)) " " (badge(words::trust(row.trust))) }
        p { (Line(&heap::totals(row))) }
        @for remark in &row.remarks { p { (Prose(&text::sentence(remark))) } }
        @if !row.sites.is_empty() {
            div.scroll tabindex="0" role="region" aria-label="Table of allocation sites" {
                table.plain {
                    caption {
                        "Lines that allocate most"
                        @if row.sites.len() > ROWS { ", the first " (ROWS) " of " (row.sites.len()) }
                        ". " (Line(&heap::fate(row))) "."
                    }
                    thead { tr {
                        th scope="col" { "Function" }
                        th scope="col" { "Place" }
                        th scope="col" { "By calling" }
                        @for head in heap::heads(row) { th.num scope="col" { (head) } }
                    } }
                    tbody { @for site in row.sites.iter().take(ROWS) { (entry(row, site)) } }
                }
            }
        }
    }
}

fn entry(row: &WorkloadHeap, site: &HeapSite) -> Markup {
    let shown = |name: &str| text::shorten(&text::one_line(name), LONGEST_NAME);
    let or_nothing = |name: &str| if name.is_empty() { "-".to_owned() } else { shown(name) };
    html! {
        tr {
            th scope="row" { bdi { (shown(&site.symbol)) } }
            td { code { (or_nothing(&heap::place(site))) } }
            td { bdi { (or_nothing(site.calls.as_deref().unwrap_or_default())) } }
            @for cell in heap::cells(row, site) { td.num { (cell) } }
        }
    }
}
