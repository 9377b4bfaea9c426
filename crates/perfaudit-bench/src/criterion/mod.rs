//! Criterion 0.5 to 0.8: what it lists, how one benchmark is run, what it writes.
//!
//! Facts that this module rests on, the same in all four versions:
//! - `--list` prints titles, not ids. A title is the id cut to 100 bytes with `...` behind it, and gets ` #2` when
//!   another benchmark has the same. `--exact` compares ids, so it matches neither form.
//! - Settings in the source of a group beat command-line options.
//! - `benchmark.json` is written last and marks a complete set of files. A missing one is the only sign that
//!   nothing was measured: the exit code is 0 then too.
//! - The filter comes after `--`, since an id may begin with a dash.

pub(crate) mod launch;
pub(crate) mod listing;
pub(crate) mod progress;
pub(crate) mod results;
