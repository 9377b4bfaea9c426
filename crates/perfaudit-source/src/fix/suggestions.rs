//! What clippy would have cargo apply by itself.

use super::Edit;
use crate::clippy::{Message, lints};

/// Arguments behind `cargo clippy --message-format=json --`: the lints that concern time and memory, and nothing else.
pub const ARGUMENTS: [&str; 32] = [
    "-Awarnings",
    "-Aclippy::all",
    "--force-warn",
    "clippy::perf",
    "--force-warn",
    "clippy::redundant_clone",
    "--force-warn",
    "clippy::needless_collect",
    "--force-warn",
    "clippy::iter_with_drain",
    "--force-warn",
    "clippy::or_fun_call",
    "--force-warn",
    "clippy::set_contains_or_insert",
    "--force-warn",
    "clippy::inefficient_to_string",
    "--force-warn",
    "clippy::implicit_clone",
    "--force-warn",
    "clippy::cloned_instead_of_copied",
    "--force-warn",
    "clippy::stable_sort_primitive",
    "--force-warn",
    "clippy::clone_on_copy",
    "--force-warn",
    "clippy::unnecessary_fold",
    "--force-warn",
    "clippy::map_clone",
    "--force-warn",
    "clippy::manual_retain",
    "--force-warn",
    "clippy::extend_with_drain",
];

/// A change that clippy calls machine-applicable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The lint, as in `clippy::redundant_clone`.
    pub lint: String,
    /// What clippy says, in one line.
    pub message: String,
    /// The file, relative to where clippy ran.
    pub file: String,
    /// The first and the last line of what it is about, from 1.
    pub lines: (u32, u32),
    /// The column of its beginning, from 1.
    pub column: u32,
    /// The pieces of the file that are replaced.
    pub edits: Vec<Edit>,
}

/// Reads cargo's messages, one JSON object a line. What comes of the expansion of a macro, and what concerns several
/// files, is left out; a message that several targets repeat is told once.
#[must_use]
pub fn suggestions(output: &str) -> Vec<Suggestion> {
    let mut found: Vec<Suggestion> = Vec::new();
    for (lint, message) in lints(output) {
        if let Some(suggestion) = suggestion(lint, &message).filter(|one| !found.contains(one)) {
            found.push(suggestion);
        }
    }
    found
}

fn suggestion(lint: String, message: &Message) -> Option<Suggestion> {
    let place = message.spans.iter().find(|span| span.is_primary)?;
    // The first help that holds a suggestion: others are alternatives to it.
    let mut helps = message.children.iter().map(|child| child.spans.iter().collect::<Vec<_>>());
    let spans = helps.find(|spans| spans.iter().any(|span| span.suggested_replacement.is_some()))?;
    let is_safe = spans.iter().all(|span| {
        span.suggestion_applicability.as_deref() == Some("MachineApplicable")
            && span.expansion.is_none()
            && span.file() == place.file()
    });
    if !is_safe || place.expansion.is_some() || !lint.starts_with("clippy::") {
        return None;
    }
    let edits = spans.iter().map(|span| Edit {
        start: span.byte_start,
        end: span.byte_end,
        text: span.suggested_replacement.clone().unwrap_or_default(),
    });
    Some(Suggestion {
        edits: edits.collect(),
        message: message.message.lines().next().unwrap_or_default().to_owned(),
        file: place.file(),
        lines: (place.line_start, place.line_end),
        column: place.column_start,
        lint,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = r#"{"reason":"compiler-message","message":{"code":{"code":"clippy::redundant_clone"},"message":"redundant clone","spans":[{"file_name":"src/lib.rs","byte_start":40,"byte_end":48,"line_start":3,"line_end":3,"column_start":9,"column_end":17,"is_primary":true,"expansion":null}],"children":[{"message":"this value is dropped","spans":[]},{"message":"remove this","spans":[{"file_name":"src/lib.rs","byte_start":40,"byte_end":48,"line_start":3,"line_end":3,"column_start":9,"column_end":17,"is_primary":true,"suggested_replacement":"","suggestion_applicability":"MachineApplicable","expansion":null}]}]}}
{"reason":"compiler-message","message":{"code":{"code":"clippy::or_fun_call"},"message":"function call","spans":[{"file_name":"src/lib.rs","byte_start":60,"byte_end":68,"line_start":4,"line_end":4,"column_start":9,"column_end":17,"is_primary":true,"expansion":null}],"children":[{"message":"try","spans":[{"file_name":"src/lib.rs","byte_start":60,"byte_end":68,"line_start":4,"line_end":4,"column_start":9,"column_end":17,"is_primary":true,"suggested_replacement":"x","suggestion_applicability":"MaybeIncorrect","expansion":null}]}]}}
{"reason":"compiler-message","message":{"code":{"code":"unused_variables"},"message":"unused","spans":[{"file_name":"src/lib.rs","byte_start":70,"byte_end":71,"line_start":5,"line_end":5,"column_start":9,"column_end":17,"is_primary":true,"expansion":null}],"children":[{"message":"try","spans":[{"file_name":"src/lib.rs","byte_start":70,"byte_end":71,"line_start":5,"line_end":5,"column_start":9,"column_end":17,"is_primary":true,"suggested_replacement":"_x","suggestion_applicability":"MachineApplicable","expansion":null}]}]}}
{"reason":"build-finished","success":true}
{"reason": 7}
warning: no JSON
"#;

    #[test]
    fn only_what_clippy_calls_machine_applicable_is_taken_and_each_once() {
        let expected = Suggestion {
            lint: "clippy::redundant_clone".into(),
            message: "redundant clone".into(),
            file: "src/lib.rs".into(),
            lines: (3, 3),
            column: 9,
            edits: vec![Edit { start: 40, end: 48, text: String::new() }],
        };
        assert_eq!(suggestions(&OUTPUT.repeat(2)), [expected]);
    }
}
