//! The table of benchmarks: one aligned table over all targets, each headed by its name.

use std::collections::{HashMap, HashSet};

use anstyle::Style;
use perfaudit_result::{AuditResult, Estimate, Figure, MetricName, Workload, WorkloadState};

use super::page::{CRITICAL, FAINT, HEADING, PLAIN, Page, WARNING};
use crate::rows::{self, Suite};
use crate::{quantity, text};

/// Runs with more rows show only those that have something to say, unless all are asked for.
const LONG: usize = 40;
/// So many rows of a target that have the same state and no figure are folded to one.
const FOLD: usize = 5;
/// The least room for names before columns are dropped.
const LEAST_NAME: usize = 28;
/// Notes are shortened to this.
const WIDEST_NOTE: usize = 22;
const GAP: usize = 2;

/// A column, in the order of the table.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Median,
    Interval,
    P95,
    Throughput,
    Observations,
    Note,
}

const COLUMNS: [Column; 6] =
    [Column::Median, Column::Interval, Column::P95, Column::Throughput, Column::Observations, Column::Note];
/// What is dropped first when there is no room.
const DISPENSABLE: [Column; 3] = [Column::Throughput, Column::Observations, Column::P95];

/// The text of one row.
struct Row {
    name: String,
    cells: [String; COLUMNS.len()],
    style: Style,
}

/// Prints the table and what a reader must know about its cells.
pub(super) fn benchmarks(page: &mut Page, result: &AuditResult, verbose: bool) {
    if result.workloads.is_empty() {
        return;
    }
    let folded = !verbose && result.workloads.len() > LONG;
    let header = Header::of(result);
    let mut sections = Vec::new();
    let mut left_out = 0;
    for suite in rows::suites(result) {
        let (rows, plain) = section(&suite, &header, folded, verbose);
        left_out += plain;
        if !rows.is_empty() {
            let prefix = suite.common_prefix();
            let name =
                if prefix.is_empty() { suite.name() } else { format!("{}: {prefix}...", suite.name()) };
            sections.push((text::visible(&name), rows));
        }
    }
    if sections.is_empty() && left_out == 0 {
        return;
    }
    page.blank();
    table(page, &header, &sections);
    let metrics = [
        MetricName::WALL_TIME_P50,
        MetricName::WALL_TIME_P95,
        MetricName::WALL_TIME_P99,
        MetricName::THROUGHPUT,
    ];
    let mut notes = rows::footnotes(result, &metrics);
    if left_out > 0 {
        let line = format!("and {left_out} more, measured and not flagged (--verbose shows them)");
        notes.insert(0, line);
    }
    if !notes.is_empty() {
        page.blank();
    }
    for note in notes {
        page.paragraph("", 2, FAINT, &note);
    }
}

/// The headers that depend on the figures: one level and one kind of observation for all, or none in the header
/// and each in its cell.
struct Header<'a> {
    level: Option<String>,
    observations: Option<&'static str>,
    /// The rules that flag each workload, the gravest first.
    flags: HashMap<&'a str, Vec<&'a str>>,
}

impl<'a> Header<'a> {
    fn of(result: &'a AuditResult) -> Self {
        let medians = || result.workloads.iter().filter_map(rows::median);
        Self {
            level: same(medians().filter_map(level)),
            observations: same(medians().map(|figure| rows::observations(figure.of))),
            flags: rows::flags_by_gravity(result),
        }
    }

    fn text(&self, column: Column) -> String {
        match column {
            Column::Median => "p50".to_owned(),
            Column::Interval => self.level.as_ref().map_or_else(|| "CI".to_owned(), |l| format!("{l} CI")),
            Column::P95 => "p95".to_owned(),
            Column::Throughput => "throughput".to_owned(),
            Column::Observations => self.observations.unwrap_or("n").to_owned(),
            Column::Note => String::new(),
        }
    }
}

/// The value that all have, if they have one.
fn same<T: PartialEq>(mut values: impl Iterator<Item = T>) -> Option<T> {
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}

fn level(figure: &Figure) -> Option<String> {
    match figure.estimate {
        Estimate::WithInterval { level, .. } => Some(quantity::level(level)),
        Estimate::WithoutInterval { .. } | Estimate::AtMost { .. } | Estimate::NotEstimable { .. } => None,
    }
}

/// The rows of one target, and how many were left out because nothing is wrong with them.
fn section(suite: &Suite<'_>, header: &Header<'_>, folded: bool, verbose: bool) -> (Vec<Row>, usize) {
    let mut rows = Vec::new();
    let mut in_state: HashMap<WorkloadState, usize> = HashMap::new();
    for workload in &suite.workloads {
        *in_state.entry(workload.state).or_default() += 1;
    }
    let mut told = HashSet::new();
    let mut left_out = 0;
    let prefix = suite.common_prefix();
    for workload in &suite.workloads {
        let alike = in_state[&workload.state];
        if folded && rows::is_plain(workload) {
            left_out += 1;
        } else if workload.state == WorkloadState::Measured || verbose || alike <= FOLD {
            rows.push(row(workload, prefix, header));
        } else if told.insert(workload.state) {
            rows.push(Row {
                name: format!("({})", quantity::counted(alike, "benchmark")),
                ..row(workload, prefix, header)
            });
        }
    }
    (rows, left_out)
}

fn row(workload: &Workload, prefix: &str, header: &Header<'_>) -> Row {
    let median = rows::median(workload);
    let value = |name: &MetricName| {
        let Some(figure) = rows::figure(workload, name) else { return String::new() };
        figure.value().map_or_else(|| "-".to_owned(), |value| quantity::value(value, figure.unit))
    };
    // The value and its interval stand in columns of their own, so that digits align.
    let shown = median.map(quantity::figure).unwrap_or_default();
    let (median_text, interval) =
        shown.split_once(" +").map_or((shown.as_str(), String::new()), |(value, interval)| {
            let level = if header.level.is_none() { median.and_then(level) } else { None };
            (value, format!("+{interval}{}", level.map(|level| format!(" ({level})")).unwrap_or_default()))
        });
    let observations = median.map(|figure| match header.observations {
        Some(_) => figure.n.to_string(),
        None => format!("{} {}", figure.n, rows::observations(figure.of)),
    });
    let (note, style) = note(workload, header);
    Row {
        name: rows::title_behind(prefix, workload),
        cells: [
            median_text.to_owned(),
            interval,
            value(&MetricName::WALL_TIME_P95),
            value(&MetricName::THROUGHPUT),
            observations.unwrap_or_default(),
            note,
        ],
        style,
    }
}

/// The state, unless it was measured; else the gravest of what was flagged, and how many more there are.
fn note(workload: &Workload, header: &Header<'_>) -> (String, Style) {
    if workload.state != WorkloadState::Measured {
        let style = if workload.state.is_failure() { CRITICAL } else { FAINT };
        return (workload.state.label().to_owned(), style);
    }
    match header.flags.get(workload.id.0.as_str()).map(Vec::as_slice) {
        None | Some([]) => (String::new(), PLAIN),
        Some([rule]) => (text::one_line(rule), WARNING),
        Some([rule, others @ ..]) => (format!("{} +{}", text::one_line(rule), others.len()), WARNING),
    }
}

fn table(page: &mut Page, header: &Header<'_>, sections: &[(String, Vec<Row>)]) {
    let rows = || sections.iter().flat_map(|(_, rows)| rows);
    let widest =
        |column: Column| rows().map(|row| text::width(&row.cells[column as usize])).max().unwrap_or(0);
    let names = rows().map(|row| text::width(&row.name) + 2).max().unwrap_or(0);
    let mut columns: Vec<(Column, usize)> = COLUMNS
        .into_iter()
        .filter_map(|column| {
            let content = widest(column);
            (content > 0).then(|| (column, content.max(header.text(column).len())))
        })
        .collect();
    if let Some((_, note)) = columns.last_mut().filter(|(column, _)| *column == Column::Note) {
        *note = (*note).min(WIDEST_NOTE);
    }
    let room = |columns: &[(Column, usize)]| {
        page.width().checked_sub(columns.iter().map(|(_, width)| width + GAP).sum::<usize>())
    };
    let fits = |columns: &[(Column, usize)]| room(columns).is_some_and(|room| room >= names.min(LEAST_NAME));
    let mut dropped = Vec::new();
    for column in DISPENSABLE {
        if !fits(&columns) && columns.iter().any(|(present, _)| *present == column) {
            columns.retain(|(present, _)| *present != column);
            dropped.push(header.text(column));
        }
    }
    if !fits(&columns) {
        return stacked(page, header, sections);
    }
    let name_width = names.min(room(&columns).unwrap_or(0));
    head(page, header, name_width, &columns);
    for (name, rows) in sections {
        page.line(&[(HEADING, &text::shorten(name, page.width()))]);
        for row in rows {
            aligned(page, row, name_width, &columns);
        }
    }
    if !dropped.is_empty() {
        page.paragraph("", 2, FAINT, &format!("No room here for: {}", dropped.join(", ")));
    }
}

fn head(page: &mut Page, header: &Header<'_>, name_width: usize, columns: &[(Column, usize)]) {
    let mut line = pad("", name_width);
    for (column, width) in columns {
        line.push_str(&cell(*column, &header.text(*column), *width));
    }
    // Where nothing has a figure, notes alone need no heads.
    if !line.trim().is_empty() {
        page.line(&[(FAINT, &line)]);
    }
}

fn aligned(page: &mut Page, row: &Row, name_width: usize, columns: &[(Column, usize)]) {
    let name = pad(&format!("  {}", text::shorten(&row.name, name_width.saturating_sub(2))), name_width);
    let mut figures = String::new();
    let mut note = String::new();
    for (column, width) in columns {
        let text = cell(*column, &row.cells[*column as usize], *width);
        if *column == Column::Note { note = text } else { figures.push_str(&text) }
    }
    page.line(&[(PLAIN, &name), (PLAIN, &figures), (row.style, &note)]);
}

/// A cell with the gap before it: figures to the right, intervals and notes to the left.
fn cell(column: Column, content: &str, width: usize) -> String {
    let content = text::shorten(content, width);
    let fill = " ".repeat(width - text::width(&content));
    match column {
        Column::Interval => format!(" {content}{fill} "),
        Column::Note => format!("  {content}{fill}"),
        Column::Median | Column::P95 | Column::Throughput | Column::Observations => {
            format!("  {fill}{content}")
        }
    }
}

fn pad(content: &str, width: usize) -> String {
    format!("{content}{}", " ".repeat(width.saturating_sub(text::width(content))))
}

/// For narrow pages: the figures of a row in words below its name.
fn stacked(page: &mut Page, header: &Header<'_>, sections: &[(String, Vec<Row>)]) {
    for (name, rows) in sections {
        page.line(&[(HEADING, &text::shorten(name, page.width()))]);
        for row in rows {
            page.line(&[(PLAIN, "  "), (PLAIN, &text::shorten(&row.name, page.width() - 2))]);
            let [median, interval, p95, throughput, observations, note] = &row.cells;
            let counted = match header.observations {
                Some(kind) => format!("{observations} {kind}"),
                None => observations.clone(),
            };
            let level = header.level.as_ref().map(|level| format!(" ({level})")).unwrap_or_default();
            let parts: Vec<String> = [
                (median, format!("p50 {median}")),
                (interval, format!("{interval}{level}")),
                (p95, format!("p95 {p95}")),
                (throughput, throughput.clone()),
                (observations, counted),
            ]
            .into_iter()
            .filter(|(content, _)| !content.is_empty())
            .map(|(_, text)| text)
            .collect();
            if !parts.is_empty() {
                page.paragraph("    ", 4, PLAIN, &parts.join(", ").replace(", +", " +"));
            }
            if !note.is_empty() {
                page.paragraph("    ", 4, row.style, note);
            }
        }
    }
}
