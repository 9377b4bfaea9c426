//! Benchmarks with synthetic input for public functions.
