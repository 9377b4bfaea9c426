//! Where the bytes of programs are.

use perfaudit_result::{AuditResult, BinarySize, SizeDifference};

use super::escape::{code, prose, table};
use crate::size::{self, Table};
use crate::{ir, text};

/// The rows of a table; result.json has more.
const ROWS: usize = 15;

/// One file, for a command that weighs nothing else.
#[must_use]
pub fn binary_size(size: &BinarySize) -> String {
    format!("# perfaudit size: {}\n\n{}", code(&size.binary), one(size))
}

/// Two files beside each other.
#[must_use]
pub fn size_difference(difference: &SizeDifference) -> String {
    let mut out =
        format!("# perfaudit size: {} beside {}\n\n", code(&difference.after), code(&difference.before));
    out.push_str(&line(&difference.answer));
    difference.remarks.iter().for_each(|remark| out.push_str(&line(remark)));
    out.push_str(&rows(&size::package_changes(difference, ROWS)));
    out.push_str(&rows(&size::changes("By section", "section", &difference.sections, ROWS)));
    out.push_str(&rows(&size::changes("By name", "function or static", &difference.functions, ROWS)));
    out
}

/// What the compiler hands to LLVM; empty when it was not counted.
pub(super) fn ir(result: &AuditResult) -> String {
    let Some(counted) = &result.ir else { return String::new() };
    let mut out = line(&counted.answer);
    counted.remarks.iter().for_each(|remark| out.push_str(&line(remark)));
    out.push_str(&line(&counted.method));
    out.push_str(&rows(&ir::packages(counted, ROWS)));
    out.push_str(&rows(&ir::generics(counted, ROWS)));
    out
}

/// The section; empty when nothing was weighed.
pub(super) fn size(result: &AuditResult) -> String {
    let each = result.size.iter().map(|size| format!("### {}\n\n{}", code(&size.binary), one(size)));
    each.collect::<Vec<_>>().join("\n")
}

fn one(of: &BinarySize) -> String {
    let mut out = line(&of.answer);
    of.remarks.iter().for_each(|remark| out.push_str(&line(remark)));
    out.push_str(&line(&of.method));
    out.push_str(&rows(&size::packages(of, ROWS)));
    out.push_str(&rows(&size::sections(of, ROWS)));
    out.push_str(&rows(&size::functions(of, ROWS)));
    out.push_str(&rows(&size::generics(of, ROWS)));
    for inlined in [size::inlined_packages(of, ROWS), size::inlined_functions(of, ROWS)].into_iter().flatten()
    {
        out.push_str(&rows(&inlined));
    }
    let shared = size::shared(of);
    if !shared.is_empty() {
        out.push_str(&format!("\n{}", line(&shared)));
    }
    out
}

pub(super) fn line(text: &str) -> String {
    format!("- {}\n", prose(&text::sentence(text)))
}

/// The name comes first here.
pub(super) fn rows<const COLUMNS: usize>(of: &Table<COLUMNS>) -> String {
    if of.rows.is_empty() {
        return String::new();
    }
    let numbers = COLUMNS - 1;
    let heads: Vec<&str> =
        std::iter::once(of.heads[numbers]).chain(of.heads[..numbers].iter().copied()).collect();
    let right: Vec<bool> = (0..COLUMNS).map(|column| column > 0).collect();
    let cells = |row: &[String; COLUMNS]| {
        std::iter::once(code(&row[numbers])).chain(row[..numbers].iter().cloned()).collect::<Vec<_>>()
    };
    let all: Vec<Vec<String>> = of.rows.iter().map(cells).collect();
    format!("\n{}\n\n{}", prose(&of.caption), table(&heads, &right, &all))
}
