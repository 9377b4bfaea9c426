//! What builds do with their time: a chart of all units, and tables.

use std::collections::BTreeSet;

use maud::{Markup, html};
use perfaudit_result::{AuditResult, BuildTimeline, BuildUnit};

use super::page;
use super::size::table;
use super::text::{Line, Prose};
use crate::{build, quantity, text};

/// The rows of a table; result.json has more.
const ROWS: usize = 40;
/// The chart, in the units of its drawing.
const WIDE: f64 = 960.0;
/// A row of units that follow each other.
const LANE: f64 = 22.0;
/// Room for the scale.
const SCALE: f64 = 18.0;
/// The width of a letter.
const LETTER: f64 = 6.6;
/// Units that are narrower are drawn, without their phases.
const NARROW: f64 = 2.0;
/// Units that are narrower are not drawn: large builds have thousands.
const HAIR: f64 = 0.4;

/// The section.
pub(super) fn section(result: &AuditResult) -> Markup {
    page::section(
        "builds",
        &html! {
            @for of in &result.builds {
                h3 { code { (Line(&of.build.0)) } }
                p { (Prose(&text::sentence(&of.answer))) }
                @for remark in &of.remarks { p { (Prose(&text::sentence(remark))) } }
                p.muted { (Prose(&text::sentence(&of.method))) }
                (chart(of))
                (table(&build::packages(of, ROWS)))
                (table(&build::chain(of, ROWS)))
                (table(&build::running(of)))
            }
        },
    )
}

/// For each unit the first row that is free when it begins.
fn lanes(units: &[BuildUnit]) -> (Vec<usize>, usize) {
    let mut free_from: Vec<u64> = Vec::new();
    let lanes = units.iter().map(|unit| {
        let lane = free_from.iter().position(|free| *free <= unit.start_ns).unwrap_or(free_from.len());
        if lane == free_from.len() {
            free_from.push(0);
        }
        free_from[lane] = unit.end_ns();
        lane
    });
    (lanes.collect(), free_from.len())
}

fn chart(of: &BuildTimeline) -> Markup {
    if of.units.is_empty() {
        return html! {};
    }
    let (lanes, rows) = lanes(&of.units);
    #[expect(clippy::cast_precision_loss, reason = "there are few rows")]
    let high = rows as f64 * LANE + SCALE;
    let latest = of.units.iter().map(BuildUnit::end_ns).max().unwrap_or(0).max(of.wall_ns).max(1);
    let at = |ns: u64| WIDE * (build::seconds(ns) / build::seconds(latest));
    let chain: BTreeSet<usize> = of.chain.iter().map(|step| step.unit as usize).collect();
    html! {
        figure {
            div.scroll tabindex="0" {
                svg.builds viewBox={ "0 0 " (WIDE) " " (short(high)) } width=(WIDE) height=(short(high)) role="img"
                    aria-label={ "When each of " (of.units.len()) " units ran; the tables below tell the same" } {
                    @for (number, (unit, lane)) in of.units.iter().zip(lanes).enumerate() {
                        (drawn(unit, lane, chain.contains(&number), &at))
                    }
                    @for quarter in 0..=4_u64 {
                        @let ns = latest / 4 * quarter;
                        @let anchor = match quarter { 0 => "start", 4 => "end", _ => "middle" };
                        text x=(short(at(ns))) y=(short(high - 5.0)) text-anchor=(anchor) {
                            @if ns == 0 { "0" } @else { (quantity::seconds(build::seconds(ns))) }
                        }
                    }
                }
            }
            figcaption {
                @for (class, (phase, _)) in CLASSES.iter().zip(build::phases(of.phases)).filter(|(_, (_, ns))| *ns > 0) {
                    span { i class=(class) {} (phase) }
                }
                span { "Units from their start to their end; those of the longest chain have a frame, and what is too short to be seen is left out." }
            }
        }
    }
}

/// A colour for each phase.
const CLASSES: [&str; 5] = ["c1", "c2", "c3", "c4", "c5"];

fn drawn(unit: &BuildUnit, lane: usize, is_in_chain: bool, at: &dyn Fn(u64) -> f64) -> Markup {
    #[expect(clippy::cast_precision_loss, reason = "there are few rows")]
    let top = lane as f64 * LANE + 1.0;
    let (left, right) = (at(unit.start_ns), at(unit.end_ns()));
    let width = right - left;
    if width < HAIR {
        return html! {};
    }
    let mut parts = Vec::new();
    let mut from = unit.start_ns;
    for (class, (_, ns)) in CLASSES.iter().zip(build::phases(unit.phases)).filter(|(_, (_, ns))| *ns > 0) {
        parts.push((*class, at(from), at(from + ns)));
        from += ns;
    }
    if width < NARROW {
        parts.truncate(1);
        parts.iter_mut().for_each(|part| part.2 = right);
    }
    let phases = build::phases(unit.phases);
    let told =
        phases.iter().filter(|(_, ns)| *ns > 0).map(|(what, ns)| format!("{} {what}", build::time(*ns)));
    let title = format!(
        "{}: {} ({}), from {}",
        build::name(unit),
        build::time(unit.phases.total_ns()),
        told.collect::<Vec<_>>().join(", "),
        quantity::seconds(build::seconds(unit.start_ns))
    );
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of letters")]
    let letters = ((width - 4.0) / LETTER).max(0.0) as usize;
    html! {
        g.chain[is_in_chain] {
            title { (Line(&title)) }
            @for (class, from, to) in parts {
                rect class=(class) x=(short(from)) y=(short(top)) width=(short((to - from).max(0.3))) height=(short(LANE - 2.0)) {}
            }
            @if is_in_chain {
                rect.frame x=(short(left)) y=(short(top)) width=(short(width.max(0.3))) height=(short(LANE - 2.0)) {}
            }
            @if letters >= 4 {
                text x=(short(left + 3.0)) y=(short(top + 14.0)) { (Line(&text::shorten(&build::name(unit), letters))) }
            }
        }
    }
}

fn short(value: f64) -> String {
    format!("{value:.1}")
}
