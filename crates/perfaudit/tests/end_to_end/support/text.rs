//! Text without what differs from run to run.

use std::path::Path;

use regex::Regex;

/// Puts names in place of paths, times and numbers of processes.
pub(crate) fn redacted(text: &str, root: &Path) -> String {
    let text = text.replace(&*root.to_string_lossy(), "[project]");
    [
        (r"\d{8}T\d{6}Z-[0-9a-f]{4}", "[run]"),
        (r"thread 'main' \(\d+\)", "thread 'main'"),
        (r"\b\d+(\.\d+)? (min \d+ s|min|ms|s)\b", "[time]"),
        (r"rustc \d\S* \([^)]*\)", "[rustc]"),
    ]
    .into_iter()
    .fold(text, |text, (pattern, name)| {
        Regex::new(pattern).expect("the pattern is valid").replace_all(&text, name).into_owned()
    })
}
