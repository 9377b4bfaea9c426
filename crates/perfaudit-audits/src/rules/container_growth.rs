use perfaudit_result::{Confidence, Unit};

use crate::allocating::{self, Line, LineAudit, Price, is_much, percent, share};
use crate::audit::audit;
use crate::evidence::Evidence;
use crate::outcome::Outcome;

audit! {
    /// ## What it does
    /// Names lines of the project's own code at which a container (a vector, a text, a buffer) is made larger by
    /// reallocation again and again, with what that costs: each reallocation to a larger size is counted, with the bytes
    /// that the block had before. The share of allocated bytes is that of the blocks that were replaced by larger ones.
    ///
    /// ## Why it matters
    /// A container that doubles until its content fits asks the allocator once for each doubling and copies what it holds
    /// each time it has to move. With enough capacity from the start there is one allocation, and no copy: what it asks for
    /// in the end stays, the rest is saved.
    ///
    /// ## What to do
    /// Where the number of elements is known or can be bounded, make the container by `with_capacity`, call `reserve` before
    /// the loop, or collect from an iterator that knows its length. Where the container is made anew in each iteration, keep
    /// it and `clear` it.
    ///
    /// ## Limits
    /// Named is the line that makes the container grow, not the one that makes it. Containers within dependencies are left
    /// out. Tables that grow by a new allocation instead of a reallocation (hash maps, `VecDeque` now and then) are not
    /// seen. Whether a reallocation copied or only moved the end of the block is not known: the bytes are an upper bound of
    /// what was copied. Told are lines with at least 1 % of the bytes or blocks of a workload.
    rule: "container-growth",
    title: "A container that grows step by step",
    check: check,
}

/// Reallocations of an iteration, and of a command, below which it is not worth a line.
const LEAST: [u64; 2] = [2, 100];

fn check(evidence: &Evidence<'_>) -> Outcome {
    let rule = LineAudit {
        audit: &AUDIT,
        price: |row, site| {
            let grown = &site.direct;
            let part =
                share(grown.grow_bytes, row.totals.bytes).max(share(grown.grow_count, row.totals.count));
            is_much(row, part, LEAST, grown.grow_count)
                .then_some(Price { bytes: grown.grow_bytes, gain: grown.grow_bytes })
        },
        unit: Unit::Bytes,
        method: "bytes of blocks that were replaced by larger ones",
        title: "makes a container grow step by step",
        counted,
        meaning: "With enough capacity from the start all of that is saved",
        remedy: "make the container with enough capacity (`with_capacity`, `reserve` before the loop), or keep it and `clear` it",
        confidence: Confidence::High,
        nothing: "no line of the project makes containers grow by 1 % of its bytes or blocks",
    };
    allocating::check(evidence, &rule)
}

fn counted(line: &Line<'_>) -> String {
    let grown = &line.site.direct;
    format!(
        "{} replaced by larger ones {}, with {} that may have been copied: {} of the bytes and {} of the blocks of the workload",
        line.each(grown.grow_count, Unit::Count),
        line.when(),
        line.each(grown.grow_bytes, Unit::Bytes),
        percent(share(grown.grow_bytes, line.row.totals.bytes)),
        percent(share(grown.grow_count, line.row.totals.count)),
    )
}

#[cfg(test)]
mod tests {
    use perfaudit_result::HeapCounts;

    use crate::testing::{Case, findings, site, told};

    fn vector() -> HeapCounts {
        // A vector of 8-byte elements that grows from 4 to 1024, in 100 iterations.
        HeapCounts {
            count: 900,
            bytes: 100 * 16_352,
            grow_count: 800,
            grow_bytes: 100 * 8160,
            ..HeapCounts::default()
        }
    }

    #[test]
    fn a_vector_that_doubles_eight_times_is_found_with_what_it_replaces() {
        let mut case = Case::new(&[("parse", &[50.0; 10])]);
        case.allocates(0, Some(100), vec![site("parse", 41, vector())]);
        insta::assert_snapshot!(told(&findings(&case, "container-growth")));
    }

    #[test]
    fn a_vector_with_enough_capacity_and_growth_within_a_dependency_are_not() {
        let mut case = Case::new(&[("parse", &[50.0; 10])]);
        let sound = HeapCounts { grow_count: 0, grow_bytes: 0, ..vector() };
        let mut within = site("compile", 9, vector());
        within.direct = HeapCounts::default();
        case.allocates(0, Some(100), vec![site("parse", 41, sound), within]);
        assert!(findings(&case, "container-growth").is_empty());
    }
}
