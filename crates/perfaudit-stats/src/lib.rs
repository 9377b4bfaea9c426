//! Statistics that assume no distribution.
//!
//! Everything here is a pure function of a [`Sample`] (and, where it draws random numbers, of a seed): the
//! same input gives the same output. No reported interval is derived from a normal distribution; what cannot
//! be estimated from a sample is said to be not estimable instead of being guessed.
//!
//! | question | function |
//! |---|---|
//! | what is the quantile, and how well is it known | [`quantile_estimate`], [`least_sample_size`] |
//! | what is the mean, and how well is it known | [`mean_interval`] |
//! | how many independent values is the sample worth | [`effective_size`] |
//! | was it still drifting while it was measured | [`drift`] |
//! | does it have one mode or two | [`dip`], [`modes`] |
//! | what does one iteration cost, from batches of different sizes | [`slope_through_origin`] |
//! | does it grow with a parameter | [`growth`] |
//!
//! ```
//! use perfaudit_stats::{EffectiveSize, Level, Probability, QuantileEstimate, Sample, quantile_estimate};
//!
//! let sample = Sample::new((1..=100).map(f64::from).collect())?;
//! let p99 = quantile_estimate(&sample, Probability::P99, Level::P95, EffectiveSize::all(sample.len()));
//! assert_eq!(p99, QuantileEstimate::NotEstimable { needed: 368, have: 100 });
//! # Ok::<(), perfaudit_stats::SampleError>(())
//! ```

mod autocorrelation;
mod binomial;
mod dip;
mod dip_table;
mod drift;
mod effective;
mod growth;
mod mean;
mod modes;
mod probability;
mod quantile;
mod random;
mod ranks;
mod sample;
mod slope;

pub use dip::{Dip, dip};
pub use drift::{Drift, drift};
pub use effective::{EffectiveSize, effective_size};
pub use growth::{Growth, GrowthPoint, growth};
pub use mean::mean_interval;
pub use modes::{Mode, Modes, modes};
pub use probability::{Interval, Level, Probability};
pub use quantile::{QuantileEstimate, least_sample_size, quantile, quantile_estimate};
pub use random::shuffle;
pub use sample::{Sample, SampleError};
pub use slope::slope_through_origin;
