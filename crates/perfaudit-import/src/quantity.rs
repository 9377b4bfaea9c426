//! Numbers from a file: checked, and converted to base units.

use serde::Deserialize;
use serde::de::{Error, Visitor};

use crate::error::{ImportError, ValueProblem};

/// Above this an f64 does not hold every integer, and no benchmark takes that many nanoseconds (104 days).
pub(crate) const LARGEST_AMOUNT: f64 = 9_007_199_254_740_992.0;
/// Sums of squares of what lies below stay finite.
const LARGEST_NUMBER: f64 = 1e150;

/// A number in JSON as measuring tools write it: with the `NaN` and `Infinity` that JSON does not know, which
/// [`crate::json`] has made into texts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Number {
    Finite(f64),
    Nan,
    Infinite,
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberVisitor)
    }
}

struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a number")
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Number, E> {
        Ok(Number::Finite(value))
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "what lies above 2^53 is rounded as JSON's own floats are"
    )]
    fn visit_u64<E: Error>(self, value: u64) -> Result<Number, E> {
        Ok(Number::Finite(value as f64))
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "what lies below -2^53 is rounded as JSON's own floats are"
    )]
    fn visit_i64<E: Error>(self, value: i64) -> Result<Number, E> {
        Ok(Number::Finite(value as f64))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Number, E> {
        crate::json::non_finite(text).ok_or_else(|| E::invalid_type(serde::de::Unexpected::Str(text), &self))
    }
}

/// What a number counts, and how it becomes base units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Quantity {
    /// A time; the factor makes nanoseconds of it.
    Time { nanoseconds: f64 },
    /// Bytes.
    Bytes,
    /// Anything else; the factor makes base units of it.
    Other { factor: f64 },
}

impl Quantity {
    pub(crate) const SECONDS: Self = Self::Time { nanoseconds: 1e9 };
    pub(crate) const NANOSECONDS: Self = Self::Time { nanoseconds: 1.0 };
    pub(crate) const AS_IS: Self = Self::Other { factor: 1.0 };

    /// The number in base units.
    pub(crate) fn convert(self, number: Number) -> Result<f64, ValueProblem> {
        let value = match number {
            Number::Finite(value) if value.is_finite() => value,
            Number::Nan => return Err(ValueProblem::NotANumber),
            Number::Finite(_) | Number::Infinite => return Err(ValueProblem::Infinite),
        };
        let (factor, most, base) = match self {
            Self::Time { nanoseconds } => (nanoseconds, LARGEST_AMOUNT, "ns"),
            Self::Bytes => (1.0, LARGEST_AMOUNT, "bytes"),
            Self::Other { factor } => (factor, LARGEST_NUMBER, "base units"),
        };
        if value < 0.0 && !matches!(self, Self::Other { .. }) {
            return Err(ValueProblem::Negative { value });
        }
        let converted = value * factor;
        if converted.abs() > most {
            return Err(ValueProblem::TooLarge { value, most, base });
        }
        Ok(converted)
    }

    /// The number in base units, or the error that names its place; the place is only made up for the error.
    pub(crate) fn at(
        self,
        number: Number,
        file: &str,
        place: impl FnOnce() -> String,
    ) -> Result<f64, ImportError> {
        self.convert(number).map_err(|problem| ImportError::Value {
            file: file.to_owned(),
            place: place(),
            problem,
        })
    }

    /// The same for a number that may be missing.
    pub(crate) fn maybe(
        self,
        number: Option<Number>,
        file: &str,
        place: impl FnOnce() -> String,
    ) -> Result<Option<f64>, ImportError> {
        number.map(|number| self.at(number, file, place)).transpose()
    }

    /// The same for a list; `place` is that of the list.
    pub(crate) fn list(
        self,
        numbers: &[Number],
        file: &str,
        place: impl Fn() -> String,
    ) -> Result<Vec<f64>, ImportError> {
        let each = numbers.iter().enumerate();
        each.map(|(index, &number)| self.at(number, file, || format!("{}[{index}]", place()))).collect()
    }
}
