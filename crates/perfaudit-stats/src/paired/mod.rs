//! Two programs, A and B, measured in pairs of fresh processes: did B change?
//!
//! One observation is the logarithm of the ratio of both times in a pair, B over A. In every pair the order of the two
//! is drawn at random, or balanced at random over all pairs. Without a change each difference is then as likely as its negative, whatever the noise is like
//! and however pairs hang together, so that a signed-rank test keeps its level exactly. Ranks count no more than a
//! quarter of the pairs, because on shared machines the largest differences say least. Estimate and interval are what
//! this test inverts to: they cannot contradict it, nor the verdict.

mod design;
mod grounds;
mod inversion;
mod judge;
mod layouts;
mod log_ratio;
mod looks;
mod quantile_ratio;
mod signed_rank;
mod standard_error;
mod together;

pub use design::Design;
pub use grounds::{Beside, Grounds, beside_cpu_time, grounds};
pub use judge::{Judgement, Verdict};
pub use layouts::{LayoutJudgement, LayoutScope};
pub use log_ratio::{LogInterval, LogRatio};
pub use looks::{Looks, LooksError};
pub use quantile_ratio::{QuantileRatio, quantile_ratio};
pub use standard_error::StandardErrors;
pub(crate) use standard_error::errors_away;
pub use together::{holm, judge_together};

/// The estimate of one sample of differences, as a [`Design`] makes it; `None` without any.
pub(crate) fn estimate(differences: &[LogRatio]) -> Option<LogRatio> {
    inversion::Inversion::of(differences).map(|sample| sample.estimate())
}
