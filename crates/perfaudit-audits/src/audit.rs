//! What an audit is.

use crate::evidence::Evidence;
use crate::outcome::Outcome;
use crate::rules::ALL;

/// One audit.
#[derive(Debug, Clone, Copy)]
pub struct Audit {
    /// Its stable name.
    pub rule: &'static str,
    /// What it looks for, in one line.
    pub title: &'static str,
    /// What it does, why it matters and what to do: its file's doc comment.
    pub explanation: &'static str,
    pub(crate) check: fn(&Evidence<'_>) -> Outcome,
}

/// Declares the audit of a file. The doc comment in front becomes its explanation.
macro_rules! audit {
    ($(#[doc = $line:literal])+ rule: $rule:literal, title: $title:literal, check: $check:path $(,)?) => {
        $(#[doc = $line])+
        pub(crate) const AUDIT: $crate::audit::Audit = $crate::audit::Audit {
            rule: $rule,
            title: $title,
            explanation: concat!($($line, "\n"),+),
            check: $check,
        };
    };
}
pub(crate) use audit;

/// The audit of this name.
#[must_use]
pub fn find(rule: &str) -> Option<&'static Audit> {
    ALL.iter().find(|audit| audit.rule == rule)
}

/// The audit whose name is most like this one, for a helpful error.
#[must_use]
pub fn nearest(rule: &str) -> &'static Audit {
    ALL.iter().min_by_key(|audit| strsim::levenshtein(rule, audit.rule)).expect("there is at least one audit")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn rules_have_names_of_their_own_and_full_explanations() {
        let names: BTreeSet<&str> = ALL.iter().map(|audit| audit.rule).collect();
        assert_eq!(names.len(), ALL.len());
        for audit in ALL {
            for heading in ["## What it does", "## Why it matters", "## What to do"] {
                assert!(audit.explanation.contains(heading), "{}: {heading}", audit.rule);
            }
        }
    }

    #[test]
    fn a_misspelt_rule_leads_to_the_one_that_was_meant() {
        assert_eq!(nearest("optimized-away").rule, "optimised-away");
    }
}
