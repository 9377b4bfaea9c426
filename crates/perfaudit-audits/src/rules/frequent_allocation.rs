use perfaudit_result::{Confidence, Unit};

use crate::allocating::{self, Line, LineAudit, Price, is_much, percent, share};
use crate::audit::audit;
use crate::evidence::Evidence;
use crate::outcome::Outcome;

audit! {
    /// ## What it does
    /// Names the lines of the project's own code that make a large part of what a workload allocates: at least a fifth of
    /// its blocks or of its bytes, by themselves or by what they call in other packages, for each iteration of a benchmark
    /// and in all of a command. The share of allocated bytes is that of the line.
    ///
    /// ## Why it matters
    /// An allocation costs tens of nanoseconds and a miss in the cache later. A loop that allocates for each element is
    /// often bound by that and not by its work, and a call that builds something large (a regular expression, a table, a
    /// parsed document) for each element does the same work again and again.
    ///
    /// ## What to do
    /// Build once what does not depend on the element (a static, a field, before the loop), keep buffers over iterations,
    /// borrow instead of cloning, or let one allocation hold many elements. `perfaudit cpu` tells how much time goes into
    /// allocating.
    ///
    /// ## Limits
    /// How much time it takes is not measured here. What `container-growth` and `temporary-allocation` say of a line is not
    /// said again.
    rule: "frequent-allocation",
    title: "A line that makes much of what is allocated",
    check: check,
}

/// Blocks of an iteration, and of a command, below which it is not worth a line.
const LEAST: [u64; 2] = [4, 10_000];
/// The share of the blocks or bytes of the workload.
const MUCH: f64 = 0.2;

fn check(evidence: &Evidence<'_>) -> Outcome {
    let rule = LineAudit {
        audit: &AUDIT,
        price: |row, site| {
            let counts = &site.counts;
            let part = share(counts.count, row.totals.count).max(share(counts.bytes, row.totals.bytes));
            // More than half of it is told by other audits.
            let told = 2 * (site.direct.temporary + site.direct.grow_count) > counts.count;
            (part >= MUCH && !told && is_much(row, part, LEAST, counts.count))
                .then_some(Price { bytes: counts.bytes, gain: counts.count })
        },
        unit: Unit::Count,
        method: "blocks of the lines",
        title: "makes much of what is allocated",
        counted,
        meaning: "What does not depend on the element can be built once, and what does can often be borrowed or kept",
        remedy: "build once what does not depend on the element, keep buffers, borrow instead of cloning",
        confidence: Confidence::Medium,
        nothing: "no line of the project makes a fifth of its blocks or bytes",
    };
    allocating::check(evidence, &rule)
}

fn counted(line: &Line<'_>) -> String {
    let counts = &line.site.counts;
    let through =
        line.site.calls.as_ref().map(|calls| format!(" (most of it through {calls})")).unwrap_or_default();
    format!(
        "{} in {}{through} {}: {} of the bytes and {} of the blocks of the workload",
        line.each(counts.bytes, Unit::Bytes),
        line.each(counts.count, Unit::Count),
        line.when(),
        percent(share(counts.bytes, line.row.totals.bytes)),
        percent(share(counts.count, line.row.totals.count)),
    )
}

#[cfg(test)]
mod tests {
    use perfaudit_result::HeapCounts;

    use crate::testing::{Case, findings, site, told};

    fn counts(count: u64, bytes: u64, temporary: u64) -> HeapCounts {
        HeapCounts { count, bytes, temporary, ..HeapCounts::default() }
    }

    #[test]
    fn an_expression_that_is_compiled_for_each_element_is_found_by_the_line_that_asks_for_it() {
        let mut case = Case::new(&[("transform", &[50.0; 10])]);
        let mut compiled = site("mask", 12, counts(80_000, 9_000_000, 700));
        compiled.direct = HeapCounts::default();
        compiled.calls = Some("regex::Regex::new".into());
        case.allocates(0, Some(100), vec![compiled, site("rows", 24, counts(8000, 900_000, 0))]);
        insta::assert_snapshot!(told(&findings(&case, "frequent-allocation")));
    }

    #[test]
    fn what_another_audit_tells_and_what_is_little_is_not() {
        let mut case = Case::new(&[("transform", &[50.0; 10])]);
        case.allocates(
            0,
            Some(100),
            vec![site("text", 3, counts(90_000, 900_000, 80_000)), site("rows", 24, counts(9000, 90_000, 0))],
        );
        assert!(findings(&case, "frequent-allocation").is_empty());
    }
}
