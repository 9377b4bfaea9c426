//! From sampled stacks to what they say. Pure: profiles in, figures out; no I/O, no clock.
//!
//! | question | function |
//! |---|---|
//! | which samples belong to the measured routine of a benchmark | [`measured_part`] |
//! | which functions take the time, how surely, and how long per iteration | [`hotspots`] |
//! | whose code it is | [`origin_shares`] |
//! | on which lines of a function they fall | [`line_counts`] |
//! | how much is cloning, dropping, allocating, harness | [`composition`] |
//! | what lines of the source take, with all that they call | [`place_shares`], [`place_bytes`] |
//! | what binds the workload: computing, the kernel, waiting, allocation | [`what_binds`] |
//! | is the project's own library in it at all | [`own_code_evidence`] |
//! | what became faster or slower from one profile to another | [`difference`] |
//! | the same stacks without runtime frames, recursion, poll layers | [`fold`] |

mod binding;
mod composition;
mod difference;
mod fold;
mod hotspots;
mod lines;
mod measured;
pub(crate) mod names;
mod own_code;
mod places;
mod rebuild;
mod shares;
#[cfg(test)]
pub(crate) mod testing;
mod timed_lines;
mod tree;

pub use binding::{BindingEvidence, what_binds};
pub use composition::{Activity, composition};
pub use difference::{Difference, DifferenceError, DifferenceOptions, Side, Untested, difference};
pub use fold::{View, fold};
pub use hotspots::{HotspotLimits, hotspots, origin_shares};
pub use lines::line_counts;
pub use measured::{Excluded, Harness, MeasuredPart, Precision, Scope, measured_part};
pub use own_code::{OwnCodeEvidence, own_code_evidence};
pub use places::{Named, Part, PlaceBytes, PlaceShare, SourcePlace, place_bytes, place_shares};
pub use timed_lines::{LineKind, TimedLines};
pub(crate) use tree::{own_counts, total_counts};
