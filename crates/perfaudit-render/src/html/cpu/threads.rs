//! How threads spent their time: on a CPU, waiting, or without a CPU that they could have used.

use maud::{Markup, html};
use perfaudit_result::{OffCpu, ThreadTime};

use crate::html::text::Line;
use crate::{cpu, quantity};

/// The threads of the table; result.json has more.
const ROWS: usize = 12;

/// The table of threads that waited most; nothing where there is one thread only, of which the line above tells all.
pub(super) fn table(off_cpu: &OffCpu) -> Markup {
    html! {
        @if off_cpu.threads.len() > 1 {
            div.scroll tabindex="0" role="region" aria-label="Table of threads" {
                table.plain {
                    caption {
                        "Threads by the time they waited"
                        @if off_cpu.threads.len() > ROWS { ", the first " (ROWS) }
                        ". Counted at each switch, not sampled; the time from being woken to running counts as waiting."
                        @if off_cpu.lost > 0 { " " (off_cpu.lost) " switches were lost, and the time around them." }
                    }
                    thead { tr {
                        th scope="col" { "Thread" }
                        th.num scope="col" { "Running" }
                        th.num scope="col" { "Waiting" }
                        th.num scope="col" title="It could have run and had no CPU" { "Preempted" }
                        th.num scope="col" { "Waits" }
                    } }
                    tbody {
                        @for one in off_cpu.threads.iter().take(ROWS) {
                            (row(&format!("{} ({})", one.thread.name, one.thread.thread), &one.time))
                        }
                        (row("all threads", &off_cpu.total))
                    }
                }
            }
        }
    }
}

fn row(name: &str, time: &ThreadTime) -> Markup {
    html! {
        tr {
            th scope="row" { (Line(name)) }
            td.num { (quantity::seconds(time.running_s)) }
            td.num { (quantity::seconds(time.blocked_s)) " (" (cpu::share(time.blocked_share().unwrap_or(0.0))) ")" }
            td.num { (quantity::seconds(time.preempted_s)) }
            td.num { (time.waits) }
        }
    }
}
