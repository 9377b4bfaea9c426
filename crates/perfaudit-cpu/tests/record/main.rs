//! Programs whose answer is known, recorded.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod agent;
mod code;
mod known_truth;
mod off_cpu;
mod processes;
mod ptrace;
mod rights;
mod stack_sizes;
mod support;
mod usage;
