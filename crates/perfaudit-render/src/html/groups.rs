//! Sweeps and matrices: a table for each, with the chart that draws the same figures.

use std::collections::BTreeMap;

use maud::{Markup, html};
use perfaudit_result::{Axis, Figure, MetricName, Unit, Workload, WorkloadGroup};
use serde::Serialize;

use super::context::Context;
use super::data::Value;
use super::text::Line;
use super::words::{self, badge};
use super::{figure, page};
use crate::{quantity, rows};

/// The classes of the colour scale, `h0` to `h6`.
const SHADES: u8 = 7;

/// A group cut into tables of at most two axes.
#[derive(Debug)]
struct Layout<'a> {
    /// The index of the axis whose values are the rows; the x axis of the chart.
    rows: usize,
    /// The index of the axis whose values are the columns.
    columns: Option<usize>,
    slices: Vec<Slice<'a>>,
}

/// The cells that agree in all axes but those of the table.
#[derive(Debug)]
struct Slice<'a> {
    /// The values they agree in.
    fixed: Vec<&'a str>,
    /// Workloads by row and column.
    cells: BTreeMap<(usize, usize), usize>,
}

impl<'a> Layout<'a> {
    /// Rows are the longest numeric axis, else the longest; columns are the longest of the others. Cells without a
    /// workload or with coordinates that no axis has are left out.
    fn of(context: &Context<'a>, group: &'a WorkloadGroup) -> Option<Self> {
        let mut order: Vec<usize> = (0..group.axes.len()).collect();
        order.sort_by_key(|&axis| std::cmp::Reverse(group.axes[axis].values.len()));
        let rows = *order.iter().find(|&&axis| is_numeric(&group.axes[axis])).or(order.first())?;
        let columns = order.into_iter().find(|&axis| axis != rows);
        let mut slices: BTreeMap<Vec<u32>, Slice<'a>> = BTreeMap::new();
        for cell in &group.cells {
            let at = |axis: usize| cell.coordinates.get(axis).map_or(usize::MAX, |&index| index as usize);
            let valid = group.axes.iter().enumerate().all(|(axis, values)| at(axis) < values.values.len());
            let Some(workload) = context.index(&cell.workload).filter(|_| valid) else { continue };
            let others = (0..group.axes.len()).filter(|&axis| axis != rows && Some(axis) != columns);
            let key: Vec<u32> = others.clone().map(|axis| cell.coordinates[axis]).collect();
            let slice = slices.entry(key).or_insert_with(|| Slice {
                fixed: others.map(|axis| group.axes[axis].values[at(axis)].as_str()).collect(),
                cells: BTreeMap::new(),
            });
            slice.cells.insert((at(rows), columns.map_or(0, at)), workload);
        }
        Some(Self { rows, columns, slices: slices.into_values().collect() })
    }

    /// True when lines over the rows make sense: for a matrix, only over numbers.
    fn has_chart(&self, group: &WorkloadGroup) -> bool {
        self.columns.is_none() || is_numeric(&group.axes[self.rows])
    }
}

fn is_numeric(axis: &Axis) -> bool {
    axis.numeric.as_ref().is_some_and(|numbers| numbers.len() == axis.values.len())
}

/// All groups.
pub(super) fn section(context: &Context<'_>) -> Markup {
    let groups = &context.result.groups;
    page::section(
        "groups",
        &html! {
            @if groups.is_empty() { p.muted { "No benchmarks vary a parameter, so there is nothing to compare along one." } }
            @for (index, group) in groups.iter().enumerate() {
                @if let Some(layout) = Layout::of(context, group) {
                    article.group id=(context.group_anchors[index]) {
                        h3 { a.self href={ "#" (context.group_anchors[index]) } { bdi { (Line(&group.name)) } } }
                        (heading(group, &layout))
                        (tables(context, index, group, &layout))
                    }
                }
            }
        },
    )
}

fn heading(group: &WorkloadGroup, layout: &Layout<'_>) -> Markup {
    html! {
        p.muted {
            @match layout.columns {
                None => { "Sweep over " (group.axes[layout.rows].values.len()) " values of one parameter." },
                Some(_) => { "Matrix of " (group.axes.len()) " parameters, " (group.cells.len()) " benchmarks. Median time per iteration." },
            }
            " " bdi { (Line(&group.id)) }
        }
    }
}

fn tables(context: &Context<'_>, index: usize, group: &WorkloadGroup, layout: &Layout<'_>) -> Markup {
    let scale = layout.columns.and_then(|_| HeatScale::of(context, layout));
    html! {
        @if let Some(scale) = &scale { (legend(scale)) }
        @for (number, slice) in layout.slices.iter().enumerate() {
            @if !slice.fixed.is_empty() { h4 { bdi { (Line(&slice.fixed.join(" / "))) } } }
            div.halves {
                div.scroll {
                    @match layout.columns {
                        None => (sweep_table(context, group, layout, slice)),
                        Some(columns) => (heat_table(context, group, (layout.rows, columns), slice, scale.as_ref())),
                    }
                }
                @if layout.has_chart(group) { div.chart.script-only id=(chart_id(index, number)) {} }
            }
        }
    }
}

fn sweep_table(
    context: &Context<'_>,
    group: &WorkloadGroup,
    layout: &Layout<'_>,
    slice: &Slice<'_>,
) -> Markup {
    let axis = &group.axes[layout.rows];
    html! {
        table.plain {
            caption { "Median time and throughput over the parameter" }
            thead { tr {
                th scope="col" { "Value" }
                th.num scope="col" { "p50" }
                th.num scope="col" { "p95" }
                th.num scope="col" { "Throughput" }
                th scope="col" { "State" }
            } }
            tbody {
                @for (&(row, _), &index) in &slice.cells {
                    @let workload = &context.result.workloads[index];
                    tr {
                        th scope="row" { a href={ "#" (context.workload_anchors[index]) } { bdi { (Line(&axis.values[row])) } } }
                        @for name in [MetricName::WALL_TIME_P50, MetricName::WALL_TIME_P95, MetricName::THROUGHPUT] {
                            td.num { @match rows::figure(workload, &name) { Some(figure) => (figure::stacked(figure)), None => "-" } }
                        }
                        td { (badge(words::workload(workload.state))) }
                    }
                }
            }
        }
    }
}

fn heat_table(
    context: &Context<'_>,
    group: &WorkloadGroup,
    (rows, columns): (usize, usize),
    slice: &Slice<'_>,
    scale: Option<&HeatScale>,
) -> Markup {
    html! {
        table.heat {
            caption { "Median time per iteration: parameter " (rows + 1) " down, parameter " (columns + 1) " across" }
            thead { tr {
                td {}
                @for value in &group.axes[columns].values { th scope="col" { bdi { (Line(value)) } } }
            } }
            tbody {
                @for (row, value) in group.axes[rows].values.iter().enumerate() {
                    tr {
                        th scope="row" { bdi { (Line(value)) } }
                        @for column in 0..group.axes[columns].values.len() {
                            (heat_cell(context, slice.cells.get(&(row, column)).copied(), scale))
                        }
                    }
                }
            }
        }
    }
}

fn heat_cell(context: &Context<'_>, index: Option<usize>, scale: Option<&HeatScale>) -> Markup {
    let Some(index) = index else { return html! { td.absent title="no such benchmark" { "\u{2013}" } } };
    let workload = &context.result.workloads[index];
    let p50 = rows::figure(workload, &MetricName::WALL_TIME_P50);
    let shade = p50.and_then(Figure::value).zip(scale).map(|(value, scale)| scale.class(value));
    html! {
        td class=[shade] {
            a href={ "#" (context.workload_anchors[index]) } {
                @match p50 {
                    Some(figure) => (figure::stacked(figure)),
                    None => (badge(words::workload(workload.state))),
                }
            }
        }
    }
}

/// The colours of a matrix: equal steps of the logarithm of the time.
#[derive(Debug)]
struct HeatScale {
    least: f64,
    most: f64,
    unit: Unit,
}

impl HeatScale {
    fn of(context: &Context<'_>, layout: &Layout<'_>) -> Option<Self> {
        let mut scale: Option<Self> = None;
        for &index in layout.slices.iter().flat_map(|slice| slice.cells.values()) {
            let Some(figure) = rows::figure(&context.result.workloads[index], &MetricName::WALL_TIME_P50)
            else {
                continue;
            };
            let Some(value) = figure.value().filter(|value| *value > 0.0) else { continue };
            let scale = scale.get_or_insert(Self { least: value, most: value, unit: figure.unit });
            scale.least = scale.least.min(value);
            scale.most = scale.most.max(value);
        }
        scale
    }

    fn class(&self, value: f64) -> &'static str {
        const CLASSES: [&str; SHADES as usize] = ["h0", "h1", "h2", "h3", "h4", "h5", "h6"];
        let range = (self.most / self.least).ln();
        let place = if range > 0.0 { (value / self.least).ln() / range } else { 0.0 };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the classes")]
        let class = (place * f64::from(SHADES)).clamp(0.0, f64::from(SHADES - 1)) as usize;
        CLASSES[class]
    }
}

fn legend(scale: &HeatScale) -> Markup {
    html! {
        p.legend {
            span { (quantity::value(scale.least, scale.unit)) }
            span.ramp aria-hidden="true" { @for shade in 0..SHADES { i class={ "h" (shade) } {} } }
            span { (quantity::value(scale.most, scale.unit)) }
            span.muted { "a stronger colour is slower, in equal steps of the logarithm" }
        }
    }
}

fn chart_id(group: usize, slice: usize) -> String {
    format!("chart-{group}-{slice}")
}

/// What `charts.js` draws for one slice.
#[derive(Debug, Serialize)]
pub(super) struct Chart<'a> {
    title: String,
    labels: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    numbers: Option<&'a [f64]>,
    time_unit: Unit,
    #[serde(skip_serializing_if = "Option::is_none")]
    rate_unit: Option<Unit>,
    series: Vec<Series<'a>>,
}

/// One line of a chart.
#[derive(Debug, Serialize)]
struct Series<'a> {
    name: &'a str,
    points: Vec<Point>,
}

/// One workload in a chart.
#[derive(Debug, Serialize)]
struct Point {
    /// The index of its value on the x axis.
    x: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rate: Option<Value>,
}

impl Point {
    fn of(x: usize, workload: &Workload) -> Self {
        let value = |name: MetricName| rows::figure(workload, &name).and_then(Value::of);
        Self { x, time: value(MetricName::WALL_TIME_P50), rate: value(MetricName::THROUGHPUT) }
    }
}

/// The data of all charts, by their element ids.
pub(super) fn charts<'a>(context: &Context<'a>) -> BTreeMap<String, Chart<'a>> {
    let mut charts = BTreeMap::new();
    for (index, group) in context.result.groups.iter().enumerate() {
        let Some(layout) = Layout::of(context, group).filter(|layout| layout.has_chart(group)) else {
            continue;
        };
        for (number, slice) in layout.slices.iter().enumerate() {
            charts.insert(chart_id(index, number), chart(context, group, &layout, slice));
        }
    }
    charts
}

fn chart<'a>(
    context: &Context<'a>,
    group: &'a WorkloadGroup,
    layout: &Layout<'a>,
    slice: &Slice<'a>,
) -> Chart<'a> {
    let axis = &group.axes[layout.rows];
    let workloads = &context.result.workloads;
    let names: Vec<&str> = match layout.columns {
        None => vec![&group.name],
        Some(columns) => group.axes[columns].values.iter().map(String::as_str).collect(),
    };
    let mut series: Vec<_> = names.into_iter().map(|name| Series { name, points: Vec::new() }).collect();
    for (&(row, column), &index) in &slice.cells {
        series[column].points.push(Point::of(row, &workloads[index]));
    }
    let unit = |name: MetricName| {
        slice
            .cells
            .values()
            .find_map(|&index| rows::figure(&workloads[index], &name))
            .map(|figure| figure.unit)
    };
    let title = std::iter::once(group.name.as_str())
        .chain(slice.fixed.iter().copied())
        .collect::<Vec<_>>()
        .join(" / ");
    Chart {
        title,
        labels: &axis.values,
        numbers: axis.numeric.as_deref().filter(|_| is_numeric(axis)),
        time_unit: unit(MetricName::WALL_TIME_P50).unwrap_or(Unit::Nanoseconds),
        rate_unit: unit(MetricName::THROUGHPUT),
        series,
    }
}
