//! Reading the numbers of a table: `1.234 us`, `7.34 GB/s`.

use crate::stated::{Printed, Work};

/// divan cuts off behind this many digits.
const DIGITS: usize = 4;

/// A time, in nanoseconds.
pub(crate) fn time(text: &str) -> Option<Printed> {
    let (number, unit) = text.trim().rsplit_once(' ')?;
    let factor = match unit {
        "ps" => 1e-3,
        "ns" => 1.0,
        "us" | "\u{b5}s" | "\u{3bc}s" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        "m" => 60e9,
        "h" => 3_600e9,
        "d" => 86_400e9,
        _ => return None,
    };
    Some(decimal(number)?.times(factor))
}

/// What a cell of rates holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Rate {
    /// So much work per second.
    Known(Work, Printed),
    /// A rate that says nothing about the work: cycles, or no time at all.
    Other,
}

/// A rate per second.
pub(crate) fn rate(text: &str) -> Option<Rate> {
    let (number, unit) = text.trim().rsplit_once(' ')?;
    let (prefix, work) = if let Some(prefix) = unit.strip_suffix("B/s") {
        (prefix, Some(Work::Bytes))
    } else if let Some(prefix) = unit.strip_suffix("item/s") {
        (prefix, Some(Work::Items))
    } else if let Some(prefix) = unit.strip_suffix("char/s") {
        (prefix, Some(Work::Chars))
    } else {
        (unit.strip_suffix("Hz")?, None)
    };
    let factor = match prefix {
        "" => 1.0,
        "K" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "P" => 1e15,
        "Ki" => 1024.0,
        "Mi" => 1024_f64.powi(2),
        "Gi" => 1024_f64.powi(3),
        "Ti" => 1024_f64.powi(4),
        "Pi" => 1024_f64.powi(5),
        _ => return None,
    };
    if number == "inf" {
        return Some(Rate::Other);
    }
    let printed = decimal(number)?.times(factor);
    Some(work.map_or(Rate::Other, |work| Rate::Known(work, printed)))
}

/// Digits with at most one point.
fn decimal(text: &str) -> Option<Printed> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let shown = DIGITS.saturating_sub(whole.len()).max(fraction.len());
    let resolution = 10_f64.powi(-i32::try_from(shown).ok()?);
    let value = text.parse::<f64>().ok().filter(|value| value.is_finite())?;
    Some(Printed { value, resolution })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_time_is_known_to_the_last_of_four_digits_even_where_zeros_were_dropped() {
        for (text, nanoseconds, resolution) in [
            ("0.265 ns", 0.265, 0.001),
            ("12 ns", 12.0, 0.01),
            ("1.2 \u{b5}s", 1200.0, 1.0),
            ("999.9 ms", 999.9e6, 0.1e6),
            ("1.5 m", 90e9, 60e6),
        ] {
            let printed = time(text).unwrap();
            assert!((printed.value - nanoseconds).abs() <= 1e-9 * nanoseconds, "{text}");
            assert!((printed.resolution - resolution).abs() <= 1e-9 * resolution, "{text}");
        }
    }

    #[test]
    fn rates_are_read_in_both_bases() {
        let bytes = |value: f64, resolution: f64| Rate::Known(Work::Bytes, Printed { value, resolution });
        assert_eq!(rate("7.5 KB/s"), Some(bytes(7500.0, 1.0)));
        assert_eq!(rate("2 KiB/s"), Some(bytes(2048.0, 1.024)));
        assert_eq!(rate("inf item/s"), Some(Rate::Other));
        assert_eq!(rate("3.2 GHz"), Some(Rate::Other));
    }

    #[test]
    fn what_is_no_number_with_a_unit_is_nothing() {
        for text in ["", "ns", "1.2.3 ns", "-1 ns", "1 parsec", "tail0.268 ns", "1e3 ns", "inf ns", "NaN s"] {
            assert_eq!(time(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_readers_panic(text in ".{0,40}") {
            let _ = (time(&text), rate(&text));
        }
    }
}
