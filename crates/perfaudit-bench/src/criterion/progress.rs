//! What Criterion says while it runs, on standard error:
//! `Benchmarking TITLE: Collecting 100 samples in estimated 5.0021 s (1.2M iterations)`.

use std::time::Duration;

/// Nobody waits longer; what claims to take longer is not Criterion, and must not lift the time limit.
const LONGEST: Duration = Duration::from_secs(1_000_000);

/// Criterion knows how long a benchmark will take once it has warmed up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Collecting {
    /// The number of samples it will take.
    pub(crate) samples: u64,
    /// How long it expects that to take. Set-up that a benchmark repeats for each sample is not included.
    pub(crate) estimated: Duration,
}

impl Collecting {
    /// Reads a line of standard error. A title may hold anything, so the line is read from its end.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let (_, rest) = line.strip_prefix("Benchmarking ")?.rsplit_once(": Collecting ")?;
        let (samples, rest) = rest.split_once(" samples in estimated ")?;
        let mut words = rest.split_whitespace();
        let value: f64 = words.next()?.parse().ok()?;
        let unit = match words.next()? {
            "ps" => 1e-12,
            "ns" => 1e-9,
            "us" | "\u{b5}s" | "\u{3bc}s" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            _ => return None,
        };
        let estimated =
            Duration::try_from_secs_f64(value * unit).ok().filter(|estimated| *estimated <= LONGEST)?;
        Some(Self { samples: samples.trim().parse().ok()?, estimated })
    }
}

/// A line that only says how far Criterion is, and tells nothing about a failure.
pub(crate) fn is_progress(line: &str) -> bool {
    line.starts_with("Benchmarking ") || line.starts_with("Gnuplot not found") || line.trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_estimate_is_read_whatever_the_title_holds() {
        for (line, samples, seconds) in [
            ("Benchmarking a/b: Collecting 100 samples in estimated 5.0021 s (1.2M iterations)", 100, 5.0021),
            (
                "Benchmarking x: Collecting 9 y: Collecting 10 samples in estimated  30.000 ms (10 iterations)",
                10,
                0.03,
            ),
            ("Benchmarking u: Collecting 100 samples in estimated 100.00 \u{b5}s (1 iterations)", 100, 1e-4),
        ] {
            let collecting = Collecting::parse(line).unwrap();
            assert_eq!(collecting.samples, samples);
            assert!((collecting.estimated.as_secs_f64() - seconds).abs() < 1e-9, "{line}");
        }
    }

    #[test]
    fn other_lines_and_absurd_estimates_say_nothing() {
        for line in [
            "Benchmarking a/b: Warming up for 3.0000 s",
            "my own output: Collecting 100 samples in estimated 5 s",
            "Benchmarking a: Collecting 100 samples in estimated inf s (1 iterations)",
            "Benchmarking a: Collecting 100 samples in estimated 9e18 s (1 iterations)",
            "Benchmarking a: Collecting 100 samples in estimated -5 s (1 iterations)",
        ] {
            assert_eq!(Collecting::parse(line), None, "{line}");
        }
    }
}
