//! The workloads of which nothing was seen, with the reasons: the same of CPU time and of allocations.

use maud::{Markup, html};

use super::context::Context;
use super::text::Prose;
use crate::trust::{self, Seen};

/// The names of a group that are told.
const NAMES: usize = 5;

/// The table; nothing where all were seen.
pub(super) fn table<T: Seen>(context: &Context<'_>, caption: &str, rows: Option<&[T]>) -> Markup {
    let groups = trust::unseen(rows.unwrap_or_default());
    html! {
        @if !groups.is_empty() {
            div.scroll { table.plain {
                caption { (caption) }
                thead { tr { th scope="col" { "Workloads" } th scope="col" { "Why, and what to do" } } }
                tbody {
                    @for group in &groups {
                        tr {
                            th scope="row" {
                                @for (rank, id) in group.ids.iter().take(NAMES).enumerate() {
                                    @if rank > 0 { ", " }
                                    (context.workload_link(id))
                                }
                                @if group.ids.len() > NAMES { " and " (group.ids.len() - NAMES) " more" }
                            }
                            td {
                                @if group.remarks.is_empty() { "No reason is recorded." }
                                @for remark in group.remarks { p { (Prose(remark)) } }
                            }
                        }
                    }
                }
            } }
        }
    }
}
