//! Which lines of a harness's own source are timed.

use std::collections::BTreeMap;

/// What runs on a line of a harness's function that measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LineKind {
    /// Between the start and the end of the clock.
    Timed,
    /// Makes inputs, before the clock starts.
    SetUp,
    /// Drops outputs and inputs, after the clock has ended.
    Drop,
    /// Hands a future to an executor; what is timed lies in the future.
    Executor,
    /// Calls a routine that reads the clock itself.
    SelfTimed,
    /// Anything else of the harness.
    Harness,
}

/// The lines of a harness's source file that measure, found in its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimedLines {
    lines: BTreeMap<u32, LineKind>,
    /// Functions whose lines make no input and drop no output: first and last line.
    only_timed: Vec<(u32, u32)>,
}

/// How a harness writes what is looked for.
struct Marks {
    /// What the name of a function that measures begins with.
    function: &'static str,
    start: &'static [&'static str],
    end: &'static [&'static str],
    set_up: &'static [&'static str],
    drop: &'static [&'static str],
}

const CRITERION: Marks = Marks {
    function: "iter",
    start: &["measurement", ".start("],
    end: &["measurement", ".end("],
    set_up: &["setup(", "with_capacity("],
    drop: &["drop(", "black_box(outputs", "black_box(output)"],
};

const DIVAN: Marks = Marks {
    function: "sample_recorder",
    start: &["sample_start =", "start("],
    end: &["sample_end =", "end("],
    set_up: &["gen_input(", "count_input(", "input.write(", ".prepare(", "mem::forget(input"],
    drop: &["drop_input(", "assume_init_drop(", "mem::zeroed::<O>", "black_box(defer"],
};

impl TimedLines {
    /// Reads Criterion's `src/bencher.rs` (0.5 to 0.8). `None` when no function in it starts and ends a clock.
    #[must_use]
    pub fn of_criterion(source: &str) -> Option<Self> {
        Self::of(source, &CRITERION)
    }

    /// Reads divan's `src/bench/mod.rs`, or `src/benchmark/mod.rs` from 0.1.17 on. `None` when no function in it starts
    /// and ends a clock.
    #[must_use]
    pub fn of_divan(source: &str) -> Option<Self> {
        Self::of(source, &DIVAN)
    }

    fn of(source: &str, marks: &Marks) -> Option<Self> {
        let mut found = Self { lines: BTreeMap::new(), only_timed: Vec::new() };
        let lines: Vec<&str> = source.lines().map(code).collect();
        let mut at = 0;
        while at < lines.len() {
            let name = lines[at].split_once("fn ").map(|(_, name)| name);
            if name.is_some_and(|name| name.starts_with(marks.function)) {
                let end = body_end(&lines, at);
                found.read(&lines, at, end, marks);
                at = end;
            }
            at += 1;
        }
        found.lines.values().any(|kind| *kind == LineKind::Timed).then_some(found)
    }

    /// Reads a function from its first to its last line, counted from 0.
    fn read(&mut self, lines: &[&str], first: usize, last: usize, marks: &Marks) {
        let holds = |at: usize, marks: &[&str]| {
            // A call may be broken over three lines; its last word ends it.
            let (word, context) = marks.split_last().expect("marks are not empty");
            lines[at].contains(word)
                && (lines[at.saturating_sub(2).max(first)..=at].iter())
                    .any(|line| context.iter().all(|mark| line.contains(mark)))
        };
        let any = |at: usize, marks: &[&str]| marks.iter().any(|mark| lines[at].contains(mark));
        let (mut is_timed, mut was_timed) = (false, false);
        for at in first..=last.min(lines.len().saturating_sub(1)) {
            let kind = if holds(at, marks.start) {
                is_timed = true;
                LineKind::Harness
            } else if is_timed && holds(at, marks.end) {
                (is_timed, was_timed) = (false, true);
                LineKind::Harness
            } else if is_timed {
                LineKind::Timed
            } else if any(at, marks.set_up) {
                LineKind::SetUp
            } else if any(at, marks.drop) || (was_timed && lines[at].trim() == "}") {
                LineKind::Drop
            } else if any(at, &[".block_on("]) {
                LineKind::Executor
            } else if lines[first].contains("iter_custom") && any(at, &["routine("]) {
                LineKind::SelfTimed
            } else {
                LineKind::Harness
            };
            self.lines.insert(number(at), kind);
        }
        let prepares = |at: usize| any(at, marks.set_up);
        if was_timed && !(first..=last).any(prepares) {
            self.only_timed.push((number(first), number(last)));
        }
    }

    /// What runs on a line; none for lines of other functions and line 0.
    #[must_use]
    pub fn kind(&self, line: u32) -> Option<LineKind> {
        let is_whole = || self.only_timed.iter().any(|&(first, last)| (first..=last).contains(&line));
        match self.lines.get(&line) {
            Some(LineKind::Executor) if is_whole() => Some(LineKind::Timed),
            kind => kind.copied(),
        }
    }
}

fn number(at: usize) -> u32 {
    u32::try_from(at + 1).unwrap_or(u32::MAX)
}

/// A line without its comment.
fn code(line: &str) -> &str {
    line.split_once("//").map_or(line, |(code, _)| code)
}

/// The line on which the braces that open after `from` are closed.
fn body_end(lines: &[&str], from: usize) -> usize {
    let (mut depth, mut has_opened) = (0_i64, false);
    for (at, line) in lines.iter().enumerate().skip(from) {
        for byte in line.bytes() {
            depth += i64::from(byte == b'{') - i64::from(byte == b'}');
            has_opened |= byte == b'{';
        }
        if has_opened && depth <= 0 {
            return at;
        }
    }
    lines.len().saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BENCHER: &str = "impl Bencher {
    pub fn iter<R>(&mut self, mut routine: R) {
        let start = self.measurement.start();
        for _ in 0..self.iters { // fn iter
            black_box(routine());
        }
        self.value = self.measurement.end(start);
    }
    pub fn iter_custom<R>(&mut self, mut routine: R) {
        self.value = routine(self.iters);
    }
    pub fn iter_batched<S, R>(&mut self, mut setup: S, mut routine: R) {
        let input = black_box(setup());
        let start = self
            .measurement
            .start();
        let output = routine(input);
        let end = self.measurement.end(start);
        drop(black_box(output));
    }
}
impl AsyncBencher {
    pub fn iter<R>(&mut self, mut routine: R) {
        runner.block_on(async {
            let start = b.measurement.start();
            black_box(routine().await);
            b.value = b.measurement.end(start);
        });
    }
}
";

    #[test]
    fn the_lines_between_start_and_end_are_timed_and_the_others_are_told_apart() {
        let lines = TimedLines::of_criterion(BENCHER).unwrap();
        let kinds =
            |numbers: &[u32]| -> Vec<LineKind> { numbers.iter().filter_map(|n| lines.kind(*n)).collect() };
        assert_eq!(kinds(&[4, 5, 6, 17, 26]), [LineKind::Timed; 5]);
        assert_eq!(kinds(&[10]), [LineKind::SelfTimed]);
        assert_eq!(kinds(&[13]), [LineKind::SetUp]);
        assert_eq!(kinds(&[19]), [LineKind::Drop]);
        assert_eq!(kinds(&[3, 7, 16, 18]), [LineKind::Harness; 4]);
        assert_eq!(kinds(&[24]), [LineKind::Timed], "an executor that only runs timed work is part of it");
        assert_eq!(lines.kind(0), None);
        assert_eq!(TimedLines::of_criterion("fn iter() {"), None);
    }

    proptest::proptest! {
        #[test]
        fn no_source_is_too_odd(source in "(fn iter|\\{|\\}|\\n|measurement|.start\\(|.end\\(|setup\\(| ){0,30}") {
            let _ = TimedLines::of_criterion(&source);
        }
    }
}
