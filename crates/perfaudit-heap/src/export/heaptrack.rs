//! The summary that `heaptrack_print` writes of heaptrack 1.4 (<https://invent.kde.org/sdk/heaptrack>), with its section of
//! leaks: stacks by their innermost function, ten of them for each measure, each with five of its callers.
//!
//! A profile holds neither the time nor the resident memory of the run, so that the lines with these are missing, and
//! neither are there lines that name the file a frame lies in.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::io::{self, Write};

use perfaudit_result::{FunctionId, HeapCounts, HeapProfile, HeapStack, SourceFrame};

/// How many functions a section lists, and how many stacks of each: heaptrack's own limits.
const FUNCTIONS: usize = 10;
const CALLERS: usize = 5;
/// Frames outside of this function are left out.
const MAIN: &str = "main";

/// A section: its heading, what it is sorted by, how it tells that, and whether it tells bytes.
struct Section {
    heading: &'static str,
    by: fn(&HeapCounts) -> u64,
    of_function: fn(&HeapCounts) -> String,
    of_stack: fn(&HeapCounts) -> String,
    is_bytes: bool,
}

const SECTIONS: [Section; 4] = [
    Section {
        heading: "MOST CALLS TO ALLOCATION FUNCTIONS",
        by: |counts| counts.count,
        of_function: |counts| {
            format!(
                "{} calls to allocation functions with {} peak consumption",
                counts.count,
                bytes(counts.peak)
            )
        },
        of_stack: |counts| format!("{} calls with {} peak consumption", counts.count, bytes(counts.peak)),
        is_bytes: false,
    },
    Section {
        heading: "PEAK MEMORY CONSUMERS",
        by: |counts| counts.peak,
        of_function: |counts| {
            format!("{} peak memory consumed over {} calls", bytes(counts.peak), counts.count)
        },
        of_stack: |counts| format!("{} consumed over {} calls", bytes(counts.peak), counts.count),
        is_bytes: true,
    },
    Section {
        heading: "MEMORY LEAKS",
        by: |counts| counts.live,
        of_function: leaked,
        of_stack: leaked,
        is_bytes: true,
    },
    Section {
        heading: "MOST TEMPORARY ALLOCATIONS",
        by: |counts| counts.temporary,
        of_function: temporary,
        of_stack: temporary,
        is_bytes: false,
    },
];

fn leaked(counts: &HeapCounts) -> String {
    format!("{} leaked over {} calls", bytes(counts.live), counts.count)
}

#[expect(clippy::cast_precision_loss, reason = "a percentage for people")]
fn temporary(counts: &HeapCounts) -> String {
    let HeapCounts { temporary, count, .. } = counts;
    let share = 100.0 * *temporary as f64 / (*count).max(1) as f64;
    format!("{temporary} temporary allocations of {count} allocations in total ({share:.2}%)")
}

/// Bytes as heaptrack writes them, by powers of 1000.
#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
fn bytes(bytes: u64) -> String {
    if bytes < 1000 {
        return format!("{bytes}B");
    }
    let (mut value, mut unit) = (bytes as f64 / 1000.0, 'K');
    for larger in ['M', 'G', 'T'] {
        if value >= 1000.0 {
            (value, unit) = (value / 1000.0, larger);
        }
    }
    format!("{value:.2}{unit}")
}

/// The stacks that end in a function.
#[derive(Default)]
struct Merged<'a> {
    counts: HeapCounts,
    stacks: Vec<&'a HeapStack>,
}

pub(super) fn write(profile: &HeapProfile, out: &mut dyn Write) -> io::Result<()> {
    let mut merged: HashMap<FunctionId, Merged<'_>> = HashMap::new();
    for stack in &profile.stacks {
        let Some(innermost) = profile.stack(stack.node).next() else { continue };
        let merged = merged.entry(innermost.function).or_default();
        merged.counts.add(&stack.counts);
        merged.stacks.push(stack);
    }
    writeln!(out, "Debuggee command was: {}\n", profile.workload.0)?;
    for section in &SECTIONS {
        writeln!(out, "{}", section.heading)?;
        let mut functions: Vec<(&FunctionId, &Merged<'_>)> =
            merged.iter().filter(|(_, merged)| (section.by)(&merged.counts) > 0).collect();
        functions.sort_by_key(|(function, merged)| (Reverse((section.by)(&merged.counts)), **function));
        for (_, merged) in functions.into_iter().take(FUNCTIONS) {
            write_function(section, merged, profile, out)?;
        }
        writeln!(out)?;
    }
    let totals = profile.totals();
    writeln!(out, "calls to allocation functions: {}", totals.count)?;
    writeln!(out, "temporary memory allocations: {}", totals.temporary)?;
    writeln!(out, "peak heap memory consumption: {}", bytes(totals.peak))?;
    writeln!(out, "total memory leaked: {}", bytes(totals.live))
}

fn write_function(
    section: &Section,
    merged: &Merged<'_>,
    profile: &HeapProfile,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "{} from", (section.of_function)(&merged.counts))?;
    let mut stacks = merged.stacks.clone();
    stacks.sort_by_key(|stack| (Reverse((section.by)(&stack.counts)), stack.node));
    if let Some(innermost) = stacks.first().and_then(|stack| profile.stack(stack.node).next()) {
        write_frame(innermost, "", profile, out)?;
    }
    let mut left = (section.by)(&merged.counts);
    for stack in stacks.iter().take(CALLERS) {
        left -= (section.by)(&stack.counts);
        writeln!(out, "{} from:", (section.of_stack)(&stack.counts))?;
        for frame in profile.stack(stack.node).skip(1) {
            write_frame(frame, "    ", profile, out)?;
            if profile.functions[frame.function as usize].name == MAIN {
                break;
            }
        }
    }
    if let Some(others) = stacks.len().checked_sub(CALLERS).filter(|others| *others > 0) {
        let left = if section.is_bytes { bytes(left) } else { left.to_string() };
        writeln!(out, "  and {left} from {others} other places")?;
    }
    writeln!(out)
}

fn write_frame(
    frame: &SourceFrame,
    indent: &str,
    profile: &HeapProfile,
    out: &mut dyn Write,
) -> io::Result<()> {
    let function = &profile.functions[frame.function as usize];
    // A name of an untrusted program must not begin a line of its own.
    writeln!(out, "{indent}{}", function.name.replace(['\n', '\r'], " "))?;
    match &function.file {
        Some(file) => writeln!(out, "{indent}  at {}:{}", file.replace(['\n', '\r'], " "), frame.line),
        None => Ok(()),
    }
}
