//! The profile of one workload.

use maud::{Markup, html};
use perfaudit_result::{NamedShare, Sampler, WorkloadCpu};

use super::{difference, hotspots, inline, share, source, threads, waits};
use crate::cpu;
use crate::html::context::Context;
use crate::html::flame;
use crate::html::text::{Line, Prose};
use crate::html::words::{self, badge};

/// The functions whose source is shown; result.json has all.
const EXCERPTS: usize = 8;

/// Trust, how it was sampled, whose code it is, the flame graph, the hotspots, and what else is known.
pub(super) fn panel(context: &Context<'_>, place: usize, row: &WorkloadCpu) -> Markup {
    html! {
        article.profile id=(context.cpu_anchors[place]) {
            h3 { (context.workload_link(&row.id)) " " (badge(words::trust(row.trust))) }
            @if !row.remarks.is_empty() {
                ul.remarks { @for remark in &row.remarks { li { (Prose(remark)) } } }
            }
            @if let Some(bound) = &row.bound_by {
                p { strong { "Bound by " (bound.binding.label()) } ": " (Prose(&bound.evidence)) ". Next: " (Prose(&bound.next)) "." }
            }
            @if let Some(sampler) = &row.sampler { (sampled(row, sampler)) }
            @if let Some(off_cpu) = &row.off_cpu { (threads::table(off_cpu)) (waits::table(off_cpu)) }
            @if !row.origins.is_empty() { (origins(&row.origins)) }
            (flame::graph(context, place, context.cpu.cut(place), row.profile.as_ref(), "samples"))
            @for difference in context.result.cpu.iter().flat_map(|cpu| &cpu.differences).filter(|found| found.id == row.id).take(1) {
                (difference::table(difference))
            }
            (hotspots::table(row, context.cpu.cut(place).is_some()))
            @for excerpt in row.excerpts.iter().take(EXCERPTS) { (source::excerpt(excerpt)) }
            @if context.cpu.has_usage(place) {
                h4 { "Processor and memory over time" }
                div.usage data-usage=(place) {}
                noscript { p.note { "The lines need JavaScript; the numbers are in result.json." } }
            } @else if row.usage.is_some() {
                p.note { "Processor and memory over time are in result.json: there is too little of them to draw, or they were left out to keep the report small." }
            }
        }
    }
}

fn sampled(row: &WorkloadCpu, sampler: &Sampler) -> Markup {
    html! {
        dl.facts {
            div { dt { "Sampled by" } dd { (sampler.rung.label()) @if !sampler.refused.is_empty() { " " (refused(sampler)) } } }
            div { dt { "Event" } dd { (cpu::event(sampler.event)) } }
            div { dt { "Rate" } dd { (cpu::rate(sampler)) } }
            div { dt { "Samples" } dd { (sampler.samples) } }
            div { dt { "Lost" } dd { (cpu::counted(sampler.lost, sampler)) } }
            div { dt { "Truncated" } dd { (cpu::counted(sampler.truncated, sampler)) } }
            @if let Some(deepened) = cpu::deepened(sampler) {
                div { dt { "Stack copied" } dd { (deepened) } }
            }
            div { dt { "Without symbol" } dd { (cpu::counted(sampler.unsymbolised, sampler)) } }
            @if let Some(slowdown) = &row.slowdown {
                div { dt { "Time when profiled" } dd { (inline(slowdown)) " of the time without profiling" } }
            }
            @if let Some(blocked) = row.off_cpu.as_ref().and_then(cpu::blocked) {
                div { dt { "Waiting" } dd { (blocked) } }
            }
            @for excluded in &row.excluded {
                div { dt { "Left out: " (Line(&excluded.name)) } dd { (inline(&excluded.share)) " of all samples" } }
            }
        }
    }
}

fn refused(sampler: &Sampler) -> Markup {
    html! {
        details.refused {
            summary { "why not better" }
            ul { @for reason in &sampler.refused { li { (Prose(reason)) } } }
        }
    }
}

fn origins(origins: &[NamedShare]) -> Markup {
    html! {
        div.origins {
            (bar(origins, true))
            ul {
                @for origin in origins {
                    li { i.swatch.(class(&origin.name)) {} (share(origin)) }
                }
            }
        }
    }
}

/// Self time by origin as a bar of a thousand units; the text says the same where it is not drawn.
pub(super) fn bar(origins: &[NamedShare], drawn: bool) -> Markup {
    let text: Vec<String> = origins
        .iter()
        .filter_map(|origin| Some(format!("{} {}", origin.name, cpu::share(origin.share.value()?))))
        .collect();
    let text = text.join(", ");
    let parts = origins.iter().scan(0.0, |start, origin| {
        let width = origin.share.value().unwrap_or(0.0).clamp(0.0, 1.0) * 1000.0;
        let from = std::mem::replace(start, *start + width);
        Some((class(&origin.name), format!("{from:.1}"), format!("{width:.1}")))
    });
    html! {
        @if drawn {
            svg.bar viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label=(Line(&text)) {
                @for (class, from, width) in parts {
                    rect class=(class) x=(from) width=(width) height="10" {}
                }
            }
        } @else { (Line(&text)) }
    }
}

/// The colour of an origin by its name, as the flame graph has it.
fn class(name: &str) -> &'static str {
    let lower = name.to_lowercase();
    let known = [
        ("own", "o-own"),
        ("depend", "o-dependency"),
        ("std", "o-std"),
        ("standard", "o-std"),
        ("system", "o-system"),
        ("kernel", "o-kernel"),
    ];
    match known.iter().find(|(start, _)| lower.starts_with(start)) {
        Some((_, class)) => class,
        None => "o-unknown",
    }
}
