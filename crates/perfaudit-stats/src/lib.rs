//! Statistics that assume no distribution.
//!
//! Everything here is a pure function of a [`Sample`] (and, where it draws random numbers, of a seed): the
//! same input gives the same output. No interval of a measured
//! value is derived from a normal distribution; what cannot
//! be estimated from a sample is said to be not estimable instead of being guessed.
//!
//! | question | function |
//! |---|---|
//! | what is the quantile, and how well is it known | [`quantile_estimate`], [`least_sample_size`] |
//! | what is the mean, and how well is it known | [`mean_interval`] |
//! | how do two medians relate that were measured in turns | [`median_ratio`] |
//! | how many independent values is the sample worth | [`effective_size`] |
//! | was it still drifting while it was measured | [`drift`] |
//! | does it have one mode or two | [`dip`], [`modes`] |
//! | what does one iteration cost, from batches of different sizes | [`slope_through_origin`] |
//! | does it grow with a parameter | [`growth`] |
//! | what share of samples taken over time has a property | [`Share`], [`clopper_pearson`] |
//! | do two such shares differ, among many that are looked at | [`share_difference`], [`time_difference`], [`discoveries`] |
//! | what is the product of two estimates, or their difference | [`product_interval`], [`difference_interval`] |
//! | did B change against A, measured in pairs of processes | [`Design`], [`judge_together`], [`holm`] |
//! | did a far quantile of a program change | [`quantile_ratio`] |
//! | did a count change, and does it confirm a change of time | [`Exact`], [`witness`] |
//! | what is a total of which a part was sampled, each find with its own weight | [`weighted_sum`] |
//! | how far apart do two measurements of the same thing lie | [`aa_bound`], [`aa_estimate_bound`], [`aa_error_bound`] |
//!
//! ```
//! use perfaudit_stats::{EffectiveSize, Level, Probability, QuantileEstimate, Sample, quantile_estimate};
//!
//! let sample = Sample::new((1..=100).map(f64::from).collect())?;
//! let p99 = quantile_estimate(&sample, Probability::P99, Level::P95, EffectiveSize::all(sample.len()));
//! assert_eq!(p99, QuantileEstimate::NotEstimable { needed: 368, have: 100 });
//! # Ok::<(), perfaudit_stats::SampleError>(())
//! ```

mod aa;
mod autocorrelation;
mod beta;
mod binomial;
mod dip;
mod dip_table;
mod drift;
mod effective;
mod exact;
mod false_discovery;
mod growth;
mod mean;
mod modes;
mod normal;
mod paired;
mod probability;
mod product;
mod quantile;
mod random;
mod ranks;
mod ratio;
mod sample;
mod share;
mod share_difference;
mod slope;
mod weighted_sum;

pub use aa::{AaBound, aa_bound, aa_error_bound, aa_estimate_bound};
pub use dip::{Dip, dip};
pub use drift::{Drift, drift};
pub use effective::{EffectiveSize, effective_size};
pub use exact::{Counts, Exact, ExactVerdict, Witness, witness};
pub use false_discovery::discoveries;
pub use growth::{Growth, GrowthPoint, growth};
pub use mean::mean_interval;
pub use modes::{Mode, Modes, modes};
pub use paired::{
    Beside, Design, Grounds, Judgement, LayoutJudgement, LayoutScope, LogInterval, LogRatio, Looks,
    LooksError, QuantileRatio, StandardErrors, Verdict, beside_cpu_time, grounds, holm, judge_together,
    quantile_ratio,
};
pub use probability::{Interval, Level, Probability};
pub use product::{Estimated, difference_interval, product_interval};
pub use quantile::{QuantileEstimate, least_sample_size, quantile, quantile_estimate};
pub use random::shuffle;
pub use ratio::{MedianRatio, median_ratio};
pub use sample::{Sample, SampleError};
pub use share::{BlockCount, LEAST_BLOCKS, LEAST_HITS, Share, ShareEstimate, Unbounded, clopper_pearson};
pub use share_difference::{DifferenceTest, share_difference, time_difference};
pub use slope::slope_through_origin;
pub use weighted_sum::weighted_sum;
