//! The benchmarks are what matters here.
