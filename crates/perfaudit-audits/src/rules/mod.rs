//! One file for each audit.

mod autocorrelated;
mod drifting;
mod duplicate_name;
mod failing_benchmark;
mod flat_benchmark;
mod hollow;
mod measured_nothing;
mod multimodal;
mod optimised_away;
mod timed_overhead;
mod too_few_samples;
mod unit_not_time;

use crate::audit::Audit;

/// Every audit, in the order of their names.
pub const ALL: &[Audit] = &[
    autocorrelated::AUDIT,
    drifting::AUDIT,
    duplicate_name::AUDIT,
    failing_benchmark::AUDIT,
    flat_benchmark::AUDIT,
    hollow::AUDIT,
    measured_nothing::AUDIT,
    multimodal::AUDIT,
    optimised_away::AUDIT,
    timed_overhead::AUDIT,
    too_few_samples::AUDIT,
    unit_not_time::AUDIT,
];
