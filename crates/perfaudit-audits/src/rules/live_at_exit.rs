use perfaudit_result::{Confidence, HeapScope, Unit};

use crate::allocating::{self, Line, LineAudit, Price, percent, share};
use crate::audit::audit;
use crate::evidence::Evidence;
use crate::outcome::Outcome;

audit! {
    /// ## What it does
    /// Names lines of the project's own code of whose blocks many are still allocated when a command ends. The share of
    /// allocated bytes is that of these blocks.
    ///
    /// ## Why it matters
    /// In a program that runs for long, blocks that are never freed are a leak: memory grows until the process is ended.
    ///
    /// ## What to do
    /// Run the command with twice the work. What stays the same is kept once, as statics and caches are; what doubles is a
    /// leak: look for `mem::forget`, `Box::leak`, `into_raw`, `Rc` in a circle, caches and channels without a bound.
    ///
    /// ## Limits
    /// Whether anything still points to a block is not known: statics, thread-locals, leaks on purpose and leaks by mistake
    /// look the same, and a program that ends by `process::exit` frees nothing at its end. Benchmarks are left out: what
    /// their processes keep is the harness's and the set-up's, too. Told are lines with at least 64 KiB and a tenth of what
    /// is left.
    rule: "live-at-exit",
    title: "Memory that is still allocated at the end",
    check: check,
}

/// Fewer bytes are not worth a line.
const LEAST_BYTES: u64 = 64 << 10;
/// The share of what is left of the workload.
const MUCH: f64 = 0.1;

fn check(evidence: &Evidence<'_>) -> Outcome {
    let rule = LineAudit {
        audit: &AUDIT,
        price: |row, site| {
            let live = site.counts.live;
            let is_much = live >= LEAST_BYTES && share(live, row.totals.live) >= MUCH;
            (row.scope == HeapScope::WholeRun && is_much).then_some(Price { bytes: live, gain: live })
        },
        unit: Unit::Bytes,
        method: "bytes that were still allocated at the end",
        title: "allocates what is not freed before the end",
        counted,
        meaning: "Whether something still points to it (a static, a cache) or nothing does (a leak) is not known",
        remedy: "run it with twice the work: what stays the same is kept once, what doubles is a leak",
        confidence: Confidence::Low,
        nothing: "no line of the project leaves 64 KiB and a tenth of what is left at exit",
    };
    allocating::check(evidence, &rule)
}

fn counted(line: &Line<'_>) -> String {
    let counts = &line.site.counts;
    format!(
        "{} in {} still allocated when the process ended, {} of all that was left and {} of what the line allocated",
        line.each(counts.live, Unit::Bytes),
        line.each(counts.live_count, Unit::Count),
        percent(share(counts.live, line.row.totals.live)),
        percent(share(counts.live, counts.bytes)),
    )
}

#[cfg(test)]
mod tests {
    use perfaudit_result::HeapCounts;

    use crate::testing::{Case, findings, site, told};

    fn left(live: u64) -> HeapCounts {
        HeapCounts { count: 200, bytes: 2_000_000, live, live_count: 40, ..HeapCounts::default() }
    }

    #[test]
    fn a_cache_that_only_grows_is_found_and_nobody_says_that_it_is_a_leak() {
        let mut case = Case::new(&[("serve", &[50.0; 10])]);
        case.allocates(0, None, vec![site("cache", 33, left(1_500_000)), site("name", 4, left(0))]);
        insta::assert_snapshot!(told(&findings(&case, "live-at-exit")));
    }

    #[test]
    fn what_little_is_left_and_what_a_benchmark_keeps_is_not() {
        let mut case = Case::new(&[("serve", &[50.0; 10]), ("bench", &[50.0; 10])]);
        case.allocates(0, None, vec![site("start", 3, left(9000))]);
        case.allocates(1, Some(100), vec![site("cache", 33, left(1_500_000))]);
        assert!(findings(&case, "live-at-exit").is_empty());
    }
}
