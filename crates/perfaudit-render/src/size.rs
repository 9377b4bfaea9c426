//! Where the bytes of programs are, in words and rows, the same in every format.

use perfaudit_result::{BinarySize, BytesChange, ChangeState, PackageSize, SizeChange, SizeDifference};

use crate::{quantity, rows, text};

/// What stands for code whose names tell no crate.
const NO_PACKAGE: &str = "[no crate: C, assembly]";

/// A table: its columns and its rows. The last column is text, all others are numbers.
pub(crate) struct Table<const COLUMNS: usize> {
    pub(crate) caption: String,
    pub(crate) heads: [&'static str; COLUMNS],
    pub(crate) rows: Vec<[String; COLUMNS]>,
}

/// The name of a crate as reports show it.
pub(crate) fn package(name: Option<&str>) -> &str {
    name.unwrap_or(NO_PACKAGE)
}

/// Bytes by crate, with those that no symbol names: the rows sum to the file.
pub(crate) fn packages(size: &BinarySize, most: usize) -> Table<5> {
    let share = |bytes| share(bytes, size.file_bytes);
    let row = |of: &PackageSize| {
        let other = of.unwind_bytes + of.relocation_bytes + of.name_bytes;
        let name = package(of.name.as_deref()).to_owned();
        [
            quantity::bytes(of.bytes),
            share(of.bytes),
            quantity::bytes(of.text_bytes),
            quantity::bytes(other),
            name,
        ]
    };
    let mut rows: Vec<[String; 5]> = size.packages.iter().take(most).map(row).collect();
    let others = size.packages.get(most..).unwrap_or_default();
    if !others.is_empty() {
        let sum = |part: fn(&PackageSize) -> u64| others.iter().map(part).sum::<u64>();
        let all = PackageSize {
            name: Some(format!("[{} more crates]", others.len())),
            bytes: sum(|row| row.bytes),
            text_bytes: sum(|row| row.text_bytes),
            unwind_bytes: sum(|row| row.unwind_bytes),
            relocation_bytes: sum(|row| row.relocation_bytes),
            name_bytes: sum(|row| row.name_bytes),
            ..PackageSize::default()
        };
        rows.push(row(&all));
    }
    let rest = size.remainder_bytes;
    let unnamed = "[no symbol names it: see sections]".to_owned();
    rows.push([quantity::bytes(rest), share(rest), String::new(), String::new(), unnamed]);
    Table {
        caption: format!("By crate: {} in all", quantity::counted(size.packages.len(), "crate")),
        heads: ["bytes", "share", "code", "unwind, names", "crate"],
        rows,
    }
}

/// Bytes by section: the rows sum to the file.
pub(crate) fn sections(size: &BinarySize, most: usize) -> Table<5> {
    let in_file = size.sections.iter().filter(|section| section.bytes > 0);
    let all: Vec<_> = in_file.collect();
    let mut rows: Vec<[String; 5]> = all
        .iter()
        .take(most)
        .map(|section| {
            let kind = rows::words(section.kind);
            [
                quantity::bytes(section.bytes),
                share(section.bytes, size.file_bytes),
                quantity::bytes(section.named_bytes),
                quantity::bytes(section.unnamed_bytes),
                format!("{} ({kind})", section.name),
            ]
        })
        .collect();
    let others = all.get(most..).unwrap_or_default();
    if !others.is_empty() {
        let bytes: u64 = others.iter().map(|section| section.bytes).sum();
        let named: u64 = others.iter().map(|section| section.named_bytes).sum();
        let unnamed: u64 = others.iter().map(|section| section.unnamed_bytes).sum();
        rows.push([
            quantity::bytes(bytes),
            share(bytes, size.file_bytes),
            quantity::bytes(named),
            quantity::bytes(unnamed),
            format!("[{} more sections]", others.len()),
        ]);
    }
    Table {
        caption: "By section".to_owned(),
        heads: ["bytes", "share", "named", "no symbol", "section"],
        rows,
    }
}

/// The largest functions.
pub(crate) fn functions(size: &BinarySize, most: usize) -> Table<4> {
    let row = |of: &perfaudit_result::FunctionSize| {
        [quantity::bytes(of.bytes), quantity::bytes(of.text_bytes), of.copies.to_string(), of.name.clone()]
    };
    Table {
        caption: format!("The largest of {} functions", size.totals.functions),
        heads: ["bytes", "code", "symbols", "function"],
        rows: size.functions.iter().take(most).map(row).collect(),
    }
}

/// The generic functions whose copies take most.
pub(crate) fn generics(size: &BinarySize, most: usize) -> Table<4> {
    let row = |of: &perfaudit_result::GenericSize| {
        [quantity::bytes(of.bytes), quantity::bytes(of.text_bytes), of.copies.to_string(), of.name.clone()]
    };
    Table {
        caption: format!("The largest of {} functions with several copies", size.totals.generics),
        heads: ["bytes", "code", "copies", "generic function"],
        rows: size.generics.iter().take(most).map(row).collect(),
    }
}

/// The largest modules.
pub(crate) fn modules(size: &BinarySize, most: usize) -> Table<4> {
    let row = |of: &perfaudit_result::ModuleSize| {
        [quantity::bytes(of.bytes), quantity::bytes(of.text_bytes), of.functions.to_string(), of.name.clone()]
    };
    Table {
        caption: format!("The largest of {} modules", size.totals.modules),
        heads: ["bytes", "code", "functions", "module"],
        rows: size.modules.iter().take(most).map(row).collect(),
    }
}

/// Code by the crates whose source it comes from; empty unless that was asked for.
pub(crate) fn inlined_packages(size: &BinarySize, most: usize) -> Option<Table<4>> {
    let inlined = size.inlined.as_ref()?;
    let rows = inlined.packages.iter().take(most).map(|of| {
        [
            quantity::bytes(of.text_bytes),
            share(of.text_bytes, inlined.text_bytes),
            quantity::bytes(of.elsewhere_bytes),
            package(of.name.as_deref()).to_owned(),
        ]
    });
    Some(Table {
        caption: "Code by the crate whose source it comes from".to_owned(),
        heads: ["code", "share", "inlined into others", "crate"],
        rows: rows.collect(),
    })
}

/// Code by the functions whose source it comes from; empty unless that was asked for.
pub(crate) fn inlined_functions(size: &BinarySize, most: usize) -> Option<Table<4>> {
    let inlined = size.inlined.as_ref()?;
    let rows = inlined.functions.iter().take(most).map(|of| {
        [
            quantity::bytes(of.text_bytes),
            quantity::bytes(of.inlined_bytes),
            of.places.to_string(),
            of.name.clone(),
        ]
    });
    Some(Table {
        caption: "Code by the function whose source it comes from".to_owned(),
        heads: ["code", "inlined", "places", "function"],
        rows: rows.collect(),
    })
}

/// What several names share, in a sentence; empty when nothing is.
pub(crate) fn shared(size: &BinarySize) -> String {
    let Some(first) = size.shared.first() else { return String::new() };
    format!(
        "{} ranges have several names, of which one is charged: the largest is {} of {}, which is also {}",
        size.totals.shared,
        quantity::bytes(first.bytes),
        brief(&first.charged),
        first.others.iter().map(|name| brief(name)).collect::<Vec<_>>().join(", ")
    )
}

/// A name within a sentence.
fn brief(name: &str) -> String {
    text::shorten(&text::visible(name), 60)
}

/// What differs by some part, with the sum of all that is not shown.
pub(crate) fn changes(caption: &str, head: &'static str, all: &[SizeChange], most: usize) -> Table<4> {
    let row = |change: &SizeChange| {
        let state = match change.state {
            ChangeState::New => " (new)",
            ChangeState::Gone => " (gone)",
            ChangeState::Grown | ChangeState::Shrunk => "",
        };
        let name = format!("{}{state}", package(change.name.as_deref()));
        [
            signed(change.bytes),
            quantity::bytes(change.bytes.before),
            quantity::bytes(change.bytes.after),
            name,
        ]
    };
    let mut rows: Vec<[String; 4]> = all.iter().take(most).map(row).collect();
    let others = all.get(most..).unwrap_or_default();
    if !others.is_empty() {
        let sum = |part: fn(&SizeChange) -> u64| others.iter().map(part).sum::<u64>();
        let bytes = BytesChange { before: sum(|row| row.bytes.before), after: sum(|row| row.bytes.after) };
        let name = format!("[{} more]", others.len());
        rows.push([signed(bytes), quantity::bytes(bytes.before), quantity::bytes(bytes.after), name]);
    }
    Table { caption: caption.to_owned(), heads: ["change", "before", "after", head], rows }
}

/// Bytes by crate that differ, with those that no symbol names: the rows sum to the difference of the files.
pub(crate) fn package_changes(difference: &SizeDifference, most: usize) -> Table<4> {
    let mut table = changes("By crate", "crate", &difference.packages, most);
    let rest = difference.remainder;
    if rest.before != rest.after {
        let name = "[no symbol names it: see sections]".to_owned();
        table.rows.push([signed(rest), quantity::bytes(rest.before), quantity::bytes(rest.after), name]);
    }
    table
}

fn signed(bytes: BytesChange) -> String {
    let difference = bytes.difference();
    let sign = if difference < 0 { '-' } else { '+' };
    format!("{sign}{}", quantity::bytes(difference.unsigned_abs()))
}

#[expect(clippy::cast_precision_loss, reason = "shown to one digit")]
fn share(part: u64, all: u64) -> String {
    if part == 0 { "0 %".to_owned() } else { crate::cpu::share(part as f64 / all.max(1) as f64) }
}
