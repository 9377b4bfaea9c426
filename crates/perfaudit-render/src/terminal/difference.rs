//! Functions that became slower or faster, beside the profiles of an earlier run.

use perfaudit_result::{AuditResult, ProfileDifference};

use super::NAME;
use super::page::{CRITICAL, FAINT, GOOD, HEADING, PLAIN, Page, WARNING};
use crate::difference::{self, Row};
use crate::{quantity, text};

/// The workloads that are shown unless all are asked for.
const WORKLOADS: usize = 5;
/// The functions of each.
const FUNCTIONS: usize = 10;
/// The least room for the name of a function; its file is dropped before it gets less.
const LEAST_SYMBOL: usize = 24;

/// The part on differences; nothing when no run stands beside this one.
pub(super) fn difference(page: &mut Page, result: &AuditResult, verbose: bool) {
    let (changed, same) = difference::in_turn(result);
    let Some(first) = changed.first().or(same.first()) else { return };
    page.heading(&format!("Functions beside {}", text::one_line(&first.before)));
    let shown = if verbose { changed.len() } else { changed.len().min(WORKLOADS) };
    for one in &changed[..shown] {
        workload(page, one, verbose);
    }
    if changed.len() > shown {
        let more = quantity::counted(changed.len() - shown, "workload");
        page.paragraph(
            "  ",
            4,
            FAINT,
            &format!("and {more} more with functions that changed (`--verbose` shows them)"),
        );
    }
    let told = if verbose { same.len() } else { same.len().min(WORKLOADS) };
    for one in &same[..told] {
        let name = text::shorten(&text::visible(&one.id.0), NAME);
        page.paragraph("  ", 4, PLAIN, &format!("{name}: no function differs by more than chance explains"));
        unlike(page, one);
        if verbose {
            functions(page, &difference::undecided(one));
        }
        page.paragraph("    ", 6, FAINT, &difference::rest(one));
    }
    if same.len() > told {
        let more = quantity::counted(same.len() - told, "workload");
        page.paragraph("  ", 4, FAINT, &format!("and {more} more without a function that changed"));
    }
    for caveat in difference::caveats(changed.into_iter().chain(same)) {
        page.paragraph("  ", 4, FAINT, &text::sentence(caveat));
    }
}

fn workload(page: &mut Page, difference: &ProfileDifference, verbose: bool) {
    page.paragraph("  ", 4, HEADING, &text::shorten(&text::visible(&difference.id.0), NAME));
    unlike(page, difference);
    let rows = difference::changed(difference);
    let shown = if verbose { rows.len() } else { rows.len().min(FUNCTIONS) };
    functions(page, &rows[..shown]);
    if rows.len() > shown {
        page.paragraph("    ", 6, FAINT, &format!("and {} more", rows.len() - shown));
    }
    if verbose {
        functions(page, &difference::undecided(difference));
    }
    page.paragraph("    ", 6, FAINT, &difference::rest(difference));
}

fn unlike(page: &mut Page, difference: &ProfileDifference) {
    for unlike in &difference.unlike {
        page.paragraph("    ", 6, WARNING, &format!("unlike: {}", text::one_line(unlike)));
    }
}

/// One line each: what became of it, before, after, the change, how often chance makes as much, name, file. In a narrow
/// window a paragraph each.
pub(super) fn functions(page: &mut Page, rows: &[Row<'_>]) {
    const HEADS: [&str; 4] = ["before", "after", "change", "p"];
    if rows.is_empty() {
        return;
    }
    let mut widths = HEADS.map(text::width);
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(cells(row)) {
            *width = (*width).max(text::width(cell));
        }
    }
    let room = page.width().saturating_sub(4 + 6 + 2 + widths.iter().sum::<usize>() + 2 * 4);
    let columns = |cells: [&str; 4]| {
        let cell = |(cell, width): (&&str, _)| format!("{cell:>width$}");
        format!("  {}  ", cells.iter().zip(widths).map(cell).collect::<Vec<_>>().join("  "))
    };
    if room >= LEAST_SYMBOL {
        page.line(&[(FAINT, &format!("          {}function", columns(HEADS)))]);
    }
    for row in rows {
        let (style, plain) = match row.verdict {
            "slower" => (CRITICAL, PLAIN),
            "faster" => (GOOD, PLAIN),
            _ => (FAINT, FAINT),
        };
        if room < LEAST_SYMBOL {
            let symbol = text::shorten(&text::visible(row.symbol), NAME);
            let verdict = if row.verdict.is_empty() { "not told apart" } else { row.verdict };
            let Row { before, after, change, p, .. } = row;
            let line = format!("{verdict}: {symbol}: {before} -> {after}, {change}, p {p}");
            page.paragraph("    ", 6, style, &line);
            continue;
        }
        let symbol = text::shorten(&text::visible(row.symbol), room);
        let file = text::visible(row.file);
        let is_room = text::width(&symbol) + 2 + text::width(&file) <= room;
        let file = if is_room { file } else { String::new() };
        let verdict = format!("    {:<6}", row.verdict);
        let figures = columns(cells(row));
        page.line(&[(style, &verdict), (plain, &figures), (plain, &symbol), (PLAIN, "  "), (FAINT, &file)]);
    }
}

fn cells<'a>(row: &'a Row<'_>) -> [&'a str; 4] {
    let Row { before, after, change, p, .. } = row;
    [before, after, change, p]
}
