//! The sample every function of this crate starts from.

use crate::probability::Probability;
use crate::quantile::{interpolate, quantile};

/// Makes the median absolute deviation of normal data equal to its standard deviation: 1 / Phi^-1(3/4),
/// rounded to the four decimals that Criterion uses, so that both print the same figure.
const MEDIAN_ABS_DEV_SCALE: f64 = 1.4826;

/// A sample in the order it was measured: finite values only, at least one.
///
/// The unit is the caller's and is carried through unchanged.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    in_order: Vec<f64>,
    sorted: Vec<f64>,
}

/// Why a list of values is not a [`Sample`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SampleError {
    /// There are no values.
    #[error("the sample is empty: measure at least one value")]
    Empty,
    /// A value is infinite or not a number.
    #[error("value number {index} (counted from 0) is not finite: remove it where it was read, and say why")]
    NotFinite {
        /// Position of the first such value, counted from 0.
        index: usize,
    },
}

impl Sample {
    /// Takes values in the order they were measured.
    ///
    /// # Errors
    /// [`SampleError::Empty`] without values, [`SampleError::NotFinite`] for the first infinite value or NaN.
    pub fn new(values: Vec<f64>) -> Result<Self, SampleError> {
        if values.is_empty() {
            return Err(SampleError::Empty);
        }
        if let Some(index) = values.iter().position(|value| !value.is_finite()) {
            return Err(SampleError::NotFinite { index });
        }
        let mut sorted = values.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        Ok(Self { in_order: values, sorted })
    }

    /// The number of values, at least 1.
    #[expect(clippy::len_without_is_empty, reason = "a sample is never empty")]
    pub fn len(&self) -> usize {
        self.in_order.len()
    }

    /// The values in the order they were measured.
    pub fn in_order(&self) -> &[f64] {
        &self.in_order
    }

    /// The values from the smallest to the largest.
    pub fn sorted(&self) -> &[f64] {
        &self.sorted
    }

    /// The arithmetic mean.
    pub fn mean(&self) -> f64 {
        self.sorted.iter().sum::<f64>() / self.len() as f64
    }

    /// The median; the mean of the two middle values when their number is even.
    pub fn median(&self) -> f64 {
        quantile(self, Probability::MEDIAN)
    }

    /// The standard deviation with n - 1 in the denominator; `None` for a single value, which has none.
    pub fn std_dev(&self) -> Option<f64> {
        let n = self.len();
        if n < 2 {
            return None;
        }
        let mean = self.mean();
        let squares: f64 = self.sorted.iter().map(|value| (value - mean).powi(2)).sum();
        Some((squares / (n - 1) as f64).sqrt())
    }

    /// The median distance from the median, times 1.4826 as Criterion scales it: for normal data this
    /// estimates the standard deviation.
    pub fn median_abs_dev(&self) -> f64 {
        let median = self.median();
        let mut distances: Vec<f64> = self.sorted.iter().map(|value| (value - median).abs()).collect();
        distances.sort_unstable_by(f64::total_cmp);
        MEDIAN_ABS_DEV_SCALE * interpolate(&distances, Probability::MEDIAN)
    }

    /// The smallest value.
    pub fn min(&self) -> f64 {
        self.sorted[0]
    }

    /// The largest value.
    pub fn max(&self) -> f64 {
        self.sorted[self.len() - 1]
    }
}
