use perfaudit_result::Confidence;
use ra_ap_syntax::SyntaxKind;

use super::rule::{Check, Hits, rule};
use crate::facts::types::Ty;
use crate::facts::{File, function_of};
use crate::flat::Node;

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
            let text = value
                .map(|value| value.text().split_whitespace().collect::<Vec<_>>().join(" "))
                .unwrap_or_default();
            let sweep = value.and_then(number).map(sweep).unwrap_or_default();
            hits.add(
                item,
                Confidence::Low,
                format!("`{name}` is {text}; nothing says that it was measured{sweep}"),
            )
            .cost = Vec::new();
        }
    }
}

/// The number that an expression spells: a product or shift of numbers, or one number within a call.
fn number(value: Node<'_>) -> Option<u64> {
    let literal = |text: &str| {
        let digits: String = text.chars().filter(|c| *c != '_').take_while(char::is_ascii_digit).collect();
        digits.parse::<u64>().ok()
    };
    if !value.is(SyntaxKind::BIN_EXPR) && !value.is(SyntaxKind::PAREN_EXPR) {
        let mut numbers =
            std::iter::once(value).chain(value.descendants()).filter(|node| node.is(SyntaxKind::INT_NUMBER));
        let only = numbers.next().and_then(|only| literal(only.text()))?;
        return numbers.next().is_none().then_some(only);
    }
    let mut parts = value.parts();
    if value.is(SyntaxKind::PAREN_EXPR) {
        return number(parts.next()?);
    }
    let (left, right) = (number(parts.next()?)?, number(parts.next()?)?);
    if value.has(SyntaxKind::STAR) {
        left.checked_mul(right)
    } else if value.has(SyntaxKind::SHL) {
        let by = u32::try_from(right).ok()?;
        left.checked_mul(2_u64.checked_pow(by)?)
    } else {
        None
    }
}

/// The values around it that would settle what it should be.
fn sweep(value: u64) -> String {
    let mut values: Vec<u64> = [value / 4, value / 2].into_iter().filter(|less| *less > 0).collect();
    values.extend([1, 2, 4, 16].into_iter().filter_map(|times| value.checked_mul(times)));
    values.dedup();
    match &values[..] {
        [first @ .., last] if value > 0 && !first.is_empty() => {
            let first: Vec<String> = first.iter().map(u64::to_string).collect();
            format!(": a sweep over {} and {last} would settle it", first.join(", "))
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sweep_surrounds_the_value_whatever_way_it_is_spelt() {
        let spelt = ["64", "8 * 8", "1 << 6", "16 * (1 << 2)", "NonZeroUsize::new(64).unwrap()", "6_4usize"];
        for value in spelt {
            let analysis = crate::scan::analyse_text(&format!("const BATCH: usize = {value};")).unwrap();
            let message = &analysis.hits[0].message;
            assert!(
                message.ends_with("measured: a sweep over 16, 32, 64, 128, 256 and 1024 would settle it"),
                "{message}"
            );
        }
        assert_eq!(sweep(1), ": a sweep over 1, 2, 4 and 16 would settle it");
        assert_eq!(sweep(0), "");
    }
}
