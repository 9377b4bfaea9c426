//! What changed against an earlier profile of the same workload.

use maud::{Markup, html};
use perfaudit_result::{FunctionChange, ProfileDifference};

use super::data::shown;
use crate::html::figure;
use crate::html::text::{Line, Prose};
use crate::quantity;

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
        p.muted {
            (difference.undecided) " other functions were tested and do not differ by more than chance explains; "
            (difference.untested) " have too few samples for a test."
        }
    }
}

fn rows(changes: &[FunctionChange], class: &str, word: &str) -> Markup {
    html! {
        @for change in changes.iter().take(ROWS) {
            tr {
                th scope="row" { bdi { (shown(&change.symbol)) } @if let Some(file) = &change.file { small { " " (shown(file)) } } }
                td.num { (figure::stacked(&change.before)) }
                td.num { (figure::stacked(&change.after)) }
                td { i.swatch.changed.(class) {} (word) " by " (figure::size(&change.effect)) }
                td.num { (p_value(change.p)) }
            }
        }
        @if changes.len() > ROWS {
            tr { td colspan="5" { "and " (changes.len() - ROWS) " more that are " (word.trim_start_matches(|c: char| !c.is_ascii())) " in result.json" } }
        }
    }
}

fn p_value(p: f64) -> String {
    if p < 0.001 { "< 0.001".to_owned() } else { format!("{p:.3}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_p_is_not_rounded_to_nothing() {
        assert_eq!([p_value(1e-9), p_value(0.0123)], ["< 0.001", "0.012"]);
    }
}
