//! The audits: pure functions from what was measured to findings.
//!
//! One audit is one file below `rules`: its doc comment is the text of `perfaudit explain RULE`, its `check` looks
//! at [`Evidence`] and says what it saw of each workload, and its tests hold a case that it must flag and one that
//! it must not. An audit does no I/O and reads no clock. To add one, write the file and name it in
//! [`rules::ALL`].

mod allocating;
mod audit;
mod evidence;
mod outcome;
mod rules;
mod slo;

#[cfg(test)]
mod testing;

pub use audit::{Audit, find, nearest};
pub use evidence::{ActivityShare, CpuEvidence, Evidence};
pub use outcome::{Audited, run};
pub use rules::ALL;
pub use slo::{Objective, judge};
