//! The raw batches that the page embeds for its plots, within a budget of bytes.
//!
//! Each time per iteration is stored as 16 bits: its place between the smallest and the largest one of the workload,
//! in 65,535 equal steps, little-endian and base64-encoded. The smallest and the largest are stored exactly. No figure
//! of the report is made from these values.

use std::collections::{BTreeMap, HashSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use perfaudit_result::{ArtifactId, AuditResult, Figure, MetricName, Samples, Unit, Workload};
use serde::Serialize;

use super::context::{Context, is_flagged};
use super::{figure, groups};
use crate::rows;

/// The bytes that all embedded batches may take once encoded.
const BUDGET: usize = 700_000;

/// The workloads whose batches are embedded.
#[derive(Debug)]
pub(super) struct Plots {
    chosen: HashSet<usize>,
}

impl Plots {
    /// Flagged workloads first, then the others, each in report order, as long as they fit.
    pub(super) fn choose(result: &AuditResult, samples: &BTreeMap<ArtifactId, Samples>) -> Self {
        let flagged = result.workloads.iter().enumerate().filter(|(_, workload)| is_flagged(workload));
        let others = result.workloads.iter().enumerate().filter(|(_, workload)| !is_flagged(workload));
        let mut left = BUDGET;
        let mut chosen = HashSet::new();
        for (index, workload) in flagged.chain(others) {
            let Some(samples) = of(workload, samples) else { continue };
            let size = encoded_size(samples);
            if size <= left {
                left -= size;
                chosen.insert(index);
            }
        }
        Self { chosen }
    }

    /// True when the batches of the workload at `index` are embedded.
    pub(super) fn has(&self, index: usize) -> bool {
        self.chosen.contains(&index)
    }
}

/// The raw batches of a workload, where they are at hand.
pub(super) fn of<'a>(workload: &Workload, samples: &'a BTreeMap<ArtifactId, Samples>) -> Option<&'a Samples> {
    samples.get(workload.samples.as_ref()?)
}

fn encoded_size(samples: &Samples) -> usize {
    let times = (2 * samples.times().len()).div_ceil(3) * 4;
    match Iterations::of(samples.iterations()) {
        Iterations::Steps { .. } => times,
        // A count of up to six digits and a comma.
        Iterations::Each { .. } => times + 7 * samples.iterations().len(),
    }
}

/// All that `charts.js` reads.
#[derive(Debug, Serialize)]
struct Page<'a, C, H> {
    /// By the place of the workload in the result.
    plots: BTreeMap<usize, Plot<'a>>,
    /// By the element id of the chart.
    charts: BTreeMap<String, groups::Chart<'a>>,
    /// CPU profiles, where there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu: Option<C>,
    /// Stacks of allocations, where there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    heap: Option<H>,
}

/// Why a page of data can always be written.
pub(super) const PLAIN_JSON: &str = "keys are strings and numbers, values have no custom code";

/// The batches of one workload.
#[derive(Debug, Serialize)]
struct Plot<'a> {
    min: f64,
    max: f64,
    times: String,
    iterations: Iterations<'a>,
    /// Nanoseconds where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<Unit>,
    marks: BTreeMap<&'static str, Mark>,
}

/// The iterations of each batch.
#[derive(Debug, PartialEq, Serialize)]
#[serde(untagged)]
enum Iterations<'a> {
    /// Each batch has `step` more than the one before.
    Steps { first: u64, step: u64 },
    /// Anything else.
    Each { each: &'a [u64] },
}

impl<'a> Iterations<'a> {
    fn of(iterations: &'a [u64]) -> Self {
        let first = iterations.first().copied().unwrap_or(1);
        let step = iterations.get(1).map_or(Some(0), |second| second.checked_sub(first));
        match step {
            Some(step) if iterations.windows(2).all(|pair| pair[1].checked_sub(pair[0]) == Some(step)) => {
                Self::Steps { first, step }
            }
            _ => Self::Each { each: iterations },
        }
    }
}

/// A figure drawn into a plot.
#[derive(Debug, Serialize)]
struct Mark {
    value: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    ci: Option<[f64; 2]>,
}

impl Mark {
    fn of(of: &Figure) -> Option<Self> {
        let ci = of.interval().map(|interval| [drawn(interval.lower()), drawn(interval.upper())]);
        Some(Self { value: drawn(of.value()?), ci })
    }
}

/// A figure that a chart draws, with the text the tables give it.
#[derive(Debug, Serialize)]
pub(super) struct Value {
    #[serde(flatten)]
    mark: Mark,
    text: String,
}

impl Value {
    /// None where there is no value to draw.
    pub(super) fn of(of: &Figure) -> Option<Self> {
        Some(Self { mark: Mark::of(of)?, text: figure::inline(of) })
    }
}

/// The data of a page as JSON that may stand within a `script` element.
pub(super) fn json(context: &Context<'_>) -> String {
    let mut plots = BTreeMap::new();
    for (index, workload) in context.result.workloads.iter().enumerate() {
        if let (true, Some(samples)) = (context.plots.has(index), of(workload, context.samples)) {
            plots.insert(index, plot(workload, samples));
        }
    }
    let page =
        Page { plots, charts: groups::charts(context), cpu: context.cpu.page(), heap: context.heap.page() };
    let text = serde_json::to_string(&page).expect(PLAIN_JSON);
    escape(&text)
}

fn plot<'a>(workload: &Workload, samples: &'a Samples) -> Plot<'a> {
    let min = samples.per_iteration().fold(f64::INFINITY, f64::min);
    let max = samples.per_iteration().fold(f64::NEG_INFINITY, f64::max);
    let bytes: Vec<u8> =
        samples.per_iteration().flat_map(|time| place(time, min, max).to_le_bytes()).collect();
    let named = [("p50", MetricName::WALL_TIME_P50), ("p95", MetricName::WALL_TIME_P95)];
    let marks = named
        .into_iter()
        .filter_map(|(name, metric)| Some((name, Mark::of(rows::figure(workload, &metric)?)?)))
        .collect();
    let unit = rows::figure(workload, &MetricName::WALL_TIME_P50).map(|figure| figure.unit);
    let unit = unit.filter(|unit| *unit != Unit::Nanoseconds);
    Plot {
        min,
        max,
        times: STANDARD.encode(bytes),
        iterations: Iterations::of(samples.iterations()),
        unit,
        marks,
    }
}

/// The value to seven digits: finer than any screen, and shorter to write.
fn drawn(value: f64) -> f64 {
    format!("{value:.6e}").parse().unwrap_or(value)
}

/// The nearest of the 65,536 places from `min` to `max`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "from 0 to 65535 by construction"
)]
fn place(time: f64, min: f64, max: f64) -> u16 {
    if max > min { ((time - min) / (max - min) * f64::from(u16::MAX)).round() as u16 } else { 0 }
}

/// These characters occur in the strings of a JSON text only, where an escape means the same.
pub(super) fn escape(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' => escaped.push_str("\\u003c"),
            '>' => escaped.push_str("\\u003e"),
            '&' => escaped.push_str("\\u0026"),
            '\u{2028}' => escaped.push_str("\\u2028"),
            '\u{2029}' => escaped.push_str("\\u2029"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iterations_that_grow_evenly_are_two_numbers() {
        assert_eq!(Iterations::of(&[5, 5, 5]), Iterations::Steps { first: 5, step: 0 });
        assert_eq!(Iterations::of(&[2, 4, 6]), Iterations::Steps { first: 2, step: 2 });
        assert_eq!(Iterations::of(&[7]), Iterations::Steps { first: 7, step: 0 });
        assert_eq!(Iterations::of(&[6, 4]), Iterations::Each { each: &[6, 4] });
        assert_eq!(Iterations::of(&[1, 2, 4]), Iterations::Each { each: &[1, 2, 4] });
    }

    #[test]
    fn the_extremes_are_the_first_and_the_last_place() {
        assert_eq!([place(1.0, 1.0, 3.0), place(2.0, 1.0, 3.0), place(3.0, 1.0, 3.0)], [0, 32768, 65535]);
        assert_eq!(place(1.0, 1.0, 1.0), 0);
    }

    #[test]
    fn embedded_json_cannot_end_its_element() {
        let text = escape(&serde_json::to_string("</script>&\u{2028}").unwrap());
        assert_eq!(text, r#""\u003c/script\u003e\u0026\u2028""#);
        assert_eq!(serde_json::from_str::<String>(&text).unwrap(), "</script>&\u{2028}");
    }
}
