//! One reader for each format.

pub(crate) mod asv;
pub(crate) mod criterion;
pub(crate) mod go_bench;
pub(crate) mod google_benchmark;
pub(crate) mod hyperfine;
pub(crate) mod pyperf;
pub(crate) mod pytest_benchmark;
