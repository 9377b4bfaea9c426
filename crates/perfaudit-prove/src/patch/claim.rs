//! What a patch promises in its prose.

use std::sync::LazyLock;

use regex::Regex;

/// A promise in the prose of a patch.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// The sentence.
    pub text: String,
    /// What it is about.
    pub quantity: ClaimedQuantity,
    /// The least share that is saved, as a ratio: 0.15 for `15-20 %`, 0.5 for `twice as fast`. Zero where it promises
    /// that nothing is lost.
    pub least: f64,
    /// The largest share that is saved.
    pub most: f64,
}

/// What a promise is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimedQuantity {
    /// Time, or work in a time.
    Time,
    /// Memory or allocations.
    Memory,
}

/// `15-20 %`, `15 to 20 %`, `15 %`.
static SHARE: LazyLock<Regex> = LazyLock::new(|| {
    expression(r"(\d{1,3}(?:\.\d+)?)(?:\s*(?:-|\x{2013}|to)\s*(\d{1,3}(?:\.\d+)?))?\s*(?:%|per cent|percent)")
});
/// `half the time`, `halves`.
static HALF: LazyLock<Regex> =
    LazyLock::new(|| expression(r"\bhalf (?:the|of the|as)\b|\bhalves\b|\bin half\b"));
/// `twice as fast`, `three times as fast`, `2x faster`.
static TIMES: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r"\b(twice|(?:\d{1,4}(?:\.\d+)?|two|three|four|five|six|seven|eight|nine|ten)(?:\s*(?:x|times)))\s+(?:as (?:fast|quick)|faster|quicker|the (?:speed|throughput))",
    )
});
/// What says that nothing is lost.
static NOTHING: LazyLock<Regex> = LazyLock::new(|| {
    expression(r"\bno (?:measurable )?cost\b|\bcost is nil\b|\bstays? the same\b|\bno slower\b")
});
/// Without one of these words a figure is no promise.
static PROMISES: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r"\b(?:expect\w*|should|will|faster|quicker|speed\w*|less|fewer|sav(?:es?|ing)|reduc\w+|improv\w+|shorter|gain\w*|as fast|cost)\b",
    )
});
static MEMORY: LazyLock<Regex> =
    LazyLock::new(|| expression(r"\b(?:memory|allocat\w*|heap|bytes|rss|footprint)\b"));

fn expression(text: &str) -> Regex {
    Regex::new(&format!("(?i){text}")).expect("the expression is well-formed")
}

/// The promises of a prose, in its order.
#[must_use]
pub fn claims(prose: &str) -> Vec<Claim> {
    sentences(prose).flat_map(|sentence| of_sentence(&sentence)).collect()
}

/// Sentences: a full stop ends one when a space or a line break follows, an empty line always does.
fn sentences(prose: &str) -> impl Iterator<Item = String> {
    let paragraphs =
        prose.split("\n\n").map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" "));
    paragraphs.flat_map(|paragraph| {
        let ends = paragraph.replace(". ", ".\n");
        ends.lines().map(str::to_owned).collect::<Vec<_>>()
    })
}

fn of_sentence(sentence: &str) -> Vec<Claim> {
    if !PROMISES.is_match(sentence) && !NOTHING.is_match(sentence) {
        return Vec::new();
    }
    let claim = |at: usize, least: f64, most: f64| {
        // What is promised stands behind the figure or right before it; the first that does decides.
        let rest = &sentence[at..];
        let clause = rest.split([',', ';']).next().unwrap_or(rest);
        let clause = clause.split(" and ").next().unwrap_or(clause);
        let quantity = if MEMORY.is_match(clause) { ClaimedQuantity::Memory } else { ClaimedQuantity::Time };
        Claim { text: sentence.to_owned(), quantity, least, most }
    };
    let mut found = Vec::new();
    for share in SHARE.captures_iter(sentence) {
        let number = |group: usize| share.get(group).and_then(|text| text.as_str().parse::<f64>().ok());
        let at = share.get(0).map_or(0, |all| all.start());
        if let Some(first) = number(1) {
            let second = number(2).unwrap_or(first);
            let (least, most) = (first.min(second) / 100.0, first.max(second) / 100.0);
            if most <= 1.0 {
                found.push(claim(at, least, most));
            }
        }
    }
    if let Some(half) = HALF.find(sentence) {
        found.push(claim(half.start(), 0.5, 0.5));
    }
    if let Some(times) = TIMES.captures(sentence) {
        let said = times.get(1).map_or("", |text| text.as_str()).to_lowercase();
        let factor = factor(&said);
        let at = times.get(0).map_or(0, |all| all.start());
        if factor > 1.0 {
            found.push(claim(at, 1.0 - 1.0 / factor, 1.0 - 1.0 / factor));
        }
    }
    if let Some(nothing) = NOTHING.find(sentence) {
        found.push(Claim { quantity: ClaimedQuantity::Time, ..claim(nothing.start(), 0.0, 0.0) });
    }
    found
}

fn factor(said: &str) -> f64 {
    const WORDS: [&str; 9] = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    if said == "twice" {
        return 2.0;
    }
    let number: String = said.chars().take_while(|one| one.is_ascii_digit() || *one == '.').collect();
    number.parse().unwrap_or_else(|_| {
        let place = WORDS.iter().position(|word| said.starts_with(word));
        place.map_or(0.0, |place| u32::try_from(place + 2).map_or(0.0, f64::from))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(prose: &str) -> Vec<(ClaimedQuantity, f64, f64)> {
        let rounded = |share: f64| (share * 1000.0).round() / 1000.0;
        claims(prose)
            .into_iter()
            .map(|claim| (claim.quantity, rounded(claim.least), rounded(claim.most)))
            .collect()
    }

    #[test]
    fn promises_are_read_as_shares_that_are_saved() {
        use ClaimedQuantity::{Memory, Time};
        for (prose, claims) in [
            ("Expected: 15-20 % less time for `notes index`.", vec![(Time, 0.15, 0.2)]),
            ("`notes index` on a warm cache should take about half the time.", vec![(Time, 0.5, 0.5)]),
            ("Pages should be made three times as fast.", vec![(Time, 0.667, 0.667)]),
            ("Expected: saving 10 times as fast.", vec![(Time, 0.9, 0.9)]),
            ("Expected: searches twice as fast.", vec![(Time, 0.5, 0.5)]),
            ("with a warm cache at least 10 % faster.", vec![(Time, 0.1, 0.1)]),
            ("Expected 20-30 % of indexing.", vec![(Time, 0.2, 0.3)]),
            ("Expected: 30 % less memory and no cost.", vec![(Memory, 0.3, 0.3), (Time, 0.0, 0.0)]),
            ("Memory is saved, and throughput should stay the same.", vec![(Time, 0.0, 0.0)]),
            ("Makes parsing 2.5x faster", vec![(Time, 0.6, 0.6)]),
        ] {
            assert_eq!(read(prose), claims, "{prose}");
        }
    }

    #[test]
    fn figures_that_promise_nothing_are_no_claims() {
        for prose in
            ["It was half of it.", "The list has 20 % duplicates.", "Two linear searches become one look-up."]
        {
            assert_eq!(read(prose), [], "{prose}");
        }
    }

    #[test]
    fn a_claim_is_told_in_its_own_sentence() {
        let found = claims(
            "The cause is known.\n\nIt saves a copy. Expected 5-10 % of\nthe transformation. More follows.",
        );
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].text, "Expected 5-10 % of the transformation.");
    }
}
