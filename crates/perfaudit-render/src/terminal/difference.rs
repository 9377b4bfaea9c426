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
    for caveat in difference::caveats(first) {
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

/// One line each: what became of it, before, after, the change, how often chance makes as much, name, file.
fn functions(page: &mut Page, rows: &[Row<'_>]) {
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
    let columns = |verdict: &str, cells: [&str; 4]| {
        let cells: Vec<String> = cells
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{}{cell}", " ".repeat(width - text::width(cell))))
            .collect();
        (format!("    {verdict:<6}"), format!("  {}  ", cells.join("  ")))
    };
    let before_symbol = 4 + 6 + 2 + widths.iter().sum::<usize>() + 2 * 4;
    let room = page.width().saturating_sub(before_symbol);
    // In a narrow window the name has a line of its own.
    let is_own_line = room < LEAST_SYMBOL;
    let (_, head) = columns("", HEADS);
    let function = if is_own_line { "" } else { "function" };
    page.line(&[(FAINT, &format!("          {head}{function}"))]);
    for row in rows {
        let style = match row.verdict {
            "slower" => CRITICAL,
            "faster" => GOOD,
            _ => FAINT,
        };
        let (verdict, cells) = columns(row.verdict, cells(row));
        let plain = if row.verdict.is_empty() { FAINT } else { PLAIN };
        if is_own_line {
            page.line(&[(style, &verdict), (plain, &cells)]);
            let room = page.width().saturating_sub(6);
            page.line(&[(PLAIN, "      "), (plain, &text::shorten(&text::visible(row.symbol), room))]);
        } else {
            let symbol = text::shorten(&text::visible(row.symbol), room);
            let left = room.saturating_sub(text::width(&symbol) + 2);
            let file = text::visible(row.file);
            let file = if text::width(&file) <= left { file } else { String::new() };
            page.line(&[(style, &verdict), (plain, &cells), (plain, &symbol), (PLAIN, "  "), (FAINT, &file)]);
        }
    }
}

fn cells<'a>(row: &'a Row<'_>) -> [&'a str; 4] {
    let Row { before, after, change, p, .. } = row;
    [before, after, change, p]
}
