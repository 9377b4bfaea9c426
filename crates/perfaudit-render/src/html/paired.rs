//! Two sides against each other: a table of verdicts, and each pair as a point.

use std::collections::BTreeMap;

use maud::{Markup, html};
use perfaudit_result::{Estimate, PairedComparison, PairedRow, PairedVerdict};

use super::context::Context;
use super::text::{Line, Prose, Remark};
use super::words::{Tone, badge};
use crate::paired::Functions;
use crate::{paired, quantity};

/// Rows whose pairs are drawn, those that changed first; the artifacts have all of them.
const PLOTTED: usize = 60;
/// The size of a plot, in its own units.
const WIDTH: f64 = 180.0;
const HEIGHT: f64 = 60.0;

/// The part of the summary; nothing where nothing was compared.
pub(super) fn paired(context: &Context<'_>) -> Markup {
    let Some(compared) = &context.result.paired else { return html! {} };
    html! {
        h3 { "A against B" }
        (comparison(context, compared))
    }
}

/// Both sides, and what came of each row.
pub(super) fn comparison(context: &Context<'_>, comparison: &PairedComparison) -> Markup {
    let rows: Vec<_> =
        PairedVerdict::ALL.into_iter().flat_map(|verdict| paired::with(comparison, verdict)).collect();
    let plotted = |workload: &str| {
        let row = comparison.rows.iter().find(|row| row.id.0 == workload)?;
        plot(context, comparison, row)
    };
    html! {
        ul {
            li { "A: " (Line(&paired::arm(&comparison.before))) }
            li { "B: " (Line(&paired::arm(&comparison.after))) }
        }
        @if !rows.is_empty() {
            div.scroll tabindex="0" { table.plain.sides {
                caption { span {
                    "B against A; a point of a plot is a pair of processes, above the line where B took longer, in the order they were measured; dashed lines are at "
                    (quantity::percent(comparison.design.delta))
                    ", up to which differences do not matter, and the band is the interval"
                } }
                thead { tr {
                    th scope="col" { "Verdict" } th scope="col" { "Workload" }
                    th scope="col" { "A" } th scope="col" { "B" } th scope="col" { "B against A" }
                    th scope="col" { "Pairs" } th scope="col" { "Evidence" }
                } }
                tbody { @for (index, row) in rows.iter().enumerate() {
                    @if index == 0 || rows[index - 1].verdict != row.verdict {
                        tr.group { th colspan="7" scope="rowgroup" { (paired::heading(row.verdict)) } }
                    }
                    tr {
                        td { (badge((row.verdict.label(), tone(row.verdict)))) }
                        th scope="row" { bdi { (Line(row.workload)) } }
                        td { (Line(&row.before)) } td { (Line(&row.after)) } td.effect { (effect(&row.effect)) }
                        td { @if index < PLOTTED { @if let Some(plot) = plotted(row.workload) { (plot) } } }
                        td.evidence {
                            @if !row.evidence.is_empty() { (Line(&row.evidence)) br; }
                            @for line in row.metrics.iter().chain(&row.remarks) { small { (Remark(line)) } br; }
                        }
                    }
                    @if let Some(found) = &row.functions { tr { td colspan="7" { (functions(found)) } } }
                } }
            } }
        }
        @for (line, count) in untold(&rows) {
            p.muted { (Prose(&line)) " (" (quantity::counted(count, "row")) " of " (rows.len()) ")" }
        }
        @for line in paired::one_sided(comparison) { p { (Line(&line)) } }
        @for line in paired::shared_remarks(comparison) { p.muted { (Prose(&line)) } }
        p.muted { (paired::METHOD) " " (Line(&paired::design(comparison))) }
    }
}

/// A change, and below it its interval.
fn effect(told: &str) -> Markup {
    match told.split_once(" (") {
        Some((change, interval)) => html! { (Line(change)) br; small { "(" (Line(interval)) } },
        None => html! { (Line(told)) },
    }
}

/// What could not be told, each reason once with the number of its rows.
fn untold(rows: &[paired::Row<'_>]) -> BTreeMap<String, usize> {
    let mut reasons = BTreeMap::new();
    for reason in rows.iter().flat_map(|row| &row.untold) {
        *reasons.entry(reason.clone()).or_insert(0) += 1;
    }
    reasons
}

/// The functions behind a change: open, since they are what a reader looks for next.
fn functions(found: &Functions<'_>) -> Markup {
    html! {
        details open {
            summary { "Functions behind the change (" (found.changed.len()) ")" }
            @if !found.changed.is_empty() {
                table.plain {
                    thead { tr {
                        th scope="col" { "" } th scope="col" { "Function" } th scope="col" { "A" }
                        th scope="col" { "B" } th scope="col" { "Change" } th scope="col" { "p" }
                    } }
                    tbody { @for row in &found.changed {
                        tr {
                            td { (row.verdict) }
                            th scope="row" { bdi { code { (Line(row.symbol)) } } @if !row.file.is_empty() { br; small.muted { (Line(row.file)) } } }
                            td { (Line(&row.before)) } td { (Line(&row.after)) }
                            td { (Line(&row.change)) } td { (Line(&row.p)) }
                        }
                    } }
                }
            }
            small.muted { (Line(&found.about)) }
        }
    }
}

fn tone(verdict: PairedVerdict) -> Tone {
    match verdict {
        PairedVerdict::Worse | PairedVerdict::NotMeasured => Tone::Bad,
        PairedVerdict::Better => Tone::Good,
        PairedVerdict::Inconclusive => Tone::Warn,
        PairedVerdict::Equivalent | PairedVerdict::Identical => Tone::Quiet,
    }
}

/// The differences of pairs as points, with the interval as a band and lines at no difference and at delta.
fn plot(context: &Context<'_>, comparison: &PairedComparison, row: &PairedRow) -> Option<Markup> {
    let values = |artifact: &Option<_>| context.samples.get(artifact.as_ref()?);
    let (before, after) = (values(&row.samples_before)?, values(&row.samples_after)?);
    let differences: Vec<f64> =
        before.times().iter().zip(after.times()).map(|(before, after)| after / before - 1.0).collect();
    let finite = differences.iter().copied().filter(|one| one.is_finite()).map(f64::abs);
    let delta = comparison.design.delta;
    let most = finite.fold(delta, f64::max) * 1.1;
    let y = |difference: f64| HEIGHT / 2.0 * (1.0 - (difference / most).clamp(-1.0, 1.0));
    #[expect(clippy::cast_precision_loss, reason = "the number of pairs is small")]
    let x = |index: usize| WIDTH * (index as f64 + 0.5) / differences.len() as f64;
    let band = match &row.effect.estimate {
        Estimate::WithInterval { interval, .. } => Some((y(interval.upper()), y(interval.lower()))),
        _ => None,
    };
    let number = |value: f64| format!("{value:.1}");
    let label = format!(
        "{} pairs of {}, from {} to {}",
        differences.len(),
        row.id,
        quantity::percent(differences.iter().copied().fold(f64::INFINITY, f64::min)),
        quantity::percent(differences.iter().copied().fold(f64::NEG_INFINITY, f64::max)),
    );
    Some(html! {
        svg.pairs viewBox={ "0 0 " (number(WIDTH)) " " (number(HEIGHT)) } width=(number(WIDTH)) height=(number(HEIGHT)) role="img" aria-label=(Line(&label)) {
            @if let Some((top, bottom)) = band {
                rect.band x="0" y=(number(top)) width=(number(WIDTH)) height=(number((bottom - top).max(0.5))) {}
            }
            @for (class, at) in [("zero", 0.0), ("delta", delta), ("delta", -delta)] {
                line class=(class) x1="0" x2=(number(WIDTH)) y1=(number(y(at))) y2=(number(y(at))) {}
            }
            @for (index, difference) in differences.iter().enumerate() {
                circle cx=(number(x(index))) cy=(number(y(*difference))) r="2" {}
            }
        }
        small.muted { "from -" (quantity::percent(most)) " to +" (quantity::percent(most)) }
    })
}
