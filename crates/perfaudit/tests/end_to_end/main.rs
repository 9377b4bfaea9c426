//! The command from its arguments to its reports, on projects that are built and run for real.

mod allocations;
mod allocators;
mod broken_builds;
mod command_line;
mod commands;
mod comparison_witnesses;
mod comparisons;
mod cpu;
mod cpu_sampling;
mod criterion_suites;
mod delivery;
mod goals;
mod hostile_benchmarks;
mod interruption;
mod noise_floor;
mod other_harnesses;
mod profiles_compared;
mod project_shapes;
mod refined;
mod refused_writes;
mod reports;
mod resumption;
mod skeletons;
mod source;
mod support;
