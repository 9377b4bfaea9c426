//! What clippy said.

use std::collections::HashMap;

use perfaudit_result::Confidence;

use crate::clippy::lints;
use crate::rules::{Ask, Hit};
use crate::scan::ScannedFile;

/// What calls resolve to, by file and place.
#[derive(Debug, Default)]
pub struct Answers {
    /// By file, line and column of a method's name: what it is.
    methods: HashMap<(String, u32, u32), String>,
    /// By file, line and column of the end: clones that copy no memory.
    cheap: HashMap<(String, u32, u32), ()>,
}

/// What came of asking.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Answered {
    /// Findings that the types bear out.
    pub confirmed: u64,
    /// Places that are none, by their types, and were removed.
    pub refuted: u64,
}

impl Answers {
    /// Reads cargo's messages, one JSON object a line; other lines are left out.
    #[must_use]
    pub fn read(output: &str) -> Self {
        let mut answers = Self::default();
        for (lint, message) in lints(output) {
            for span in message.spans.iter().filter(|span| span.is_primary) {
                let file = span.file();
                match lint.as_str() {
                    "clippy::disallowed_methods" => {
                        let path = message.message.split('`').nth(1).unwrap_or_default().to_owned();
                        answers.methods.insert((file, span.line_start, span.column_start), path);
                    }
                    "clippy::clone_on_copy" | "clippy::clone_on_ref_ptr" => {
                        answers.cheap.insert((file, span.line_end, span.column_end), ());
                    }
                    _ => {}
                }
            }
        }
        answers
    }

    /// Applies the answers to what rules found: confirms, removes, and lets guesses pass that are borne out. Guesses
    /// without an answer are removed.
    pub fn apply(&self, files: &mut [ScannedFile]) -> Answered {
        let mut answered = Answered::default();
        for file in files {
            let path = &file.path;
            file.analysis.hits.retain_mut(|hit| match self.answer(path, hit) {
                Some(true) => {
                    answered.confirmed += 1;
                    hit.confidence =
                        if hit.confidence == Confidence::Low { Confidence::Medium } else { Confidence::High };
                    hit.is_guess = false;
                    hit.is_confirmed = true;
                    true
                }
                Some(false) => {
                    answered.refuted += 1;
                    false
                }
                None => !hit.is_guess,
            });
        }
        answered
    }

    /// Whether a finding holds by its types; none where they say nothing.
    fn answer(&self, file: &str, hit: &Hit) -> Option<bool> {
        /// `clone()` behind the place where `clone` begins.
        const CLONE: u32 = 7;
        let question = hit.question.as_ref()?;
        let place = (file.to_owned(), question.line, question.column);
        let method = self.methods.get(&place).map(String::as_str);
        match question.ask {
            Ask::CopiesMemory => {
                let is_cheap =
                    self.cheap.contains_key(&(place.0.clone(), question.line, question.column + CLONE));
                (is_cheap || method.is_some()).then_some(!is_cheap)
            }
            Ask::ScansSlice => method.map(|method| method == "slice::contains"),
            Ask::Locks => method.map(|method| method.contains("Mutex") || method.contains("RwLock")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::rules::Question;
    use crate::scan::{FileAnalysis, Place};

    const OUTPUT: &str = r#"{"reason":"compiler-message","message":{"code":{"code":"clippy::disallowed_methods"},"message":"use of a disallowed method `core::clone::Clone::clone`","spans":[{"file_name":"src/lib.rs","byte_start":0,"byte_end":0,"line_start":7,"column_start":16,"line_end":7,"column_end":21,"is_primary":true}]}}
{"reason":"compiler-message","message":{"code":{"code":"clippy::clone_on_ref_ptr"},"message":"using `.clone()` on a ref-counted pointer","spans":[{"file_name":"src/lib.rs","byte_start":0,"byte_end":0,"line_start":8,"column_start":14,"line_end":8,"column_end":23,"is_primary":true}]}}
{"reason":"compiler-message","message":{"code":{"code":"clippy::disallowed_methods"},"message":"use of a disallowed method `core::clone::Clone::clone`","spans":[{"file_name":"src/lib.rs","byte_start":0,"byte_end":0,"line_start":8,"column_start":16,"line_end":8,"column_end":21,"is_primary":true}]}}
{"reason":"compiler-message","message":{"code":{"code":"clippy::disallowed_methods"},"message":"use of a disallowed method `slice::contains`","spans":[{"file_name":"src/lib.rs","byte_start":0,"byte_end":0,"line_start":9,"column_start":4,"line_end":9,"column_end":12,"is_primary":true}]}}
{"reason":"build-finished","success":true}
warning: not JSON
"#;

    fn hit(line: u32, column: u32, ask: Ask, is_guess: bool) -> Hit {
        Hit {
            rule: Cow::Borrowed("a"),
            line,
            column,
            end_line: line,
            cost: Vec::new(),
            function: None,
            symbol: String::new(),
            message: String::new(),
            confidence: Confidence::Low,
            is_test: false,
            allowed: None,
            question: Some(Question { line, column, ask }),
            is_guess,
            is_confirmed: false,
            only_from: None,
            saves_lines: false,
        }
    }

    #[test]
    fn types_confirm_refute_and_leave_open() {
        let hits = vec![
            hit(7, 16, Ask::CopiesMemory, false),
            hit(8, 16, Ask::CopiesMemory, false),
            hit(9, 4, Ask::ScansSlice, true),
            hit(10, 4, Ask::ScansSlice, true),
            hit(11, 4, Ask::CopiesMemory, false),
        ];
        let analysis = FileAnalysis { hits, ..FileAnalysis::default() };
        let mut files =
            [ScannedFile { path: "src/lib.rs".into(), package: None, place: Place::Production, analysis }];
        let answered = Answers::read(OUTPUT).apply(&mut files);
        assert_eq!(answered, Answered { confirmed: 2, refuted: 1 });
        let left: Vec<(u32, bool)> =
            files[0].analysis.hits.iter().map(|hit| (hit.line, hit.is_confirmed)).collect();
        assert_eq!(left, [(7, true), (9, true), (11, false)]);
    }
}
