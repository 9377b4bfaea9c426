//! The readers of untrusted input, for the fuzz targets in `fuzz/`. Not part of the crate otherwise.

use perfaudit_import::read_criterion_files;
use perfaudit_result::WorkloadId;

use crate::criterion::listing::Listing;
use crate::criterion::progress::Collecting;
use crate::criterion::results::Measurement;
use crate::{divan, libtest};

/// Reads the files of one benchmark.
pub fn criterion_files(benchmark: &[u8], sample: &[u8]) {
    let read = read_criterion_files(("benchmark.json", benchmark), ("sample.json", sample));
    let _ = read.map(|benchmark| Measurement::new(benchmark, |title| WorkloadId(title.to_owned())));
}

/// Reads what a benchmark prints.
pub fn criterion_output(text: &str) {
    let listing = Listing::parse(text);
    for title in &listing.titles {
        assert!(!listing.filters(&title.text).is_empty());
    }
    for line in text.lines() {
        let _ = Collecting::parse(line);
    }
}

/// Reads what divan and the standard harness print.
pub fn summaries(text: &str) {
    let _ = (divan::listing::Listing::parse_terse(text), divan::listing::Listing::parse_tree(text));
    for (_, statement) in
        divan::table::Table::parse(text).rows.into_iter().chain(libtest::report::parse(text))
    {
        assert!(statement.is_plausible());
    }
    let _ = libtest::listing::benchmarks(text);
}
