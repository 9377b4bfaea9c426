//! Does a quantity grow with a parameter?

use crate::probability::Interval;

/// What a quantity was at one value of a parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GrowthPoint {
    /// The parameter, for example the size of the input; positive.
    pub parameter: f64,
    /// The estimate of the quantity; positive.
    pub value: f64,
    /// Its confidence interval, with a positive lower bound.
    pub interval: Interval,
}

/// The answer of [`growth`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Growth {
    /// The quantity certainly grows.
    Grows {
        /// Its value at the largest parameter by that at the smallest.
        ratio: f64,
    },
    /// The quantity certainly stays nearly the same although the parameter spans a wide range.
    Flat {
        /// The largest parameter by the smallest.
        parameter_ratio: f64,
        /// The value at the largest parameter by that at the smallest.
        value_ratio: f64,
    },
    /// The points do not tell.
    Undecided,
}

/// The parameter has to span this ratio before flatness means anything.
const LEAST_PARAMETER_RATIO: f64 = 4.0;

/// Estimates that grow more slowly than parameter^0.1 are called flat.
///
/// The limit is 1.15 over a 4-fold and 2 over a 1024-fold range: below a logarithm from 1,000 to 4,000 elements (1.20),
/// above what caches and layout do to a constant on most hosts.
const FLAT_EXPONENT: f64 = 0.1;

/// Their intervals may leave room for parameter^0.25: 1.41 over a 4-fold, 2 over a 16-fold range. A benchmark that is
/// noisy and flat is told from one that is noisy and grows as it should; one that might grow as a root does is not.
const ROOM_EXPONENT: f64 = 0.25;

/// Does a quantity grow with a parameter, intervals included?
///
/// - [`Growth::Flat`] when the parameter spans at least a factor of 4, the highest estimate of all points by the lowest
///   is below (largest parameter / smallest parameter)^0.1, and the highest upper bound by the lowest lower bound below
///   the same ratio^0.25. A quantity that falls, or that bulges in between, is not flat;
/// - [`Growth::Grows`] when the parameter spans at least a factor of 4 and the lower bound at the largest parameter,
///   by the upper bound at the smallest, is above the ratio^0.1;
/// - [`Growth::Undecided`] otherwise, which includes points that are not positive and finite or lie outside their own
///   interval. Points that share the smallest or the largest parameter all have to agree.
pub fn growth(points: &[GrowthPoint]) -> Growth {
    if !points.iter().all(is_usable) {
        return Growth::Undecided;
    }
    let by_parameter = |a: &&GrowthPoint, b: &&GrowthPoint| a.parameter.total_cmp(&b.parameter);
    let (Some(smallest), Some(largest)) =
        (points.iter().min_by(by_parameter), points.iter().max_by(by_parameter))
    else {
        return Growth::Undecided;
    };
    let parameter_ratio = largest.parameter / smallest.parameter;
    if parameter_ratio < LEAST_PARAMETER_RATIO {
        return Growth::Undecided;
    }
    let limit = parameter_ratio.powf(FLAT_EXPONENT);
    let value_ratio = largest.value / smallest.value;
    let estimates = points.iter().map(|point| point.value);
    let range = estimates.clone().fold(0.0, f64::max) / estimates.fold(f64::INFINITY, f64::min);
    if range < limit && highest(points, None) / lowest(points, None) < parameter_ratio.powf(ROOM_EXPONENT) {
        return Growth::Flat { parameter_ratio, value_ratio };
    }
    if lowest(points, Some(largest.parameter)) / highest(points, Some(smallest.parameter)) > limit {
        return Growth::Grows { ratio: value_ratio };
    }
    Growth::Undecided
}

fn is_usable(point: &GrowthPoint) -> bool {
    let numbers = [point.parameter, point.value, point.interval.lower, point.interval.upper];
    numbers.iter().all(|number| number.is_finite() && *number > 0.0) && point.interval.contains(point.value)
}

/// The highest upper bound, of all points or of those at one parameter.
fn highest(points: &[GrowthPoint], at: Option<f64>) -> f64 {
    let bounds = points.iter().filter(|point| at.is_none_or(|parameter| point.parameter == parameter));
    bounds.map(|point| point.interval.upper).fold(f64::NEG_INFINITY, f64::max)
}

/// The lowest lower bound, of all points or of those at one parameter.
fn lowest(points: &[GrowthPoint], at: Option<f64>) -> f64 {
    let bounds = points.iter().filter(|point| at.is_none_or(|parameter| point.parameter == parameter));
    bounds.map(|point| point.interval.lower).fold(f64::INFINITY, f64::min)
}
