//! One figure: a value with its unit, its n, how it was made, and an interval or the reason why there is none.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// A closed interval, `lower <= upper`, written as `[lower, upper]`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "[f64; 2]", into = "[f64; 2]")]
#[cfg_attr(feature = "schema", schemars(with = "[f64; 2]"))]
pub struct Interval {
    lower: f64,
    upper: f64,
}

impl Interval {
    /// An interval between two finite bounds.
    ///
    /// # Errors
    /// When a bound is not finite or the lower one exceeds the upper one.
    pub fn new(lower: f64, upper: f64) -> Result<Self, FigureError> {
        if lower.is_finite() && upper.is_finite() && lower <= upper {
            Ok(Self { lower, upper })
        } else {
            Err(FigureError::Interval { lower, upper })
        }
    }

    /// The lower bound.
    #[must_use]
    pub fn lower(self) -> f64 {
        self.lower
    }

    /// The upper bound.
    #[must_use]
    pub fn upper(self) -> f64 {
        self.upper
    }
}

impl TryFrom<[f64; 2]> for Interval {
    type Error = FigureError;

    fn try_from([lower, upper]: [f64; 2]) -> Result<Self, FigureError> {
        Self::new(lower, upper)
    }
}

impl From<Interval> for [f64; 2] {
    fn from(interval: Interval) -> Self {
        [interval.lower, interval.upper]
    }
}

/// The probability with which the procedure that made an interval covers the truth; between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "f64", into = "f64")]
#[cfg_attr(feature = "schema", schemars(with = "f64"))]
pub struct ConfidenceLevel(f64);

impl ConfidenceLevel {
    /// 95 %.
    pub const P95: Self = Self(0.95);
    /// 90 %.
    pub const P90: Self = Self(0.90);

    /// A level strictly between 0 and 1.
    ///
    /// # Errors
    /// When the level is outside that range.
    pub fn new(level: f64) -> Result<Self, FigureError> {
        if level > 0.0 && level < 1.0 { Ok(Self(level)) } else { Err(FigureError::Level { level }) }
    }

    /// The level as a share of 1.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for ConfidenceLevel {
    type Error = FigureError;

    fn try_from(level: f64) -> Result<Self, FigureError> {
        Self::new(level)
    }
}

impl From<ConfidenceLevel> for f64 {
    fn from(level: ConfidenceLevel) -> Self {
        level.0
    }
}

/// What the value of a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Unit {
    /// Nanoseconds.
    #[serde(rename = "ns")]
    Nanoseconds,
    /// Bytes.
    #[serde(rename = "B")]
    Bytes,
    /// Bytes per second, counted in powers of ten.
    #[serde(rename = "B/s")]
    BytesPerSecond,
    /// Bits per second, counted in powers of ten.
    #[serde(rename = "bit/s")]
    BitsPerSecond,
    /// Elements of the benchmark's own kind per second.
    #[serde(rename = "elem/s")]
    ElementsPerSecond,
    /// Things that are counted, such as page faults.
    #[serde(rename = "count")]
    Count,
    /// A share or a multiple of one: 0.5 is a half, 2 is twice.
    #[serde(rename = "ratio")]
    Ratio,
    /// A unit that the measurement did not record (a custom Criterion measurement).
    #[serde(rename = "unknown")]
    Unknown,
}

/// What one observation behind a figure is. A percentile of batch means says nothing about single calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Of {
    /// One call of the measured routine.
    Call,
    /// The mean of a batch of calls: its spread is narrower than that of the calls.
    BatchMean,
    /// One process from start to exit.
    Process,
    /// One file.
    File,
    /// One compilation of a package.
    Compilation,
    /// The median that one process states of its own samples: it tells how processes differ, and nothing about how
    /// calls do.
    ProcessMedian,
    /// One sample of a profiler: a moment at which it looked at what was running.
    Sample,
}

/// How a figure was made, in words that a reader can follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Method(pub Cow<'static, str>);

/// What is known of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Estimate {
    /// A value and the interval that covers the truth at a stated level.
    WithInterval {
        /// The point estimate, in the figure's unit.
        value: f64,
        /// The interval, in the same unit.
        interval: Interval,
        /// How often the procedure covers the truth.
        level: ConfidenceLevel,
    },
    /// A value for which no interval can be given, and why.
    WithoutInterval {
        /// The point estimate, in the figure's unit.
        value: f64,
        /// Why there is no interval.
        reason: String,
    },
    /// No value can be given, only one that it does not exceed, and why.
    AtMost {
        /// The bound, in the figure's unit.
        bound: f64,
        /// Why no more is known.
        reason: String,
    },
    /// No value can be given, and why.
    NotEstimable {
        /// What is missing.
        reason: String,
    },
}

/// A value with everything needed to judge it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "FigureRecord", into = "FigureRecord")]
#[cfg_attr(feature = "schema", schemars(with = "FigureRecord"))]
pub struct Figure {
    /// The value, its interval, or why there is none.
    pub estimate: Estimate,
    /// What the value counts.
    pub unit: Unit,
    /// How many observations it rests on.
    pub n: u64,
    /// How it was made.
    pub method: Method,
    /// What one observation is.
    pub of: Of,
}

impl Figure {
    /// The point estimate, if there is one.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        match &self.estimate {
            Estimate::WithInterval { value, .. } | Estimate::WithoutInterval { value, .. } => Some(*value),
            Estimate::AtMost { .. } | Estimate::NotEstimable { .. } => None,
        }
    }

    /// The interval, if there is one.
    #[must_use]
    pub fn interval(&self) -> Option<Interval> {
        match &self.estimate {
            Estimate::WithInterval { interval, .. } => Some(*interval),
            Estimate::WithoutInterval { .. } | Estimate::AtMost { .. } | Estimate::NotEstimable { .. } => {
                None
            }
        }
    }

    /// Why there is no value, or no interval.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match &self.estimate {
            Estimate::WithInterval { .. } => None,
            Estimate::WithoutInterval { reason, .. }
            | Estimate::AtMost { reason, .. }
            | Estimate::NotEstimable { reason } => Some(reason),
        }
    }
}

/// The shape of a [`Figure`] in JSON.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct FigureRecord {
    /// The point estimate in `unit`; null where it cannot be estimated.
    estimate: Option<f64>,
    /// What the value counts.
    unit: Unit,
    /// How many observations it rests on.
    n: u64,
    /// How it was made.
    method: Method,
    /// What one observation is.
    of: Of,
    /// The interval, in `unit`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ci: Option<Interval>,
    /// What the value does not exceed, in `unit`, where that is all that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at_most: Option<f64>,
    /// The probability with which `ci` covers the truth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    level: Option<ConfidenceLevel>,
    /// Why there is no estimate, or no interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl From<Figure> for FigureRecord {
    fn from(figure: Figure) -> Self {
        let Figure { estimate, unit, n, method, of } = figure;
        let at_most = if let Estimate::AtMost { bound, .. } = estimate { Some(bound) } else { None };
        let (estimate, ci, level, reason) = match estimate {
            Estimate::WithInterval { value, interval, level } => {
                (Some(value), Some(interval), Some(level), None)
            }
            Estimate::WithoutInterval { value, reason } => (Some(value), None, None, Some(reason)),
            Estimate::AtMost { reason, .. } | Estimate::NotEstimable { reason } => {
                (None, None, None, Some(reason))
            }
        };
        Self { estimate, unit, n, method, of, ci, at_most, level, reason }
    }
}

impl TryFrom<FigureRecord> for Figure {
    type Error = FigureError;

    fn try_from(record: FigureRecord) -> Result<Self, FigureError> {
        let FigureRecord { estimate, unit, n, method, of, ci, at_most, level, reason } = record;
        let estimate = match (estimate, ci, level, reason) {
            (Some(value), Some(interval), Some(level), _) => {
                Estimate::WithInterval { value, interval, level }
            }
            (Some(value), None, _, Some(reason)) => Estimate::WithoutInterval { value, reason },
            (None, None, _, Some(reason)) => match at_most {
                Some(bound) => Estimate::AtMost { bound, reason },
                None => Estimate::NotEstimable { reason },
            },
            _ => return Err(FigureError::Incomplete),
        };
        Ok(Self { estimate, unit, n, method, of })
    }
}

/// A figure that would claim more than it holds.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum FigureError {
    /// The bounds are not an interval.
    #[error("[{lower}, {upper}] is not an interval: expected two finite bounds, the lower one first")]
    Interval {
        /// The first bound.
        lower: f64,
        /// The second bound.
        upper: f64,
    },
    /// The level is not a probability.
    #[error("{level} is not a confidence level: expected a number strictly between 0 and 1")]
    Level {
        /// The rejected level.
        level: f64,
    },
    /// Neither an interval with its level nor a reason.
    #[error("a figure needs an estimate with `ci` and `level`, or a `reason` why one of them is missing")]
    Incomplete,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(estimate: Estimate) -> Figure {
        Figure {
            estimate,
            unit: Unit::Nanoseconds,
            n: 100,
            method: Method("empirical quantile".into()),
            of: Of::BatchMean,
        }
    }

    #[test]
    fn every_kind_of_estimate_survives_the_way_through_json() {
        let interval = Interval::new(1.0, 2.0).unwrap();
        for estimate in [
            Estimate::WithInterval { value: 1.5, interval, level: ConfidenceLevel::P95 },
            Estimate::WithoutInterval { value: 1.5, reason: "two samples".into() },
            Estimate::AtMost { bound: 2.0, reason: "the starter occupied as much".into() },
            Estimate::NotEstimable { reason: "not estimable from 2 samples".into() },
        ] {
            let before = figure(estimate);
            let text = serde_json::to_string(&before).unwrap();
            assert_eq!(serde_json::from_str::<Figure>(&text).unwrap(), before);
        }
    }

    #[test]
    fn a_figure_without_interval_and_without_reason_is_refused() {
        let text = r#"{"estimate":1.0,"unit":"ns","n":3,"method":"mean","of":"call"}"#;
        let error = serde_json::from_str::<Figure>(text).unwrap_err().to_string();
        assert!(error.contains("or a `reason`"), "{error}");
    }

    #[test]
    fn an_interval_upside_down_is_refused() {
        let text =
            r#"{"estimate":1.0,"unit":"ns","n":3,"method":"mean","of":"call","ci":[2,1],"level":0.95}"#;
        assert!(serde_json::from_str::<Figure>(text).is_err());
    }
}
