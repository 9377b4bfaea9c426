//! Reading `test NAME ... bench:       1,234.56 ns/iter (+/- 78.90) = 123 MB/s`.

use crate::stated::{Bounds, Printed, Statement, Work};

/// The samples behind each median.
const SAMPLES: u64 = 50;

/// The benchmarks of a report with what is stated of them.
pub(crate) fn parse(stdout: &str) -> Vec<(String, Statement)> {
    stdout.lines().filter_map(line).collect()
}

fn line(line: &str) -> Option<(String, Statement)> {
    let (name, rest) = line.strip_prefix("test ")?.rsplit_once(" ... bench:")?;
    let (median, rest) = rest.split_once(" ns/iter (+/- ")?;
    let (spread, rest) = rest.split_once(')')?;
    let median = grouped(median.trim())?;
    grouped(spread)?;
    let work = match rest.trim().strip_prefix("= ") {
        Some(rate) => vec![(Work::Bytes, bytes(median, rate.strip_suffix(" MB/s")?.parse().ok()?))],
        None => Vec::new(),
    };
    let statement = Statement { median, fastest: None, slowest: None, samples: SAMPLES, iterations: 0, work };
    statement.is_plausible().then(|| (name.trim_end().to_owned(), statement))
}

/// The rate is cut off: bytes * 1000 / the whole nanoseconds of the median, at least 1.
#[expect(clippy::cast_precision_loss, reason = "rates are far below 2^53")]
fn bytes(median: Printed, rate: u64) -> Bounds {
    // The median may have been rounded up to the whole number that is printed.
    let least = (median.value - median.resolution).floor().max(1.0);
    let most = median.value.floor().max(1.0);
    Bounds { lower: rate as f64 * least / 1e3, upper: (rate as f64 + 1.0) * most / 1e3 }
}

/// A number with commas between thousands.
fn grouped(text: &str) -> Option<Printed> {
    let plain = text.replace(',', "");
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let resolution = 10_f64.powi(-i32::try_from(fraction.len()).ok()?);
    Some(Printed { value: plain.parse().ok()?, resolution })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_kinds_of_reports_are_read() {
        let found = parse(
            "\nrunning 2 tests\ntest inner::one    ... bench:       1,234.56 ns/iter (+/- 78.90) = 829 MB/s\ntest two ... bench:  12,345,678 ns/iter (+/- 9)\ntest three ... ignored\n\ntest result: ok.\n",
        );
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].0, "inner::one");
        assert_eq!(found[0].1.median, Printed { value: 1234.56, resolution: 0.01 });
        assert_eq!(found[1].1.median, Printed { value: 12_345_678.0, resolution: 1.0 });
        assert!(found[1].1.work.is_empty());
    }

    #[test]
    fn the_bytes_of_one_iteration_follow_from_the_rate() {
        let found = parse("test one           ... bench:          11.43 ns/iter (+/- 36.53) = 5818 MB/s\n");
        assert_eq!(found[0].1.work[0].1.whole(), Some(64));
    }

    #[test]
    fn what_is_no_report_is_nothing() {
        for text in [
            "test a ... bench: fast ns/iter (+/- 1)",
            "test a ... bench: 1 ns/iter (+/- x)",
            "test a ... bench: 1e300 ns/iter (+/- 1)",
            "a ... bench: 1 ns/iter (+/- 1)",
        ] {
            assert!(parse(text).is_empty(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "(test |a| \\.\\.\\. bench:| ns/iter \\(\\+/- |\\)|[0-9,.]|\n|.){0,60}") {
            let _ = parse(&text);
        }

        #[test]
        fn the_rate_never_leads_to_other_bytes(bytes in 1_u64..100_000, hundredths in 100_u64..100_000_000) {
            let median = hundredths as f64 / 100.0;
            let rate = bytes * 1000 / (median as u64).max(1);
            let text = format!("test a ... bench: {median:.2} ns/iter (+/- 0.00) = {rate} MB/s");
            let (_, bounds) = parse(&text)[0].1.work[0];
            prop_assert!(bounds.whole().is_none_or(|whole| whole == bytes), "{bounds:?}");
        }
    }
}
