//! In which code threads waited.

use maud::{Markup, html};
use perfaudit_result::{BlockedIn, OffCpu, ThreadTime, WaitingFrame, WaitingStack, WaitingStacks};

use crate::html::text::{Line, Prose};
use crate::{cpu, quantity};

/// The stacks with most blocked time, each with its frames; in a sentence where there are none.
pub(super) fn table(off_cpu: &OffCpu) -> Markup {
    match &off_cpu.blocked_in {
        Some(BlockedIn::Stacks(waiting)) if !waiting.stacks.is_empty() => stacks(waiting, &off_cpu.total),
        _ => {
            html! { @if let Some(why) = cpu::waits(off_cpu) { p.note { (Prose(&crate::text::sentence(&why))) } } }
        }
    }
}

fn stacks(waiting: &WaitingStacks, total: &ThreadTime) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Table of the code that threads waited in" {
            table.plain {
                caption {
                    "Where threads waited: the stack at the moment of giving up the CPU, taken of " (waiting.taken) " of " (total.waits) " waits."
                    @if waiting.taken < total.waits { " The time of the others is shared out among those that lasted about as long." }
                }
                thead { tr {
                    th scope="col" { "Waits in" }
                    th.num scope="col" { "Blocked" }
                    th.num scope="col" { "Share" }
                    th.num scope="col" { "Waits" }
                } }
                tbody {
                    @for stack in &waiting.stacks { (row(stack, total)) }
                }
            }
        }
    }
}

fn row(stack: &WaitingStack, total: &ThreadTime) -> Markup {
    html! {
        tr {
            td {
                details {
                    summary { (Line(&cpu::waited_in(stack))) }
                    ol.stack { @for frame in &stack.frames { li { (Line(&named(frame))) } } }
                }
            }
            td.num { (quantity::seconds(stack.blocked_s)) }
            td.num { (cpu::share(stack.blocked_s / total.blocked_s)) }
            td.num { (stack.waits) }
        }
    }
}

fn named(frame: &WaitingFrame) -> String {
    let at = cpu::file_and_line(frame.file.as_deref(), frame.line);
    if at.is_empty() { frame.symbol.clone() } else { format!("{} ({at})", frame.symbol) }
}
