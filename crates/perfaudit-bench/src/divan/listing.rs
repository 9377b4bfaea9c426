//! Reading what `--list` prints.

use crate::divan::table::Branch;

/// What a benchmark executable says it holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Listing {
    /// The paths in the order of the listing, with repetitions.
    pub(crate) paths: Vec<String>,
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

    /// `--list`: a tree whose leaves are benchmarks. Ignored ones are left out.
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
            if is_leaf && depth > 0 && !text.trim_end().ends_with("(ignored)") {
                listing.paths.push(above.join("::"));
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
        assert!(listing.foreign.is_empty());
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
