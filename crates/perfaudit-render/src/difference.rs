//! Two profiles of a workload in words and in order, the same in every format.

use perfaudit_result::{AuditResult, FunctionChange, ProfileDifference, Unit};

use crate::quantity;

/// Those in which a function changed, as the result has them, then the others.
pub(crate) fn in_turn(result: &AuditResult) -> (Vec<&ProfileDifference>, Vec<&ProfileDifference>) {
    let all = result.cpu.iter().flat_map(|cpu| &cpu.differences);
    all.partition(|difference| !(difference.slower.is_empty() && difference.faster.is_empty()))
}

/// A function of a difference, ready to be set in columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row<'a> {
    /// `slower`, `faster`, or nothing where that cannot be told.
    pub(crate) verdict: &'static str,
    /// Before and after: its time where that is known, otherwise its share.
    pub(crate) before: String,
    pub(crate) after: String,
    /// After less before, with its interval.
    pub(crate) change: String,
    /// How often chance alone makes as much.
    pub(crate) p: String,
    pub(crate) symbol: &'a str,
    pub(crate) file: &'a str,
}

/// The functions that changed, the slower ones first.
pub(crate) fn changed(difference: &ProfileDifference) -> Vec<Row<'_>> {
    let slower = difference.slower.iter().map(|change| row("slower", change));
    slower.chain(difference.faster.iter().map(|change| row("faster", change))).collect()
}

/// The functions of which it cannot be told.
pub(crate) fn undecided(difference: &ProfileDifference) -> Vec<Row<'_>> {
    difference.undecided_functions.iter().map(|change| row("", change)).collect()
}

fn row<'a>(verdict: &'static str, change: &'a FunctionChange) -> Row<'a> {
    let (before, after) = match (&change.time_before, &change.time_after) {
        (Some(before), Some(after)) => (before, after),
        _ => (&change.before, &change.after),
    };
    let value = |figure: &perfaudit_result::Figure| {
        figure.value().map_or_else(|| "-".to_owned(), |value| quantity::value(value, figure.unit))
    };
    let effect = quantity::figure(&change.effect);
    let sign = if change.effect.value().is_some_and(|value| value > 0.0) { "+" } else { "" };
    let relative = before.value().zip(after.value()).filter(|(before, _)| *before > 0.0);
    let relative = relative.map(|(before, after)| format!(" ({:+.0} %)", (after / before - 1.0) * 100.0));
    let points = if change.effect.unit == Unit::Ratio { " of the samples" } else { "" };
    Row {
        verdict,
        before: value(before),
        after: value(after),
        change: format!("{sign}{effect}{points}{}", relative.unwrap_or_default()),
        p: p_value(change.p),
        symbol: &change.symbol,
        file: change.file.as_deref().unwrap_or_default(),
    }
}

/// A p-value; a small one is not rounded to nothing.
pub(crate) fn p_value(p: f64) -> String {
    if p < 0.001 { "< 0.001".to_owned() } else { format!("{p:.3}") }
}

/// What the functions that are not listed are.
pub(crate) fn rest(difference: &ProfileDifference) -> String {
    let floor = difference.noise_floor.map_or_else(String::new, |floor| {
        format!(" and the machine's noise floor of {}", quantity::percent(floor))
    });
    let number = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    let explain = if difference.noise_floor.is_some() { "explain" } else { "explains" };
    let tested = match number(difference.undecided) {
        0 => None,
        1 => Some("1 function was tested and does not".to_owned()),
        n => Some(format!("{n} functions were tested and do not")),
    };
    let tested = tested.map(|tested| format!("{tested} differ by more than chance{floor} {explain}"));
    let untested = match number(difference.untested) {
        0 => None,
        1 => Some("1 function has too few samples for a test".to_owned()),
        n => Some(format!("{n} functions have too few samples for a test")),
    };
    let by_chance = format!(
        "on average {} of the functions that are told are there by chance",
        quantity::percent(difference.false_discovery_rate)
    );
    tested.into_iter().chain(untested).chain([by_chance]).collect::<Vec<_>>().join("; ")
}

/// What two recordings cannot tell; more where there is no time to hold shares against.
pub(crate) fn caveats<'a>(differences: impl IntoIterator<Item = &'a ProfileDifference>) -> Vec<&'static str> {
    const RECORDINGS: &str =
        "Two recordings that were made apart: measure both versions by turns before the change is believed";
    const SHARES: &str = "Where the time of a run has no interval on both sides, shares are compared: a function's share shrinks when another one grows";
    let of_shares = |difference: &ProfileDifference| {
        let lists = [&difference.slower, &difference.faster, &difference.undecided_functions];
        lists.into_iter().flatten().any(|change| change.effect.unit == Unit::Ratio)
    };
    if differences.into_iter().any(of_shares) { vec![SHARES, RECORDINGS] } else { vec![RECORDINGS] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_p_is_not_rounded_to_nothing() {
        assert_eq!([p_value(1e-9), p_value(0.0123)], ["< 0.001", "0.012"]);
    }
}
