//! Benchmarked with Criterion 0.7.
