//! What the project's source holds: its size, async code, complexity, and what imports what.

use maud::{Markup, html};
use perfaudit_result::{Source, UnreadFile};

use super::context::Context;
use super::page;
use super::text::{Line, Prose};
use crate::{source, text};

/// The rows of a table; result.json has all.
const ROWS: usize = 40;
/// The widest bar, in the units of its drawing.
const WIDEST: u64 = 300;

/// The section.
pub(super) fn section(context: &Context<'_>, read: &Source) -> Markup {
    page::section(
        "source",
        &html! {
            p { (Prose(&text::sentence(&read.answer))) }
            p { (Prose(&text::sentence(&source::size(read)))) }
            p.muted { (Prose(&text::sentence(&source::method(read)))) }
            (bars("Lines", &[
                ("code that ships".to_owned(), read.source_code),
                ("tests, benchmarks, examples".to_owned(), read.test_code),
                ("comments".to_owned(), read.comments),
            ]))
            (bars("Files of Rust", &source::kinds(read)))
            (rules(context, read))
            (asynchronous(read))
            @if !read.most_complex.is_empty() {
                (bars("The most complex functions that ship, by cyclomatic complexity", &read
                    .most_complex
                    .iter()
                    .map(|function| (format!("{} ({}:{})", function.symbol, function.file, function.line), u64::from(function.complexity)))
                    .collect::<Vec<_>>()))
            }
            (imports(read))
            (unread(&read.unread))
        },
    )
}

/// One bar for each row, drawn to the scale of the longest.
fn bars(caption: &str, rows: &[(String, u64)]) -> Markup {
    let largest = rows.iter().map(|(_, n)| *n).max().unwrap_or(0).max(1);
    html! {
        div.scroll tabindex="0" {
            table.plain {
                caption { (caption) }
                thead { tr { th scope="col" { "What" } th.num scope="col" { "How many" } th scope="col" { "To scale" } } }
                tbody { @for (name, n) in rows {
                    tr {
                        th scope="row" { (Line(name)) }
                        td.num { (n) }
                        td { svg.bar width=(WIDEST) height="12" aria-hidden="true" {
                            rect width=(n * WIDEST / largest) height="12" {}
                        } }
                    }
                } }
            }
        }
    }
}

fn rules(context: &Context<'_>, read: &Source) -> Markup {
    let is_measured = context.result.cpu.is_some() || context.result.heap.is_some();
    html! {
        @if !read.rules.is_empty() {
            div.scroll tabindex="0" {
                table.plain {
                    caption { "What each rule found" @if !is_measured { "; nothing was measured in this run" } }
                    thead { tr {
                        th scope="col" { "Rule" } th.num scope="col" { "hot" } th.num scope="col" { "below 1 %" }
                        th.num scope="col" { "not measured" } th.num scope="col" { "in tests and the like" } th.num scope="col" { "allowed" }
                    } }
                    tbody { @for count in &read.rules {
                        tr {
                            th scope="row" { code { (Line(&count.rule)) } }
                            td.num { (count.hot) } td.num { (count.cold) } td.num { (count.not_measured) }
                            td.num { (count.elsewhere) } td.num { (count.allowed) }
                        }
                    } }
                }
            }
        }
    }
}

fn asynchronous(read: &Source) -> Markup {
    let (head, rows) = source::asynchronous(read);
    let of = |column: usize| rows.iter().filter_map(|row| row[column].parse::<u64>().ok()).sum::<u64>();
    html! {
        @if !rows.is_empty() {
            (bars("Async code", &[
                ("async functions".to_owned(), of(1)),
                ("those that never await".to_owned(), of(2)),
                ("blocking calls".to_owned(), of(4)),
                ("locks across an await".to_owned(), of(5)),
            ]))
            div.scroll tabindex="0" {
                table.plain {
                    caption { "Async code by file" @if rows.len() > ROWS { ", the first " (ROWS) " of " (rows.len()) } }
                    thead { tr { th scope="col" { (head[0]) } @for name in &head[1..] { th.num scope="col" { (name) } } } }
                    tbody { @for row in rows.iter().take(ROWS) {
                        tr { th scope="row" { code { (Line(&row[0])) } } @for cell in &row[1..] { td.num { (cell) } } }
                    } }
                }
            }
        }
    }
}

fn imports(read: &Source) -> Markup {
    html! {
        @if !read.dependencies.is_empty() {
            div.scroll tabindex="0" {
                table.plain {
                    caption { "Which packages use which of this workspace" }
                    thead { tr { th scope="col" { "Package" } th scope="col" { "uses" } } }
                    tbody { @for edge in read.dependencies.iter().take(ROWS) {
                        tr { th scope="row" { (Line(&edge.package)) } td { (Line(&edge.on)) } }
                    } }
                }
            }
        }
        @if !read.imports.is_empty() {
            details {
                summary { "Imports between modules (" (read.imports.len()) ")" }
                div.scroll tabindex="0" {
                    table.plain {
                        caption { "Which modules import which of their package" }
                        thead { tr { th scope="col" { "Package" } th scope="col" { "Module" } th scope="col" { "imports" } th.num scope="col" { "in files" } } }
                        tbody { @for edge in read.imports.iter().take(4 * ROWS) {
                            tr { td { (Line(&edge.package)) } th scope="row" { (Line(&edge.from)) } td { (Line(&edge.to)) } td.num { (edge.files) } }
                        } }
                    }
                }
            }
        }
    }
}

fn unread(files: &[UnreadFile]) -> Markup {
    html! {
        @if !files.is_empty() {
            h3 { "Files that were not read" }
            ul { @for file in files.iter().take(ROWS) { li { code { (Line(&file.file)) } ": " (Prose(&file.reason)) } } }
        }
    }
}
