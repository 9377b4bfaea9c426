//! Synthetic log records for the tests and benchmarks.
//!
//! The records look like those of a web shop: 120 services of which some write far more than others,
//! mostly `INFO`, short messages with a tail of long stack traces, some HTTP accesses, few secrets. The same count and
//! seed give the same records on every machine.

mod cache;
mod encode;
mod generate;
mod rng;
mod size;
mod words;

pub use cache::{encoded, records};
pub use encode::encode;
pub use generate::generate;
pub use size::InputSize;
