//! The name that was probably meant.

use super::problem::Complaint;

/// No valid name is as long as this.
const LONGEST_NAME: usize = 64;

/// The candidate that is most like this name, if one is so alike that it was probably meant.
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    if length > LONGEST_NAME {
        return None;
    }
    candidates
        .into_iter()
        .map(|candidate| (strsim::levenshtein(name, candidate), candidate))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, candidate)| *distance <= 1 + length.min(candidate.len()) / 3)
        .map(|(_, candidate)| candidate)
}

impl Complaint {
    /// Says which of the valid names was probably meant, else what they are.
    pub(super) fn expecting(self, name: &str, valid: &[&str]) -> Self {
        match nearest(name, valid.iter().copied()) {
            Some(candidate) => self.hint(format!("did you mean `{candidate}`?")),
            None => self.hint(format!("expected {}", any_of(valid))),
        }
    }
}

/// `a`, `b` or `c`.
fn any_of(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        None => "nothing".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_understood() {
        for (name, meant) in [("limt", "limit"), ("metrics", "metric"), ("min_runs", "min-runs")] {
            assert_eq!(nearest(name, ["metric", "limit", "min-runs"]), Some(meant));
        }
    }

    #[test]
    fn a_name_that_is_like_no_other_has_no_nearest() {
        assert_eq!(nearest("colour", ["metric", "limit"]), None);
        assert_eq!(nearest(&"limit".repeat(1000), ["limit"]), None);
    }
}
