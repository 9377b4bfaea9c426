//! Reading the table of results.
//!
//! ```text
//! suite     fastest       | slowest       | median        | mean          | samples | iters
//! +- inner                |               |               |               |         |
//!    +- sum 557.9 ns      | 563.2 ns      | 560.4 ns      | 560.7 ns      | 100     | 400
//!           7.34 GB/s     | 7.272 GB/s    | 7.308 GB/s    | 7.305 GB/s    |         |
//! ```
//!
//! (with lines of box-drawing characters). Columns are read from their right end: what a benchmark prints itself
//! stands in front of its figures. Lines below the figures hold rates of counters, and allocations.

use crate::divan::number::{self, Rate};
use crate::stated::{Bounds, Printed, Statement, Work};

const COLUMNS: [&str; 6] = ["fastest", "slowest", "median", "mean", "samples", "iters"];
const SEPARATOR: char = '\u{2502}';

/// What a process printed.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Table {
    /// The path of each benchmark with what is stated of it, in the order of the table.
    pub(crate) rows: Vec<(String, Statement)>,
    /// The paths of benchmarks that were named and have no figures: their functions measure nothing.
    pub(crate) without_figures: Vec<String>,
    /// The columns of the first header that are not those of divan 0.1.
    pub(crate) other_columns: Option<String>,
}

impl Table {
    pub(crate) fn parse(stdout: &str) -> Self {
        let mut table = Self::default();
        let mut above: Vec<String> = Vec::new();
        let mut times: Option<[Option<Printed>; 4]> = None;
        let mut waits_for_figures: Option<String> = None;
        for line in stdout.lines() {
            let Some(cells) = Cells::split(line) else {
                // A benchmark whose own output tears its line apart: the name is there, the figures follow.
                let branch = Branch::parse(line);
                if (1..=above.len()).contains(&branch.depth) {
                    above.truncate(branch.depth);
                    above.push(branch.name().to_owned());
                    table.without_figures.extend(waits_for_figures.replace(above.join("::")));
                }
                times = None;
                continue;
            };
            if Branch::parse(cells.first).depth > 0 {
                table.without_figures.extend(waits_for_figures.take());
            }
            if let Some(header) = cells.header() {
                if header == COLUMNS {
                    above = vec![cells.heading().to_owned()];
                } else if header.iter().any(|word| COLUMNS.contains(word)) {
                    table.other_columns.get_or_insert_with(|| header.join(", "));
                }
                times = None;
            } else if let Some(statement) = cells.statement() {
                let branch = Branch::parse(cells.first);
                if (1..=above.len()).contains(&branch.depth) {
                    above.truncate(branch.depth);
                    above.push(Cells::without_figure(branch.text).to_owned());
                }
                times = Some(cells.times());
                waits_for_figures = None;
                table.rows.push((above.join("::"), statement));
            } else if cells.is_empty() {
                let branch = Branch::parse(cells.first);
                if (1..=above.len()).contains(&branch.depth) && branch.text.trim() != "" {
                    above.truncate(branch.depth);
                    above.push(branch.text.trim_end().to_owned());
                    times = None;
                }
            } else if let (Some(times), Some((_, statement))) = (&times, table.rows.last_mut()) {
                statement.work.extend(cells.work(times));
            }
        }
        table.without_figures.extend(waits_for_figures);
        table
    }
}

/// The place of a line in the tree: how many branches lie in front of its text.
pub(crate) struct Branch<'a> {
    pub(crate) depth: usize,
    pub(crate) text: &'a str,
}

impl<'a> Branch<'a> {
    pub(crate) fn parse(line: &'a str) -> Self {
        let mut depth = 1;
        let mut rest = line;
        loop {
            let fork =
                ["\u{251c}\u{2500} ", "\u{2570}\u{2500} "].iter().find_map(|fork| rest.strip_prefix(fork));
            if let Some(text) = fork {
                return Self { depth, text };
            }
            let Some(below) = ["\u{2502}  ", "   "].iter().find_map(|pipe| rest.strip_prefix(pipe)) else {
                return Self { depth: 0, text: line };
            };
            depth += 1;
            rest = below;
        }
    }

    /// The text up to the gap behind it.
    fn name(&self) -> &'a str {
        self.text.split_once("  ").map_or(self.text, |(name, _)| name).trim_end()
    }
}

/// The six cells of a line; the first one begins with the name.
struct Cells<'a> {
    first: &'a str,
    others: [&'a str; 5],
}

impl<'a> Cells<'a> {
    fn split(line: &'a str) -> Option<Self> {
        let mut parts = line.rsplitn(COLUMNS.len(), SEPARATOR);
        let mut others = [""; 5];
        for cell in others.iter_mut().rev() {
            *cell = parts.next()?.trim();
        }
        Some(Self { first: parts.next()?, others })
    }

    /// The words of the cells, when none of them is a figure and all are words.
    fn header(&self) -> Option<[&'a str; 6]> {
        let first = self.first.split_whitespace().next_back()?;
        let [a, b, c, d, e] = self.others;
        let words = [first, a, b, c, d, e];
        let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphabetic());
        words.iter().all(|word| is_word(word)).then_some(words)
    }

    /// The name of the tree in front of the header.
    fn heading(&self) -> &'a str {
        self.first.trim_end().strip_suffix(COLUMNS[0]).unwrap_or(self.first).trim_end()
    }

    fn is_empty(&self) -> bool {
        self.others.iter().all(|cell| cell.is_empty())
    }

    /// The figure at the end of the first cell: its last two words.
    fn first_figure(&self) -> &'a str {
        let text = self.first.trim_end();
        let Some(unit) = text.rfind(' ') else { return text };
        text[..unit].rfind(' ').map_or(text, |number| &text[number + 1..])
    }

    /// The text in front of the figure at its end.
    fn without_figure(text: &str) -> &str {
        let text = text.trim_end();
        let Some(unit) = text.rfind(' ') else { return text };
        text[..unit].rfind(' ').map_or(text, |number| text[..number].trim_end())
    }

    fn times(&self) -> [Option<Printed>; 4] {
        let [slowest, median, mean, ..] = self.others;
        [self.first_figure(), slowest, median, mean].map(number::time)
    }

    fn statement(&self) -> Option<Statement> {
        let [fastest, slowest, median, mean] = self.times();
        mean?;
        let statement = Statement {
            median: median?,
            fastest,
            slowest: Some(slowest?),
            samples: self.others[3].parse().ok()?,
            iterations: self.others[4].parse().ok()?,
            work: Vec::new(),
        };
        statement.is_plausible().then_some(statement)
    }

    /// The work that rates in the columns of these times stand for. Each column is of a sample of its own, so that all
    /// of them must agree.
    fn work(&self, times: &[Option<Printed>; 4]) -> Option<(Work, Bounds)> {
        let [slowest, median, mean, samples, iterations] = self.others;
        if !samples.is_empty() || !iterations.is_empty() {
            return None;
        }
        let cells = [self.first_figure(), slowest, median, mean];
        let mut found: Option<(Work, Bounds)> = None;
        for (cell, time) in cells.into_iter().zip(times) {
            let Rate::Known(work, rate) = number::rate(cell)? else { return None };
            let bounds = time.map_or(Bounds::ALL, |time| Bounds::of_rate(rate, time));
            match &mut found {
                Some((known, all)) if *known == work => *all = all.and(bounds),
                Some(_) => return None,
                None => found = Some((work, bounds)),
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// With plain characters for those that draw lines.
    fn table(drawn: &str) -> Table {
        let drawn = drawn.replace("+- ", "\u{251c}\u{2500} ").replace("`- ", "\u{2570}\u{2500} ");
        Table::parse(&drawn.replace('|', "\u{2502}"))
    }

    fn medians(table: &Table) -> Vec<(&str, f64)> {
        table.rows.iter().map(|(path, statement)| (path.as_str(), statement.median.value)).collect()
    }

    const ARGUMENTS_AND_THREADS: &str = "\
suite          fastest       | slowest       | median        | mean          | samples | iters
`- threaded                  |               |               |               |         |
   +- c::d  e                |               |               |               |         |
   |  +- t=1   19.09 ns      | 24.02 ns      | 19.33 ns      | 19.67 ns      | 100     | 12800
   |  |        max alloc:    |               |               |               |         |
   |  |          1           | 1             | 1             | 1             |         |
   |  |          7 B         | 7 B           | 7 B           | 7 B           |         |
   |  `- t=2   15.7 ns       | 108.3 ns      | 16.99 ns      | 20.4 ns       | 100     | 3200
   `- alone    1.2 ms        | 3 ms          | 2.5 ms        | 2.5 ms        | 40      | 40

";

    #[test]
    fn every_line_with_figures_is_a_benchmark_below_its_parents() {
        let table = table(ARGUMENTS_AND_THREADS);
        assert_eq!(
            medians(&table),
            [
                ("suite::threaded::c::d  e::t=1", 19.33),
                ("suite::threaded::c::d  e::t=2", 16.99),
                ("suite::threaded::alone", 2.5e6),
            ]
        );
        let statement = &table.rows[1].1;
        assert_eq!((statement.samples, statement.iterations), (100, 3200));
        assert_eq!(statement.fastest.map(|printed| printed.value), Some(15.7));
        assert_eq!(statement.slowest.map(|printed| printed.value), Some(108.3));
        assert!(statement.work.is_empty());
    }

    #[test]
    fn counters_tell_the_work_of_one_iteration() {
        let table = table(
            "\
suite     fastest       | slowest       | median        | mean          | samples | iters
`- sum    557.9 ns      | 563.2 ns      | 560.4 ns      | 560.7 ns      | 100     | 400
          7.34 GB/s     | 7.272 GB/s    | 7.308 GB/s    | 7.305 GB/s    |         |
          21.5 Mitem/s  | 21.3 Mitem/s  | 21.41 Mitem/s | 21.4 Mitem/s  |         |
",
        );
        let work = &table.rows[0].1.work;
        assert_eq!((work[0].0, work[1].0), (Work::Bytes, Work::Items));
        assert!(work[0].1.lower <= 4096.0 && 4096.0 < work[0].1.upper, "{work:?}");
        assert_eq!(work[1].1.whole(), Some(12));
    }

    #[test]
    fn what_a_benchmark_prints_itself_comes_between_its_name_and_its_figures() {
        let table = table(
            "\
suite         fastest       | slowest       | median        | mean          | samples | iters
`- inner                    |               |               |               |         |
   `- prints  hello
tail0.268 ns      | 0.271 ns      | 0.27 ns       | 0.27 ns       | 100     | 409600
",
        );
        assert_eq!(medians(&table), [("suite::inner::prints", 0.27)]);
        assert_eq!(table.rows[0].1.fastest, None);
    }

    #[test]
    fn a_benchmark_that_measures_nothing_is_named_without_figures() {
        let table = table(
            "\
suite                   fastest       | slowest       | median        | mean          | samples | iters
`- parse                              |               |               |               |         |
   +- first
   +- second            6.258 us      | 7.921 us      | 6.348 us      | 6.421 us      | 100     | 100
   `- third
",
        );
        assert_eq!(medians(&table), [("suite::parse::second", 6348.0)]);
        assert_eq!(table.without_figures, ["suite::parse::first", "suite::parse::third"]);
    }

    #[test]
    fn a_table_with_other_columns_is_named_as_such() {
        let table = table(
            "\
suite   fastest | slowest | median | average | samples | iters
`- sum  1 ns    | 2 ns    | 1 ns   | x   | 100     | 100
",
        );
        assert!(table.rows.is_empty());
        assert_eq!(table.other_columns.unwrap(), "fastest, slowest, median, average, samples, iters");
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "([\u{2502}\u{251c}\u{2570}\u{2500} n1s.\n]|fastest|.){0,120}") {
            let _ = Table::parse(&text);
        }

        #[test]
        fn a_line_with_any_figures_gives_them_back(whole in 1_u32..999, unit in "ns|ms|s", samples in 1_u64..1000) {
            let cell = format!("{whole} {unit}");
            let drawn = format!("s fastest | slowest | median | mean | samples | iters\n`- x  {cell} | {cell} | {cell} | {cell} | {samples} | 7\n");
            let table = table(&drawn);
            prop_assert_eq!(table.rows.len(), 1);
            prop_assert_eq!(table.rows[0].1.median, number::time(&cell).unwrap());
            prop_assert_eq!(table.rows[0].1.samples, samples);
        }
    }
}
