//! One file for each audit.

mod autocorrelated;
mod container_growth;
mod drifting;
mod duplicate_name;
mod failing_benchmark;
mod flat_benchmark;
mod frequent_allocation;
mod hollow;
mod live_at_exit;
mod measured_nothing;
mod multimodal;
mod optimised_away;
mod temporary_allocation;
mod timed_overhead;
mod too_few_samples;
mod unit_not_time;

use crate::audit::Audit;

/// Every audit, in the order of their names.
pub const ALL: &[Audit] = &[
    autocorrelated::AUDIT,
    container_growth::AUDIT,
    drifting::AUDIT,
    duplicate_name::AUDIT,
    failing_benchmark::AUDIT,
    flat_benchmark::AUDIT,
    frequent_allocation::AUDIT,
    hollow::AUDIT,
    live_at_exit::AUDIT,
    measured_nothing::AUDIT,
    multimodal::AUDIT,
    optimised_away::AUDIT,
    temporary_allocation::AUDIT,
    timed_overhead::AUDIT,
    too_few_samples::AUDIT,
    unit_not_time::AUDIT,
];
