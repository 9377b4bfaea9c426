use perfaudit_result::{Confidence, Unit};

use crate::allocating::{self, Line, LineAudit, Price, is_much, percent, share};
use crate::audit::audit;
use crate::evidence::Evidence;
use crate::outcome::Outcome;

audit! {
    /// ## What it does
    /// Names lines of the project's own code whose blocks are freed before their thread allocates or frees anything else:
    /// a block that nothing happened in between. The share of allocated bytes is that of the stacks of the line of which at
    /// least nine blocks in ten were such.
    ///
    /// ## Why it matters
    /// A block that lives that shortly often holds a value that is looked at once: a text that is made to be compared or
    /// written, a copy to call a function by value, a vector that is made to be iterated over. Making and freeing it costs
    /// as much as a block that lives long.
    ///
    /// ## What to do
    /// Borrow instead of copying (`&str` instead of `String`, a slice instead of a vector), write into the target (`write!`
    /// instead of `push_str(&format!(...))`), iterate instead of collecting, or keep one buffer and `clear` it.
    ///
    /// ## Limits
    /// Blocks that dependencies make are left out. A temporary that allocates something else while it lives is not seen as
    /// one. Told are lines with at least 1 % of the blocks of a workload.
    rule: "temporary-allocation",
    title: "A block that is freed at once",
    check: check,
}

/// Blocks of an iteration, and of a command, below which it is not worth a line.
const LEAST: [u64; 2] = [1, 1000];

fn check(evidence: &Evidence<'_>) -> Outcome {
    let rule = LineAudit {
        audit: &AUDIT,
        price: |row, site| {
            let temporary = site.direct.temporary;
            is_much(row, share(temporary, row.totals.count), LEAST, temporary)
                .then_some(Price { bytes: site.direct_temporary_bytes, gain: temporary })
        },
        unit: Unit::Count,
        method: "blocks that were freed before anything else was allocated or freed",
        title: "allocates what is freed at once",
        counted,
        meaning: "Nothing was allocated or freed between: often a value that could be borrowed or written where it goes",
        remedy: "borrow instead of copying, write into the target instead of into a text of its own, iterate instead of collecting, or keep one buffer and `clear` it",
        confidence: Confidence::Medium,
        nothing: "no line of the project frees at once what is 1 % of its blocks",
    };
    allocating::check(evidence, &rule)
}

fn counted(line: &Line<'_>) -> String {
    let direct = &line.site.direct;
    format!(
        "{} freed at once {}, of {} there: {} of the blocks of the workload",
        line.each(direct.temporary, Unit::Count),
        line.when(),
        line.each(direct.count, Unit::Count),
        percent(share(direct.temporary, line.row.totals.count)),
    )
}

#[cfg(test)]
mod tests {
    use perfaudit_result::HeapCounts;

    use crate::testing::{Case, findings, site, told};

    #[test]
    fn a_text_that_is_made_to_be_appended_is_found() {
        let mut case = Case::new(&[("render", &[50.0; 10])]);
        let text = HeapCounts { count: 5000, bytes: 120_000, temporary: 5000, ..HeapCounts::default() };
        let kept = HeapCounts { count: 5000, bytes: 360_000, temporary: 3, ..HeapCounts::default() };
        case.allocates(0, Some(100), vec![site("attributes", 51, text), site("rows", 9, kept)]);
        insta::assert_snapshot!(told(&findings(&case, "temporary-allocation")));
    }

    #[test]
    fn blocks_that_stay_are_not_and_neither_are_a_few_of_a_command() {
        let mut case = Case::new(&[("render", &[50.0; 10])]);
        let few = HeapCounts { count: 500, bytes: 12_000, temporary: 500, ..HeapCounts::default() };
        case.allocates(0, None, vec![site("start", 3, few)]);
        assert!(findings(&case, "temporary-allocation").is_empty());
    }
}
