//! What comparisons, searches and certificates quote of the project and its compiler.

use perfaudit_result::{
    AuditResult, BisectionAnswer, BisectionState, GateName, GateState, PairedComparison, PairedRow,
    PairedVerdict,
};

/// Own words that stand alone where otherwise something is quoted.
const OWN: [&str; 2] = ["interrupted", "the budget was spent"];

/// Everything that is quoted.
pub(super) fn quoted(result: &AuditResult) -> Vec<&str> {
    let certified = result.certificates.iter().filter_map(|certificate| certificate.comparison.as_ref());
    let fixed = result.paired.iter().chain(certified).flat_map(of_comparison);
    let searched = result.bisection.iter().flat_map(|bisection| {
        let steps = bisection.steps.iter();
        let unfit = steps.filter(|step| step.state == BisectionState::Unfit);
        let messages = unfit.filter_map(|step| step.message.as_deref().and_then(behind_own_words));
        let last = match &bisection.answer {
            BisectionAnswer::Found { row, .. } | BisectionAnswer::Contradicted { row, .. } => of_row(row),
            BisectionAnswer::Among { .. } | BisectionAnswer::NoChange { .. } => None,
        };
        messages
            .chain(bisection.steps.iter().filter_map(|step| step.row.as_ref()).filter_map(of_row))
            .chain(last)
    });
    let gates = result.certificates.iter().flat_map(|certificate| &certificate.gates).filter(|gate| {
        let quotes = matches!(
            gate.gate,
            GateName::Inside | GateName::Applies | GateName::Compiles | GateName::Tests | GateName::Output
        );
        quotes && matches!(gate.state, GateState::Failed | GateState::Open)
    });
    fixed.chain(searched).chain(gates.map(|gate| gate.evidence.as_str())).collect()
}

fn of_comparison(comparison: &PairedComparison) -> impl Iterator<Item = &str> {
    let arms = [&comparison.before, &comparison.after];
    let remarks = arms.into_iter().flat_map(|arm| &arm.remarks);
    let linker = remarks.filter_map(|remark| remark.split_once("further layouts: ").map(|(_, said)| said));
    comparison.rows.iter().filter_map(of_row).chain(linker)
}

fn of_row(row: &PairedRow) -> Option<&str> {
    row.message.as_deref().filter(|_| row.verdict == PairedVerdict::NotMeasured).and_then(behind_own_words)
}

/// What stands behind the words of our own: `B: exit code 101`, `B: cannot be built:`.
fn behind_own_words(text: &str) -> Option<&str> {
    let text = ["A: ", "B: "].iter().find_map(|side| text.strip_prefix(side)).unwrap_or(text);
    if let Some((_, said)) = text.split_once("cannot be built: ") {
        return Some(said);
    }
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let is_ending =
        ["exit code ", "killed by ", "ended at its time limit"].iter().any(|own| first.starts_with(own));
    match (is_ending, rest) {
        (true, "") => None,
        (true, said) => Some(said),
        (false, _) => (!OWN.contains(&text)).then_some(text),
    }
}

#[cfg(test)]
mod tests {
    use super::behind_own_words;

    #[test]
    fn what_is_quoted_stands_behind_the_words_of_our_own() {
        assert_eq!(behind_own_words("B: cannot be built: error: `x`"), Some("error: `x`"));
        assert_eq!(behind_own_words("A: exit code 101\nthe secret\nis out"), Some("the secret\nis out"));
        assert_eq!(behind_own_words("A: exit code 101"), None);
        assert_eq!(behind_own_words("interrupted"), None);
        assert_eq!(behind_own_words("B: whatever it was"), Some("whatever it was"));
    }
}
