//! Benchmarked with Criterion 0.6.
