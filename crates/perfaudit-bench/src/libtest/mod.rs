//! The standard library's harness: what it lists, how one `#[bench]` function is run, what it prints.
//!
//! Facts that this module rests on:
//! - `--list --format terse` names tests and benchmarks, ignored ones too; `--ignored` restricts it to those.
//! - `--bench` runs benchmarks only; `--exact` compares the whole name. Standard output of a benchmark is captured.
//! - The time is the median of 50 samples, whose lowest and highest 5 % are pulled in first (winsorised); the number
//!   behind it is the difference of the largest and the smallest. Neither the number of samples nor the time for
//!   them can be set.
//! - Times have two decimals since 2024 (rounded), and none before (cut off).

pub(crate) mod launch;
pub(crate) mod listing;
pub(crate) mod report;
