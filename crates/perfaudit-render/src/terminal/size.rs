//! Where the bytes of programs are: crates, sections, functions.

use perfaudit_result::{AuditResult, BinarySize, SizeDifference};

use super::Terminal;
use super::page::{FAINT, HEADING, PLAIN, Page, WARNING};
use crate::size::{self, Table};
use crate::{ir, text};

/// The rows of each list.
const ROWS: usize = 12;
/// The rows of each list when all are asked for.
const MORE: usize = 100;

/// One file, for a command that weighs nothing else.
#[must_use]
pub fn binary_size(size: &BinarySize, terminal: &Terminal) -> String {
    let mut page = Page::new(terminal.width, terminal.colour);
    one(&mut page, size, terminal.verbose);
    page.into_string()
}

/// Two files beside each other.
#[must_use]
pub fn size_difference(difference: &SizeDifference, terminal: &Terminal) -> String {
    let most = if terminal.verbose { MORE } else { ROWS };
    let mut page = Page::new(terminal.width, terminal.colour);
    page.paragraph("", 0, HEADING, &text::sentence(&text::one_line(&difference.answer)));
    let names = format!("{} beside {}", difference.after, difference.before);
    page.paragraph("", 0, FAINT, &text::one_line(&names));
    for remark in &difference.remarks {
        page.paragraph("", 0, WARNING, &text::sentence(&text::one_line(remark)));
    }
    table(&mut page, &size::package_changes(difference, most));
    table(&mut page, &size::changes("By section", "section", &difference.sections, most));
    table(&mut page, &size::changes("By name", "function or static", &difference.functions, most));
    page.into_string()
}

/// The part on sizes; nothing when nothing was weighed.
pub(super) fn size(page: &mut Page, result: &AuditResult, verbose: bool) {
    for size in &result.size {
        page.heading(&format!("Size of {}", text::visible(&size.binary)));
        one(page, size, verbose);
    }
    let Some(counted) = &result.ir else { return };
    let most = if verbose { MORE } else { ROWS };
    page.heading("LLVM IR");
    page.paragraph("", 0, HEADING, &text::sentence(&text::one_line(&counted.answer)));
    for remark in &counted.remarks {
        page.paragraph("", 0, WARNING, &text::sentence(&text::one_line(remark)));
    }
    table(page, &ir::packages(counted, most));
    table(page, &ir::generics(counted, most));
    if verbose {
        table(page, &ir::instances(counted, most));
    }
    page.blank();
    page.paragraph("", 0, FAINT, &text::sentence(&text::one_line(&counted.method)));
}

fn one(page: &mut Page, of: &BinarySize, verbose: bool) {
    let most = if verbose { MORE } else { ROWS };
    page.paragraph("", 0, HEADING, &text::sentence(&text::one_line(&of.answer)));
    for remark in &of.remarks {
        page.paragraph("", 0, WARNING, &text::sentence(&text::one_line(remark)));
    }
    table(page, &size::packages(of, most));
    table(page, &size::sections(of, most));
    table(page, &size::functions(of, most));
    table(page, &size::generics(of, most));
    if verbose {
        table(page, &size::modules(of, most));
    }
    if let Some(packages) = size::inlined_packages(of, most) {
        table(page, &packages);
    }
    if let Some(functions) = size::inlined_functions(of, most) {
        table(page, &functions);
    }
    let shared = size::shared(of);
    if !shared.is_empty() {
        page.blank();
        page.paragraph("", 0, PLAIN, &text::sentence(&text::one_line(&shared)));
    }
    page.blank();
    page.paragraph("", 0, FAINT, &text::sentence(&text::one_line(&of.method)));
}

/// Numbers to the right, the name behind them cut to what is left of the line.
pub(super) fn table<const COLUMNS: usize>(page: &mut Page, table: &Table<COLUMNS>) {
    if table.rows.is_empty() {
        return;
    }
    page.blank();
    page.paragraph("", 0, HEADING, &text::one_line(&table.caption));
    let numbers = COLUMNS - 1;
    let widths: Vec<usize> = (0..numbers)
        .map(|column| {
            let of_rows = table.rows.iter().map(|row| text::width(&row[column])).max().unwrap_or(0);
            of_rows.max(table.heads[column].len())
        })
        .collect();
    let line = |cells: &[&str]| -> String {
        let padded = cells[..numbers].iter().zip(&widths);
        let padded = padded
            .map(|(cell, width)| format!("{}{cell}  ", " ".repeat(width.saturating_sub(text::width(cell)))));
        format!("  {}", padded.collect::<String>())
    };
    let head = line(&table.heads);
    let room = page.width().saturating_sub(text::width(&head)).max(8);
    page.line(&[(FAINT, &format!("{head}{}", table.heads[numbers]))]);
    for row in &table.rows {
        let cells: Vec<&str> = row.iter().map(String::as_str).collect();
        let name = text::shorten(&text::visible(&row[numbers]), room);
        page.line(&[(PLAIN, &line(&cells)), (PLAIN, &name)]);
    }
}
