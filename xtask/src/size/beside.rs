//! What the tools say of the same thing, side by side.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use perfaudit_result::{BinarySize, Ir};

use super::tools::{BloatCrates, BloatFunction, Lines};
use crate::say;

/// Instructions by crate, of one and the same file.
pub(super) fn crates(ours: &BinarySize, theirs: &BloatCrates, rows: usize) {
    let mut all: BTreeMap<&str, [u64; 2]> = BTreeMap::new();
    for package in &ours.packages {
        all.entry(package.name.as_deref().unwrap_or(NO_CRATE)).or_default()[0] += package.text_bytes;
    }
    for package in &theirs.crates {
        all.entry(theirs_as_ours(&package.name)).or_default()[1] += package.size;
    }
    let charged: u64 = ours.packages.iter().map(|package| package.bytes).sum();
    let listed: u64 = theirs.crates.iter().map(|package| package.size).sum();
    say(&format!(
        "bytes charged to crates, of {}: {charged} here, and {} said to be in no crate; cargo-bloat {listed}, of the {} of .text alone",
        ours.file_bytes, ours.remainder_bytes, theirs.text_section_size
    ));
    let mut sorted: Vec<_> = all.into_iter().collect();
    sorted.sort_by_key(|(_, [a, b])| Reverse(*a.max(b)));
    say("");
    say("| crate | instructions here | cargo-bloat | ratio |");
    say("|---|---:|---:|---:|");
    for (name, [ours, theirs]) in sorted.iter().take(rows) {
        say(&format!("| {name} | {ours} | {theirs} | {} |", ratio(*ours, *theirs)));
    }
    let differ = sorted.iter().filter(|(_, [a, b])| a != b).count();
    let by: u64 = sorted.iter().map(|(_, [a, b])| a.abs_diff(*b)).sum::<u64>() / 2;
    say("");
    say(&format!("{differ} of {} crates differ, by {by} bytes of instructions in all", sorted.len()));
}

/// Which functions one tool charges to another crate than the other, by their names.
pub(super) fn moves(ours: &BinarySize, theirs: &[BloatFunction], rows: usize) {
    let known: BTreeMap<&str, &str> = ours
        .functions
        .iter()
        .map(|function| (function.name.as_str(), function.package.as_deref().unwrap_or(NO_CRATE)))
        .collect();
    let mut moved: BTreeMap<(&str, &str), (u64, &BloatFunction)> = BTreeMap::new();
    let (mut same, mut unknown) = (0, 0);
    for function in theirs {
        let package = theirs_as_ours(function.package.as_deref().unwrap_or_default());
        match known.get(function.name.as_str()) {
            None => unknown += function.size,
            Some(of_ours) if *of_ours == package => same += function.size,
            Some(of_ours) => {
                let entry = moved.entry((of_ours, package)).or_insert((0, function));
                entry.0 += function.size;
                if function.size > entry.1.size {
                    entry.1 = function;
                }
            }
        }
    }
    let elsewhere: u64 = moved.values().map(|(bytes, _)| bytes).sum();
    say(&format!(
        "by functions of one name: {same} bytes in the same crate, {elsewhere} in another, {unknown} under names that differ"
    ));
    let mut sorted: Vec<_> = moved.into_iter().collect();
    sorted.sort_by_key(|(_, (bytes, _))| Reverse(*bytes));
    say("");
    say("| here | cargo-bloat | bytes | for one |");
    say("|---|---|---:|---|");
    for ((ours, theirs), (bytes, example)) in sorted.iter().take(rows) {
        say(&format!("| {ours} | {theirs} | {bytes} | `{}`, {} |", example.name, example.size));
    }
    say("");
}

/// Lines of LLVM IR that are compiled with the last crate, and in all.
pub(super) fn lines(ours: &Ir, theirs: &Lines, bin: &str) {
    let last = bin.replace('-', "_");
    // A program with the name of a library has a row of its own.
    let named = |name: &str| ours.packages.iter().find(|package| package.name.as_deref() == Some(name));
    let of_last = named(&format!("{last} (program)")).or_else(|| named(&last));
    let compiled = of_last.map_or(0, |package| package.compiled_lines);
    let crates = ours.packages.iter().filter(|package| package.compiled_lines > 0).count();
    say(&format!(
        "lines of LLVM IR compiled with `{last}`: {compiled} here, {} by cargo-llvm-lines in {} copies, ratio {}; of all {crates} crates: {} here in {} copies, which cargo-llvm-lines does not tell",
        theirs.lines,
        theirs.copies,
        ratio(compiled, theirs.lines),
        ours.lines,
        ours.copies
    ));
}

const NO_CRATE: &str = "(no crate)";

/// cargo-bloat puts the crates of the standard library together under `std`, and calls what it does not know
/// `[Unknown]`.
fn theirs_as_ours(name: &str) -> &str {
    match name {
        "[Unknown]" | "" => NO_CRATE,
        name => name,
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown to two digits")]
fn ratio(ours: u64, theirs: u64) -> String {
    if theirs == 0 { "-".to_owned() } else { format!("{:.2}", ours as f64 / theirs as f64) }
}
