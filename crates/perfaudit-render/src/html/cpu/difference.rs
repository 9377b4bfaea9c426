//! What changed against an earlier profile of the same workload.

use maud::{Markup, html};
use perfaudit_result::{FunctionChange, ProfileDifference};

use crate::html::figure;
use crate::html::flame::shown;
use crate::html::text::{Line, Prose};
use crate::{difference, quantity, text};

/// The functions of each direction; result.json has all.
const ROWS: usize = 15;

/// The functions that are slower and faster beyond chance, and how many are neither.
pub(super) fn table(difference: &ProfileDifference) -> Markup {
    html! {
        h4 { "Beside " bdi { (Line(&difference.before)) } }
        @for unlike in &difference.unlike { p.note { "The profiles were not taken in the same way: " (Prose(unlike)) } }
        @if difference.slower.is_empty() && difference.faster.is_empty() {
            p { "No function differs by more than chance explains." }
        } @else {
            div.scroll tabindex="0" role="region" aria-label="Functions that changed" { table.plain {
                caption {
                    "Functions whose self time changed; on average " (quantity::percent(difference.false_discovery_rate))
                    " of them are there by chance"
                }
                thead { tr {
                    th scope="col" { "Function" }
                    th.num scope="col" { "Self before" }
                    th.num scope="col" { "Self after" }
                    th scope="col" { "Change" }
                    th.num scope="col" title="How often a function that did not change differs by as much" { "p" }
                } }
                tbody {
                    (rows(&difference.slower, "f-more", "\u{25b2} slower"))
                    (rows(&difference.faster, "f-less", "\u{25bc} faster"))
                }
            } }
        }
        p.muted { (text::sentence(&difference::rest(difference))) }
        @for caveat in difference::caveats([difference]) { p.muted { (text::sentence(caveat)) } }
        @if !difference.undecided_functions.is_empty() { (undecided(difference)) }
    }
}

fn rows(changes: &[FunctionChange], class: &str, word: &str) -> Markup {
    html! {
        @for change in changes.iter().take(ROWS) {
            tr {
                th scope="row" { bdi { (shown(&change.symbol)) } @if let Some(file) = &change.file { small { " " (shown(file)) } } }
                td.num { (figure::stacked(&change.before)) @if let Some(time) = &change.time_before { small { (figure::value(time)) } } }
                td.num { (figure::stacked(&change.after)) @if let Some(time) = &change.time_after { small { (figure::value(time)) } } }
                td { i.swatch.changed.(class) {} (word) " by " (figure::size(&change.effect)) }
                td.num { (difference::p_value(change.p)) }
            }
        }
        @if changes.len() > ROWS {
            tr { td colspan="5" { "and " (changes.len() - ROWS) " more that are " (word.trim_start_matches(|c: char| !c.is_ascii())) " in result.json" } }
        }
    }
}

/// The functions that were tested and do not differ, closed at first.
fn undecided(difference: &ProfileDifference) -> Markup {
    let rows = difference::undecided(difference);
    html! {
        details {
            summary { "Functions that do not differ by more than chance explains" }
            div.scroll.tall tabindex="0" role="region" aria-label="Functions that do not differ" { table.plain.muted {
                thead { tr {
                    th scope="col" { "Function" }
                    th.num scope="col" { "Before" }
                    th.num scope="col" { "After" }
                    th.num scope="col" { "Change" }
                    th.num scope="col" { "p" }
                } }
                tbody {
                    @for row in rows.iter().take(ROWS) {
                        tr {
                            th scope="row" { bdi { (shown(row.symbol)) } @if !row.file.is_empty() { small { " " (shown(row.file)) } } }
                            td.num { (row.before) }
                            td.num { (row.after) }
                            td.num { (row.change) }
                            td.num { (row.p) }
                        }
                    }
                    @if rows.len() > ROWS { tr { td colspan="5" { "and " (rows.len() - ROWS) " more in result.json" } } }
                }
            } }
        }
    }
}
