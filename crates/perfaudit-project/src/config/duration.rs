//! Times as people write them: `90s`, `10m`, `1h`.

use std::time::Duration;

use super::problem::quote;

/// Why a text is no duration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// There is no number.
    #[error("{0} is no duration: expected a number with a unit, as in `10m`")]
    NoNumber(String),
    /// The unit is none of time.
    #[error("{0} is no unit of time: expected s, m or h, as in `90s`")]
    UnknownUnit(String),
    /// It is shorter than a second, or longer than can be counted.
    #[error("{0} is out of range: expected at least one second")]
    OutOfRange(String),
}

/// Reads `90s`, `10m` or `10min`, `1h`, or seconds without a unit; at least one second.
///
/// # Errors
/// When the text is nothing of that.
pub fn parse_duration(text: &str) -> Result<Duration, DurationError> {
    let digits = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: f64 = number.parse().map_err(|_| DurationError::NoNumber(quote(text)))?;
    let factor = match unit.trim_start() {
        "" | "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => return Err(DurationError::UnknownUnit(quote(unit.trim_start()))),
    };
    Duration::try_from_secs_f64(number * factor)
        .ok()
        .filter(|duration| *duration >= Duration::from_secs(1))
        .ok_or_else(|| DurationError::OutOfRange(quote(text)))
}

/// The shortest text that [`parse_duration`] reads as this duration.
pub(super) fn duration_text(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if duration.subsec_nanos() > 0 {
        return format!("{}s", duration.as_secs_f64());
    }
    match (seconds % 3600, seconds % 60) {
        (0, _) => format!("{}h", seconds / 3600),
        (_, 0) => format!("{}m", seconds / 60),
        _ => format!("{seconds}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_their_units() {
        for (text, seconds) in
            [("90s", 90), ("10m", 600), ("10 min", 600), ("1h", 3600), ("1.5m", 90), ("45", 45)]
        {
            assert_eq!(parse_duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_of_at_least_a_second_is_refused() {
        for text in ["", "m", "10 parsecs", "-5s", "0s", "inf", "1.2.3s", &"9".repeat(400)] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_duration_is_written_as_it_is_read() {
        for text in ["90s", "10m", "2h", "1.5s", "1.000000001s"] {
            assert_eq!(duration_text(parse_duration(text).unwrap()), text);
        }
    }
}
