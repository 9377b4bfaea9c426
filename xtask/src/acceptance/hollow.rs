//! Which benchmarks run none of their crate's code: the audit beside what their sources say.

use serde_json::Value;

use super::audit::Audit;
use super::check::Check;
use super::fetch::Published;

const RULE: &str = "hollow-benchmark";

/// Every hollow benchmark is flagged and no sound one is. Where a profile has too few samples, the audit has to say that
/// it does not know; such benchmarks are counted apart.
pub(crate) fn check(audit: &Audit, published: &Published) -> Check {
    judge(audit.measured(), published.is_hollow)
}

fn judge<'a>(rows: impl Iterator<Item = &'a Value>, is_hollow: fn(&str) -> bool) -> Check {
    let (mut found, mut hollow, mut sound, mut unknown) = (0, 0, 0, 0);
    let mut problems = Vec::new();
    for row in rows {
        let title = row["title"].as_str().unwrap_or_default();
        let audits = row["audits"].as_array().map(Vec::as_slice).unwrap_or_default();
        let said = audits.iter().find(|said| said["rule"] == RULE);
        let state = said.and_then(|said| said["state"].as_str()).unwrap_or("not_measured");
        let message = said.and_then(|said| said["message"].as_str()).unwrap_or("no profile to tell by");
        match (is_hollow(title), state) {
            (_, "not_measured") => unknown += 1,
            (true, "flagged") => (hollow, found) = (hollow + 1, found + 1),
            (false, "passed") => sound += 1,
            (true, _) => {
                hollow += 1;
                problems.push(format!("`{title}` is hollow and not flagged: {message}"));
            }
            (false, _) => {
                sound += 1;
                problems.push(format!("`{title}` is sound and {state}: {message}"));
            }
        }
    }
    let mut detail = format!("{found} of {hollow} found, {sound} sound");
    if unknown > 0 {
        detail.push_str(&format!(", {unknown} not told"));
    }
    Check { name: "hollow", detail, problems }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn row(title: &str, state: &str) -> Value {
        json!({"title": title, "audits": [{"rule": RULE, "state": state, "message": "0 of 9"}]})
    }

    #[test]
    fn a_hollow_benchmark_that_passes_and_a_sound_one_that_is_flagged_are_problems() {
        let rows = [
            row("a/std", "flagged"),
            row("b/std", "passed"),
            row("c", "passed"),
            row("d", "flagged"),
            row("e/std", "not_measured"),
            json!({"title": "f"}),
        ];
        let check = judge(rows.iter(), |title| title.ends_with("/std"));
        assert_eq!(check.detail, "1 of 2 found, 2 sound, 2 not told");
        assert_eq!(check.problems.len(), 2);
        assert!(judge([row("a", "passed")].iter(), |_| false).passed());
    }
}
