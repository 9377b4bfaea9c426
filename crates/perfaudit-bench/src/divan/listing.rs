//! Reading what `--list` prints.

use std::collections::BTreeSet;

use crate::divan::table::Branch;

/// What a benchmark executable says it holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Listing {
    /// The paths in the order of the listing, with repetitions.
    pub(crate) paths: Vec<String>,
    /// The paths of those that are ignored, as far as they were asked for.
    pub(crate) ignored: Vec<String>,
    /// Lines that name no benchmark: the executable prints something of its own.
    pub(crate) foreign: Vec<String>,
}

impl Listing {
    /// `--list --format terse`: a line for each benchmark and argument.
    pub(crate) fn parse_terse(stdout: &str) -> Self {
        let mut listing = Self::default();
        for line in stdout.lines().filter(|line| !line.trim().is_empty()) {
            match line.strip_suffix(": benchmark") {
                Some(path) => listing.paths.push(path.to_owned()),
                None => listing.foreign.push(line.to_owned()),
            }
        }
        listing
    }

    /// Tells which are ignored, by a listing of all.
    pub(crate) fn with_ignored_of(mut self, all: Self) -> Self {
        let run: BTreeSet<&String> = self.paths.iter().collect();
        self.ignored = all.paths.into_iter().filter(|path| !run.contains(path)).collect();
        self
    }

    /// `--list`: a tree whose leaves are benchmarks; ignored ones are marked.
    pub(crate) fn parse_tree(stdout: &str) -> Self {
        let mut listing = Self::default();
        let mut above: Vec<String> = Vec::new();
        let mut lines = stdout.lines().filter(|line| !line.trim().is_empty()).peekable();
        while let Some(line) = lines.next() {
            let Branch { depth, text } = Branch::parse(line);
            if depth > above.len() {
                listing.foreign.push(line.to_owned());
                continue;
            }
            above.truncate(depth);
            above.push(text.trim_end().to_owned());
            let is_leaf = lines.peek().is_none_or(|next| Branch::parse(next).depth <= depth);
            if is_leaf && depth > 0 {
                let path = above.join("::");
                match path.strip_suffix("(ignored)") {
                    Some(ignored) => listing.ignored.push(ignored.trim_end().to_owned()),
                    None => listing.paths.push(path),
                }
            } else if is_leaf && depth == 0 {
                listing.foreign.push(line.to_owned());
            }
        }
        listing
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TREE: &str = "\
suite
\u{251c}\u{2500} args
\u{251c}\u{2500} left out                (ignored)
\u{251c}\u{2500} generic
\u{2502}  \u{251c}\u{2500} String
\u{2502}  \u{2502}  \u{251c}\u{2500} 4
\u{2502}  \u{2502}  \u{2570}\u{2500} 8
\u{2502}  \u{2570}\u{2500} u8
\u{2570}\u{2500} inner
   \u{2570}\u{2500} with spaces  in it

";

    #[test]
    fn the_leaves_of_a_tree_are_benchmarks() {
        let listing = Listing::parse_tree(TREE);
        assert_eq!(
            listing.paths,
            [
                "suite::args",
                "suite::generic::String::4",
                "suite::generic::String::8",
                "suite::generic::u8",
                "suite::inner::with spaces  in it"
            ]
        );
        assert_eq!(listing.ignored, ["suite::left out"]);
        assert!(listing.foreign.is_empty());
    }

    #[test]
    fn what_only_the_listing_of_all_names_is_ignored() {
        let all = Listing::parse_terse("s::a: benchmark\ns::b::1: benchmark\ns::c: benchmark\n");
        let listing = Listing::parse_terse("s::a: benchmark\ns::c: benchmark\n").with_ignored_of(all);
        assert_eq!(listing.ignored, ["s::b::1"]);
    }

    #[test]
    fn lines_of_the_program_itself_are_kept_apart() {
        let listing = Listing::parse_terse("loading...\nsuite::a::c::d  e: benchmark\n");
        assert_eq!(listing.paths, ["suite::a::c::d  e"]);
        assert_eq!(listing.foreign, ["loading..."]);
        assert_eq!(Listing::parse_tree("loading...\n").foreign, ["loading..."]);
    }

    proptest! {
        #[test]
        fn no_text_makes_the_readers_panic(text in "([\u{2502}\u{251c}\u{2570}\u{2500} a:\n]|.){0,80}") {
            let _ = (Listing::parse_terse(&text), Listing::parse_tree(&text));
        }
    }
}
