//! What callgrind writes (its manual, "Callgrind Format Specification"): names and positions are not compressed, and the
//! only event is `Ir`, instructions read.

use crate::analyse::Harness;
use crate::analyse::names::{is_below, method, plain};

/// Instructions of user code that a program ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct InstructionCount {
    /// All of them, in all processes.
    pub total: u64,
    /// Processes that were counted.
    pub processes: u32,
    /// Those below the function by which a harness measures.
    pub below: Below,
}

/// What ran below the function by which a harness measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Below {
    /// Instructions of that function and of all that it called.
    pub instructions: u64,
    /// How often it was called.
    pub calls: u64,
}

impl InstructionCount {
    /// Adds another process.
    pub(super) fn add(&mut self, other: Self) {
        self.total = self.total.saturating_add(other.total);
        self.processes += other.processes;
        self.below.instructions = self.below.instructions.saturating_add(other.below.instructions);
        self.below.calls = self.below.calls.saturating_add(other.below.calls);
    }
}

/// Reads what one process wrote.
///
/// # Errors
/// The line that cannot be read.
pub(super) fn parse(bytes: &[u8], harness: Option<Harness>) -> Result<InstructionCount, usize> {
    let mut count = InstructionCount { processes: 1, ..InstructionCount::default() };
    let is_entry =
        |name: &[u8]| harness.is_some_and(|harness| is_entry(&String::from_utf8_lossy(name), harness));
    let (mut is_caller_entry, mut is_callee_entry) = (false, false);
    let mut calls = None;
    let mut is_complete = false;
    for (number, line) in (1..).zip(bytes.split(|&byte| byte == b'\n')) {
        if let Some(name) = line.strip_prefix(b"fn=") {
            is_caller_entry = is_entry(name);
        } else if let Some(name) = line.strip_prefix(b"cfn=") {
            is_callee_entry = is_entry(name);
        } else if let Some(call) = line.strip_prefix(b"calls=") {
            calls = Some(number_at(call, 0).ok_or(number)?);
        } else if let Some(calls) = calls.take() {
            // The line after `calls` holds the place of the call and what it cost with all that was called.
            let cost = number_at(line, 1).ok_or(number)?;
            if is_callee_entry && !is_caller_entry {
                count.below.instructions = count.below.instructions.saturating_add(cost);
                count.below.calls = count.below.calls.saturating_add(calls);
            }
        } else if let Some(events) = line.strip_prefix(b"events:") {
            if events.trim_ascii() != b"Ir" {
                return Err(number);
            }
        } else if let Some(total) = line.strip_prefix(b"totals:") {
            count.total = count.total.saturating_add(number_at(total, 0).ok_or(number)?);
            is_complete = true;
        }
    }
    if is_complete { Ok(count) } else { Err(bytes.split(|&byte| byte == b'\n').count()) }
}

/// The files whose code ran; `???` stands for code of none.
pub(super) fn objects(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let lines = bytes.split(|&byte| byte == b'\n');
    lines.filter_map(|line| line.strip_prefix(b"ob=").or_else(|| line.strip_prefix(b"cob=")))
}

/// A number of a line, by its place among the words.
fn number_at(line: &[u8], place: usize) -> Option<u64> {
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    std::str::from_utf8(words.nth(place)?).ok()?.parse().ok()
}

/// Whether a harness measures by this function. Those of others than Criterion are inlined and appear in no call.
fn is_entry(name: &str, harness: Harness) -> bool {
    let name = plain(name);
    match harness {
        Harness::Criterion => is_below(&name, "criterion::bencher") && method(&name).starts_with("iter"),
        Harness::Divan => false,
        Harness::Libtest => name == "test::bench::ns_iter_inner",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DUMP: &str = "\
# callgrind format
events: Ir
fn=criterion::bencher::Bencher<M>::iter_with_setup
0 5
cfn=criterion::bencher::Bencher<M>::iter_batched
calls=1 7
0 400
fn=bench::main
0 10
cfi=bencher.rs
cfn=criterion::bencher::Bencher<M>::iter_with_setup
calls=2 30
0 405
cfn=memcpy
calls=1 30
0 9
fn=<criterion::bencher::Bencher<criterion::measurement::WallTime>>::iter::<u64, bench::run::{closure#0}>
0 20
totals: 444
";

    #[test]
    fn what_a_measuring_function_called_counts_once_however_they_call_each_other() {
        let expected =
            InstructionCount { total: 444, processes: 1, below: Below { instructions: 405, calls: 2 } };
        assert_eq!(parse(DUMP.as_bytes(), Some(Harness::Criterion)), Ok(expected));
        let whole = InstructionCount { below: Below::default(), ..expected };
        assert_eq!(parse(DUMP.as_bytes(), None), Ok(whole));
    }

    #[test]
    fn files_are_told_by_who_runs_and_by_who_is_called() {
        let dump = b"events: Ir\nob=/bin/a\nfn=main\n0 5\ncob=/lib/c\ncfn=exit\ncalls=1 1\n0 2\nob=/bin/a\n";
        let all: Vec<&[u8]> = objects(dump).collect();
        assert_eq!(all, [&b"/bin/a"[..], b"/lib/c", b"/bin/a"]);
    }

    #[test]
    fn what_is_cut_off_or_of_another_event_is_refused_with_its_line() {
        assert_eq!(parse(b"events: Ir\nfn=main\n0 5\n", None), Err(4));
        assert_eq!(parse(b"events: Ir Dr\n", None), Err(1));
        assert_eq!(parse(b"events: Ir\ncalls=x 1\n", None), Err(2));
        assert_eq!(parse(b"calls=1 1\nfn=main\n", None), Err(3));
        assert_eq!(parse(b"totals: 99999999999999999999999\n", None), Err(1));
    }

    proptest::proptest! {
        #[test]
        fn no_file_makes_it_panic(bytes in "(events: Ir|fn=|cfn=|calls=|totals:|[ 0-9x]|\n){0,60}") {
            let _ = parse(bytes.as_bytes(), Some(Harness::Criterion));
        }
    }
}
