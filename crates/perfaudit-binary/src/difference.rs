//! Two programs beside each other.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use perfaudit_result::{BinarySize, BytesChange, ChangeState, SizeChange, SizeDifference};

/// What differs between two weighed files. Both must list all of their functions, and so be weighed without a limit of
/// rows; at most `rows` functions that differ are told.
#[must_use]
pub fn difference(before: &BinarySize, after: &BinarySize, rows: Option<usize>) -> SizeDifference {
    let file_bytes = BytesChange { before: before.file_bytes, after: after.file_bytes };
    let sections = |size: &BinarySize| {
        size.sections.iter().map(|row| (Some(row.name.clone()), row.bytes)).collect::<Vec<_>>()
    };
    let packages =
        |size: &BinarySize| size.packages.iter().map(|row| (row.name.clone(), row.bytes)).collect::<Vec<_>>();
    let functions = |size: &BinarySize| {
        let rows = size.functions.iter().chain(&size.statics);
        rows.map(|row| (Some(row.name.clone()), row.bytes)).collect::<Vec<_>>()
    };
    let mut changed = changes(functions(before), functions(after));
    let answer = answer(file_bytes, &changed);
    changed.truncate(rows.unwrap_or(usize::MAX));
    let of = |size: &BinarySize| {
        size.remarks.iter().map(|remark| format!("{}: {remark}", size.binary)).collect::<Vec<_>>()
    };
    SizeDifference {
        answer,
        before: before.binary.clone(),
        after: after.binary.clone(),
        file_bytes,
        remarks: [of(before), of(after)].concat(),
        sections: changes(sections(before), sections(after)),
        packages: changes(packages(before), packages(after)),
        remainder: BytesChange { before: before.remainder_bytes, after: after.remainder_bytes },
        functions: changed,
    }
}

type Rows = Vec<(Option<String>, u64)>;

fn changes(before: Rows, after: Rows) -> Vec<SizeChange> {
    let mut all: BTreeMap<Option<String>, (Option<u64>, Option<u64>)> = BTreeMap::new();
    for (name, bytes) in before {
        *all.entry(name).or_default().0.get_or_insert(0) += bytes;
    }
    for (name, bytes) in after {
        *all.entry(name).or_default().1.get_or_insert(0) += bytes;
    }
    let mut changes: Vec<SizeChange> = all
        .into_iter()
        .filter_map(|(name, (before, after))| {
            let bytes = BytesChange { before: before.unwrap_or(0), after: after.unwrap_or(0) };
            let state = match (before, after) {
                (None, _) => ChangeState::New,
                (_, None) => ChangeState::Gone,
                (Some(before), Some(after)) if after > before => ChangeState::Grown,
                (Some(before), Some(after)) if after < before => ChangeState::Shrunk,
                _ => return None,
            };
            Some(SizeChange { name, state, bytes })
        })
        .collect();
    // Sorting keeps the order of names among equals.
    changes.sort_by_key(|change| Reverse(change.bytes.difference().unsigned_abs()));
    changes
}

fn answer(file_bytes: BytesChange, functions: &[SizeChange]) -> String {
    let count = |state| functions.iter().filter(|change| change.state == state).count();
    let what = match file_bytes.difference() {
        0 => format!("both files have {} bytes", file_bytes.after),
        grown @ 1.. => format!("{grown} bytes more, from {} to {}", file_bytes.before, file_bytes.after),
        shrunk => {
            format!("{} bytes less, from {} to {}", -shrunk, file_bytes.before, file_bytes.after)
        }
    };
    format!(
        "{what}; {} names grown, {} shrunk, {} new, {} gone",
        count(ChangeState::Grown),
        count(ChangeState::Shrunk),
        count(ChangeState::New),
        count(ChangeState::Gone),
    )
}
