//! Comments that allow a finding: `// perfaudit: allow(rule, rule) reason`.

use crate::flat::Tree;
use crate::rules::Hit;

const MARK: &str = "perfaudit: allow(";

/// Notes the reason at each hit that a comment allows: on its first line, on the line above, or above the function that it
/// is in.
pub(super) fn apply(tree: &Tree<'_>, hits: &mut [Hit]) {
    if !tree.text().contains(MARK) {
        return;
    }
    for hit in hits {
        let own = [hit.line, hit.line.saturating_sub(1)];
        let of_function = hit.function.map(|(first, _)| first.saturating_sub(1));
        hit.allowed = own
            .into_iter()
            .chain(of_function)
            .filter(|line| *line > 0)
            .find_map(|line| reason(tree.line(line), &hit.rule));
    }
}

/// The reason that a line gives for a rule; without a reason there is none, and nothing is allowed.
fn reason(line: &str, rule: &str) -> Option<String> {
    let (_, comment) = line.split_once("//")?;
    let (_, rest) = comment.split_once(MARK)?;
    let (rules, reason) = rest.split_once(')')?;
    let reason = reason.trim();
    (rules.split(',').any(|named| named.trim() == rule) && !reason.is_empty()).then(|| reason.to_owned())
}

#[cfg(test)]
mod tests {
    use crate::scan::analyse_text;

    fn allowed(text: &str) -> Option<String> {
        let hits = analyse_text(text).unwrap().hits;
        assert_eq!(hits.len(), 1);
        hits.into_iter().find_map(|hit| hit.allowed)
    }

    #[test]
    fn a_comment_with_a_reason_allows_a_rule_where_it_stands() {
        let reason = || Some("three lines a day".to_owned());
        assert_eq!(
            allowed(
                "fn f(s: &mut String) {\n    // perfaudit: allow(format-push) three lines a day\n    s.push_str(&format!(\"{}\", 1));\n}"
            ),
            reason()
        );
        assert_eq!(
            allowed(
                "fn f(s: &mut String) {\n    s.push_str(&format!(\"{}\", 1)); // perfaudit: allow(siphash, format-push) three lines a day\n}"
            ),
            reason()
        );
        assert_eq!(
            allowed(
                "// perfaudit: allow(format-push) three lines a day\nfn f(s: &mut String) {\n    s.push('a');\n    s.push_str(&format!(\"{}\", 1));\n}"
            ),
            reason()
        );
    }

    #[test]
    fn a_comment_without_a_reason_or_for_another_rule_allows_nothing() {
        assert_eq!(
            allowed(
                "fn f(s: &mut String) {\n    // perfaudit: allow(format-push)\n    s.push_str(&format!(\"{}\", 1));\n}"
            ),
            None
        );
        assert_eq!(
            allowed(
                "fn f(s: &mut String) {\n    // perfaudit: allow(siphash) why not\n    s.push_str(&format!(\"{}\", 1));\n}"
            ),
            None
        );
    }
}
