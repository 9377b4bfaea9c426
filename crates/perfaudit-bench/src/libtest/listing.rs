//! Reading what `--list --format terse` prints.

use std::collections::BTreeSet;

/// The benchmarks of an executable, in the order of the listing. Lines that name a test are passed over.
pub(crate) fn benchmarks(stdout: &str) -> Vec<String> {
    stdout.lines().filter_map(|line| line.strip_suffix(": benchmark")).map(str::to_owned).collect()
}

/// The benchmarks without the ignored ones.
pub(crate) fn without(listed: Vec<String>, ignored: &[String]) -> Vec<String> {
    let ignored: BTreeSet<&String> = ignored.iter().collect();
    listed.into_iter().filter(|name| !ignored.contains(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_benchmarks_that_are_not_ignored_are_listed() {
        let listed = benchmarks("a_test: test\ninner::left_out: benchmark\none: benchmark\n\n");
        assert_eq!(listed, ["inner::left_out", "one"]);
        assert_eq!(without(listed, &["inner::left_out".to_owned()]), ["one"]);
    }
}
