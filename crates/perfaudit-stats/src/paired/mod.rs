//! Two programs, A and B, measured in pairs of fresh processes: did B change?
//!
//! One observation is the logarithm of the ratio of both times in a pair, B over A. In every pair the order of the two
//! is drawn at random. Without a change each difference is then as likely as its negative, whatever the noise is like
//! and however pairs hang together, and Wilcoxon's signed-rank test keeps its level exactly. The estimate is that of
//! Hodges and Lehmann, the interval the one that the test inverts to: both come from the averages of all two
//! differences (Walsh averages), so that test, interval and verdict cannot contradict each other.

mod design;
mod judge;
mod layouts;
mod log_ratio;
mod looks;
mod signed_rank;
mod together;
mod walsh;

pub use design::Design;
pub use judge::{Judgement, Verdict};
pub use layouts::{LayoutJudgement, LayoutScope};
pub use log_ratio::{LogInterval, LogRatio};
pub use looks::{Looks, LooksError};
pub use together::{holm, judge_together};
