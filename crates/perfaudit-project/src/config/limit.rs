//! Limits with units: `100 ms`, `64 MiB`, `10 MB/s`, `150 %`.

use std::fmt;

use perfaudit_result::Unit;

use super::metric::MetricKind;
use super::problem::{Complaint, quote};

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// Time, in nanoseconds.
    Time,
    /// An amount of data, in bytes.
    Bytes,
    /// A rate, in bytes per second.
    BytesPerSecond,
    /// A rate, in bits per second.
    BitsPerSecond,
    /// A rate, in elements of the benchmark's own kind per second.
    ElementsPerSecond,
    /// A number of blocks of memory.
    Blocks,
    /// A number of lines of code.
    Lines,
    /// A number of functions, each copy counted.
    Copies,
    /// A share; 1 is 100 %.
    Share,
}

impl Dimension {
    /// The base unit, as figures carry it.
    #[must_use]
    pub fn unit(self) -> Unit {
        match self {
            Self::Time => Unit::Nanoseconds,
            Self::Bytes => Unit::Bytes,
            Self::BytesPerSecond => Unit::BytesPerSecond,
            Self::BitsPerSecond => Unit::BitsPerSecond,
            Self::ElementsPerSecond => Unit::ElementsPerSecond,
            Self::Blocks | Self::Lines | Self::Copies => Unit::Count,
            Self::Share => Unit::Ratio,
        }
    }

    /// What it is called, and how it is written.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Time => ("a time", "100 ms"),
            Self::Bytes => ("an amount of data", "64 MiB"),
            Self::BytesPerSecond => ("bytes per second", "10 MB/s"),
            Self::BitsPerSecond => ("bits per second", "80 Mbit/s"),
            Self::ElementsPerSecond => ("elements per second", "5000 elem/s"),
            Self::Blocks => ("a number of blocks", "500 blocks"),
            Self::Lines => ("a number of lines", "40 k lines"),
            Self::Copies => ("a number of copies", "2 k copies"),
            Self::Share => ("a share", "150 %"),
        }
    }
}

/// Units with the dimension they count and how many base units they are. Prefixes of `elem` are those that Criterion
/// prints.
const UNITS: [(&str, Dimension, f64); 44] = [
    ("ns", Dimension::Time, 1.0),
    ("us", Dimension::Time, 1e3),
    ("\u{b5}s", Dimension::Time, 1e3),
    ("\u{3bc}s", Dimension::Time, 1e3),
    ("ms", Dimension::Time, 1e6),
    ("s", Dimension::Time, 1e9),
    ("min", Dimension::Time, 60e9),
    ("h", Dimension::Time, 3600e9),
    ("B", Dimension::Bytes, 1.0),
    ("kB", Dimension::Bytes, 1e3),
    ("MB", Dimension::Bytes, 1e6),
    ("GB", Dimension::Bytes, 1e9),
    ("TB", Dimension::Bytes, 1e12),
    ("KiB", Dimension::Bytes, 1024.0),
    ("MiB", Dimension::Bytes, 1_048_576.0),
    ("GiB", Dimension::Bytes, 1_073_741_824.0),
    ("TiB", Dimension::Bytes, 1_099_511_627_776.0),
    ("B/s", Dimension::BytesPerSecond, 1.0),
    ("kB/s", Dimension::BytesPerSecond, 1e3),
    ("MB/s", Dimension::BytesPerSecond, 1e6),
    ("GB/s", Dimension::BytesPerSecond, 1e9),
    ("TB/s", Dimension::BytesPerSecond, 1e12),
    ("KiB/s", Dimension::BytesPerSecond, 1024.0),
    ("MiB/s", Dimension::BytesPerSecond, 1_048_576.0),
    ("GiB/s", Dimension::BytesPerSecond, 1_073_741_824.0),
    ("TiB/s", Dimension::BytesPerSecond, 1_099_511_627_776.0),
    ("bit/s", Dimension::BitsPerSecond, 1.0),
    ("kbit/s", Dimension::BitsPerSecond, 1e3),
    ("Mbit/s", Dimension::BitsPerSecond, 1e6),
    ("Gbit/s", Dimension::BitsPerSecond, 1e9),
    ("Tbit/s", Dimension::BitsPerSecond, 1e12),
    ("elem/s", Dimension::ElementsPerSecond, 1.0),
    ("kelem/s", Dimension::ElementsPerSecond, 1e3),
    ("Kelem/s", Dimension::ElementsPerSecond, 1e3),
    ("Melem/s", Dimension::ElementsPerSecond, 1e6),
    ("Gelem/s", Dimension::ElementsPerSecond, 1e9),
    ("Telem/s", Dimension::ElementsPerSecond, 1e12),
    ("blocks", Dimension::Blocks, 1.0),
    ("lines", Dimension::Lines, 1.0),
    ("klines", Dimension::Lines, 1e3),
    ("Mlines", Dimension::Lines, 1e6),
    ("copies", Dimension::Copies, 1.0),
    ("kcopies", Dimension::Copies, 1e3),
    ("%", Dimension::Share, 0.01),
];

/// A limit: more than zero, finite, with its dimension.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    value: f64,
    dimension: Dimension,
    written: String,
}

impl Limit {
    /// The limit in the base unit of its dimension, [`Dimension::unit`].
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }

    /// What it counts.
    #[must_use]
    pub fn dimension(&self) -> Dimension {
        self.dimension
    }

    /// Reads a number with a unit; spaces may stand between the two and behind a prefix, as in `1 M elem/s`.
    pub(super) fn parse(text: &str) -> Result<Self, Complaint> {
        let digits = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let no_limit = |what: &str| Complaint::new(format!("{} is no limit: {what}", quote(text)));
        let number: f64 =
            number.parse().map_err(|_| no_limit("expected a number with a unit, as in `100 ms`"))?;
        let unit: String = unit.chars().filter(|c| *c != ' ').collect();
        if unit.is_empty() {
            return Err(no_limit("it has no unit").hint("write it with one, as in `100 ms` or `64 MiB`"));
        }
        let (_, dimension, factor) =
            UNITS.into_iter().find(|(name, ..)| *name == unit).ok_or_else(|| unknown_unit(&unit))?;
        let value = number * factor;
        if value > 0.0 && value.is_finite() {
            Ok(Self { value, dimension, written: text.to_owned() })
        } else {
            Err(no_limit("expected more than zero and something that can be counted"))
        }
    }

    /// What to say of a bare number.
    pub(super) fn without_unit(metric: Option<MetricKind>) -> Complaint {
        let dimension = metric.map_or(Dimension::Time, |metric| metric.dimensions()[0]);
        let (_, example) = dimension.words();
        Complaint::new("expected a text with a unit, found a number")
            .hint(format!("write it as in \"{example}\""))
    }

    /// Refuses a limit that the metric cannot be held against.
    pub(super) fn check(&self, metric: MetricKind) -> Result<(), Complaint> {
        let dimensions = metric.dimensions();
        if dimensions.contains(&self.dimension) {
            return Ok(());
        }
        let (found, _) = self.dimension.words();
        let expected: Vec<&str> = dimensions.iter().map(|dimension| dimension.words().0).collect();
        let (_, example) = dimensions[0].words();
        let message =
            format!("{} is {found}, but `{metric}` needs {}", quote(&self.written), expected.join(" or "));
        Err(Complaint::new(message).hint(format!("write it as in `{example}`")))
    }
}

/// The limit as it was written.
impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

fn unknown_unit(unit: &str) -> Complaint {
    let complaint = Complaint::new(format!("{} is no unit", quote(unit)));
    let lower = |text: &str| text.to_lowercase();
    let otherwise_written = UNITS.iter().find(|(name, ..)| lower(name) == lower(unit));
    match (unit, otherwise_written) {
        ("m", _) => complaint.hint("did you mean `ms` or `min`?"),
        (_, Some((name, ..))) => complaint.hint(format!("did you mean `{name}`?")),
        (_, None) => complaint.hint(
            "expected a time (ns, us, ms, s, min, h), an amount of data (B, kB, MB, GB, KiB, MiB, GiB), \
             a rate (B/s, MB/s, bit/s, elem/s, M elem/s), blocks, lines, copies or %",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_into_base_units() {
        for (text, value, dimension) in [
            ("100 ms", 1e8, Dimension::Time),
            ("1.5us", 1500.0, Dimension::Time),
            ("2 min", 120e9, Dimension::Time),
            ("64 MiB", 67_108_864.0, Dimension::Bytes),
            ("3 kB", 3000.0, Dimension::Bytes),
            ("10 MB/s", 1e7, Dimension::BytesPerSecond),
            ("1 Gbit/s", 1e9, Dimension::BitsPerSecond),
            ("1 M elem/s", 1e6, Dimension::ElementsPerSecond),
            ("5000 elem/s", 5000.0, Dimension::ElementsPerSecond),
            ("500 blocks", 500.0, Dimension::Blocks),
            ("40 k lines", 40_000.0, Dimension::Lines),
            ("2 k copies", 2000.0, Dimension::Copies),
            ("150 %", 1.5, Dimension::Share),
        ] {
            let limit = Limit::parse(text).unwrap();
            assert_eq!((limit.value(), limit.dimension()), (value, dimension), "{text}");
            assert_eq!(limit.to_string(), text);
        }
    }

    #[test]
    fn a_limit_of_zero_or_without_number_or_unit_is_refused() {
        for text in
            ["0 ms", "ms", "-1 ms", "100", "", "1.2.3 s", "1 parsec", &format!("{} s", "9".repeat(400))]
        {
            assert!(Limit::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_unit_in_the_wrong_case_is_named() {
        let hint = |text| Limit::parse(text).unwrap_err().hint.unwrap();
        assert_eq!(hint("1 mb"), "did you mean `MB`?");
        assert_eq!(hint("1 mib/s"), "did you mean `MiB/s`?");
        assert_eq!(hint("5 m"), "did you mean `ms` or `min`?");
    }

    #[test]
    fn every_metric_takes_the_example_of_its_dimensions() {
        for metric in MetricKind::ALL {
            for dimension in metric.dimensions() {
                let limit = Limit::parse(dimension.words().1).unwrap();
                assert_eq!(limit.check(metric), Ok(()));
            }
        }
    }
}
