//! divan 0.1: what it lists, how one benchmark is run, what it prints.
//!
//! Facts that this module rests on:
//! - Options on the command line beat those in the source, unlike Criterion's.
//! - `--list --format terse`, which names every argument, exists from 0.1.18 on and only for `cargo nextest`
//!   (`NEXTEST=1`); 0.1.18 itself leaves the arguments out. `--list` alone prints the tree without arguments.
//! - `--exact` compares the whole path `crate::module::benchmark::argument`. A name that is not found prints nothing,
//!   with exit code 0. Thread counts (`t=2`) are not part of the path.
//! - Numbers are cut off behind four digits, not rounded, and zeros at the end are dropped.
//! - The name of a benchmark is printed before it runs and its figures afterwards, on the same line: what the
//!   benchmark prints itself comes in between.
//! - The cost of the loop is subtracted from times.

pub(crate) mod launch;
pub(crate) mod listing;
pub(crate) mod number;
pub(crate) mod table;
