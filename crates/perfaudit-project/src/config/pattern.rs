//! Patterns over the names of workloads.

use std::fmt;

use globset::{GlobBuilder, GlobMatcher};
use perfaudit_result::WorkloadId;

use super::problem::{Complaint, quote};

/// No workload has a name as long as this.
const LONGEST_PATTERN: usize = 1000;

/// A glob over the names of workloads: `package/target/title`, `command/NAME`. `*` matches everything, also across
/// slashes; `?` one character, `[ab]` one of several, `{a,b}` alternatives; `\` takes the next character as it is.
#[derive(Debug, Clone)]
pub struct WorkloadPattern {
    matcher: GlobMatcher,
}

impl WorkloadPattern {
    pub(super) fn parse(text: &str) -> Result<Self, Complaint> {
        if text.is_empty() || text.len() > LONGEST_PATTERN {
            let message = format!("a pattern has 1 to {LONGEST_PATTERN} bytes, this one {}", text.len());
            return Err(Complaint::new(message).hint("write \"*\" for all workloads"));
        }
        GlobBuilder::new(text)
            .literal_separator(false)
            .backslash_escape(true)
            .build()
            .map(|glob| Self { matcher: glob.compile_matcher() })
            .map_err(|error| {
                Complaint::new(format!("{} is no pattern: {}", quote(text), error.kind()))
                    .hint("write `\\` before a bracket or brace that stands for itself")
            })
    }

    /// Matches every workload.
    pub(super) fn every() -> Self {
        Self::parse("*").expect("`*` is a pattern")
    }

    /// Whether the workload is meant.
    #[must_use]
    pub fn matches(&self, workload: &WorkloadId) -> bool {
        self.matcher.is_match(&workload.0)
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.matcher.glob().glob()
    }
}

impl PartialEq for WorkloadPattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl fmt::Display for WorkloadPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, workload: &str) -> bool {
        WorkloadPattern::parse(pattern).unwrap().matches(&WorkloadId(workload.to_owned()))
    }

    #[test]
    fn a_star_crosses_slashes() {
        assert!(matches("pipeline/*/e2e*", "pipeline/decode/group/e2e small"));
        assert!(matches("*", "command/wordcount/a.txt"));
        assert!(!matches("pipeline/*", "other/pipeline/x"));
    }

    #[test]
    fn what_has_a_meaning_can_stand_for_itself() {
        assert!(matches(r"p/t/\[1\]", "p/t/[1]"));
        assert!(!matches("p/t/[1]", "p/t/[1]"));
    }

    #[test]
    fn a_pattern_that_is_none_is_refused() {
        for text in ["", "[", "{a", "a\\", &"*".repeat(1001)] {
            assert!(WorkloadPattern::parse(text).is_err(), "{text}");
        }
    }
}
