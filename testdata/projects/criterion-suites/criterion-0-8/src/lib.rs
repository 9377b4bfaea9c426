//! Benchmarked with Criterion 0.8.
