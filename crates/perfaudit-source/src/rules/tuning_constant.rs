use perfaudit_result::Confidence;
use ra_ap_syntax::SyntaxKind;

use super::rule::{Check, Hits, rule};
use crate::facts::types::Ty;
use crate::facts::{File, function_of};

rule! {
    /// ## What it does
    ///
    /// Finds numbers that decide over speed and stand in the source: sizes of batches, buffers, chunks, queues and pools.
    ///
    /// ## Why it matters
    ///
    /// The best value depends on the machine and the input. Most were guessed once and never measured.
    ///
    /// ## Example
    ///
    ///     const BATCH_ROWS: usize = 64;
    ///
    /// ## What to do
    ///
    /// Measure a sweep (a benchmark with a parameter), keep the benchmark, and let users set the value.
    ///
    /// ## When not to
    ///
    /// Where the number is part of a format or protocol.
    id: "tuning-constant",
    title: "A number that decides over speed is fixed in the source",
    category: Tuning,
    severity: Note,
    remedy: "measure a sweep over values, and make it configurable where the best one differs",
    effort: Quick,
    check: Check::File(check),
}

/// Parts of names, each a whole word.
const WORDS: [&str; 20] = [
    "BATCH",
    "BUF",
    "BUFFER",
    "BUFFERS",
    "CAPACITY",
    "CHUNK",
    "CHUNKS",
    "CONCURRENCY",
    "PARALLELISM",
    "POOL",
    "PREFETCH",
    "QUEUE",
    "THREADS",
    "WORKERS",
    "READAHEAD",
    "BUFSIZE",
    "SHARDS",
    "STRIPES",
    "BACKLOG",
    "INFLIGHT",
];
/// Words beside which it is a limit of something else.
const OTHERWISE: [&str; 10] =
    ["HEADER", "MAGIC", "VERSION", "OFFSET", "MASK", "NAME", "PATH", "KEY", "ID", "MIN"];

fn check(file: &File<'_>, hits: &mut Hits<'_>) {
    for item in file.all(SyntaxKind::CONST).chain(file.all(SyntaxKind::STATIC)) {
        let Some(name) = item.name() else { continue };
        let words: Vec<&str> = name.split('_').collect();
        let is_tuning = words.iter().any(|word| WORDS.contains(word))
            && !words.iter().any(|word| OTHERWISE.contains(word));
        let is_number = item
            .parts()
            .filter_map(Ty::of_node)
            .next()
            .is_some_and(|ty| ty.is_integer() || ty.name.starts_with("NonZero"));
        let value = item.children().skip_while(|child| !child.is(SyntaxKind::EQ)).nth(1);
        let has_literal = value.is_some_and(|value| {
            std::iter::once(value).chain(value.descendants()).any(|node| node.is(SyntaxKind::INT_NUMBER))
        });
        // What a `const fn` uses is there when the program is compiled.
        let is_compiled = function_of(item).is_some_and(|function| function.has(SyntaxKind::CONST_KW));
        if is_tuning && is_number && has_literal && !is_compiled {
            let value = value
                .map(|value| value.text().split_whitespace().collect::<Vec<_>>().join(" "))
                .unwrap_or_default();
            hits.add(
                item,
                Confidence::Low,
                format!("`{name}` is {value}; nothing says that it was measured"),
            )
            .cost = Vec::new();
        }
    }
}
