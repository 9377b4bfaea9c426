//! Benchmarked with Criterion 0.5.
