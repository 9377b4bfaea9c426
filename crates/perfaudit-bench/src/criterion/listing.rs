//! Reading what `--list` prints.

use std::collections::BTreeMap;

/// The end of each line that names a benchmark.
const SUFFIX: &str = ": benchmark";

/// Whether a listing was refused by a Criterion before 0.5, which does not know `--format`, by what it said.
pub(crate) fn is_too_old(stderr: &str) -> bool {
    stderr.contains("Found argument '--format' which wasn't expected")
}

/// What a benchmark executable says it holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Listing {
    /// The titles in the order of the listing, each once.
    pub(crate) titles: Vec<Title>,
    /// Lines that name no benchmark: the executable prints something of its own.
    pub(crate) foreign: Vec<String>,
}

/// A title, and how often it was listed. Criterion tells equal titles apart within one `criterion_group!` only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Title {
    pub(crate) text: String,
    pub(crate) listed: usize,
}

impl Listing {
    pub(crate) fn parse(stdout: &str) -> Self {
        let mut listing = Self::default();
        let mut place: BTreeMap<&str, usize> = BTreeMap::new();
        for line in stdout.lines().filter(|line| !line.trim().is_empty()) {
            match line.strip_suffix(SUFFIX) {
                Some(title) => {
                    let index = *place.entry(title).or_insert_with(|| {
                        listing.titles.push(Title { text: title.to_owned(), listed: 0 });
                        listing.titles.len() - 1
                    });
                    listing.titles[index].listed += 1;
                }
                None => listing.foreign.push(line.to_owned()),
            }
        }
        listing
    }

    fn has(&self, title: &str) -> bool {
        self.titles.iter().any(|known| known.text == title)
    }

    /// The filters that may run a benchmark, most likely first.
    pub(crate) fn filters(&self, title: &str) -> Vec<Filter> {
        let own = Filter::for_title(title);
        match without_number(title) {
            // ` #2` was put there because another benchmark has the same title; but it may be part of the id.
            Some(base) if self.has(base) => vec![Filter::for_title(base), own],
            _ => vec![own],
        }
    }
}

/// How Criterion is told which benchmark to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Filter {
    /// The whole id.
    Exact(String),
    /// A regular expression for the beginning of an id that is too long to be listed whole.
    Pattern(String),
}

impl Filter {
    /// Criterion cuts titles to this many bytes (at a character, so that up to three may be missing).
    const LONGEST_TITLE: usize = 100;

    pub(crate) fn for_title(title: &str) -> Self {
        match title.strip_suffix("...") {
            Some(start) if start.len() + 3 >= Self::LONGEST_TITLE && start.len() <= Self::LONGEST_TITLE => {
                Self::Pattern(format!("^{}", regex::escape(start)))
            }
            _ => Self::Exact(title.to_owned()),
        }
    }
}

/// `X` for `X #2`.
fn without_number(title: &str) -> Option<&str> {
    let (base, number) = title.rsplit_once(" #")?;
    number.parse::<u32>().ok().map(|_| base)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(listing: &Listing) -> Vec<&str> {
        listing.titles.iter().map(|title| title.text.as_str()).collect()
    }

    #[test]
    fn a_criterion_before_0_5_is_known_by_what_it_refuses() {
        let of_0_3 = "error: Found argument '--format' which wasn't expected, or isn't valid in this context\n\nUSAGE:\n    parse-fa92 --bench --list\n";
        assert!(is_too_old(of_0_3));
        assert!(!is_too_old("thread 'main' panicked at benches/parse.rs:3:5"));
    }

    #[test]
    fn only_the_last_suffix_is_cut_off() {
        let listing = Listing::parse("a/b: benchmark\nodd: benchmark: benchmark\n\n");
        assert_eq!(titles(&listing), ["a/b", "odd: benchmark"]);
        assert!(listing.foreign.is_empty());
    }

    #[test]
    fn lines_of_the_program_itself_are_kept_apart() {
        let listing = Listing::parse("loading...\na: benchmark\nmutex 000.009s\n");
        assert_eq!(titles(&listing), ["a"]);
        assert_eq!(listing.foreign, ["loading...", "mutex 000.009s"]);
    }

    #[test]
    fn a_title_that_is_listed_twice_is_counted() {
        let listing = Listing::parse("dup: benchmark\nother: benchmark\ndup: benchmark\n");
        assert_eq!(titles(&listing), ["dup", "other"]);
        assert_eq!(listing.titles[0].listed, 2);
    }

    #[test]
    fn a_numbered_title_is_run_by_the_title_it_repeats() {
        let listing = Listing::parse("dup: benchmark\ndup #2: benchmark\nissue #12: benchmark\n");
        let exact = |text: &str| Filter::Exact(text.to_owned());
        assert_eq!(listing.filters("dup #2"), [exact("dup"), exact("dup #2")]);
        assert_eq!(listing.filters("issue #12"), [exact("issue #12")]);
    }

    #[test]
    fn a_title_that_was_cut_is_run_by_its_beginning() {
        let long = format!("{}...", "a[".repeat(50));
        let listing = Listing::parse(&format!("{long}: benchmark\nshort...: benchmark\n"));
        assert_eq!(listing.filters(&long), [Filter::Pattern(format!("^{}", r"a\[".repeat(50)))]);
        assert_eq!(listing.filters("short..."), [Filter::Exact("short...".to_owned())]);
    }
}
