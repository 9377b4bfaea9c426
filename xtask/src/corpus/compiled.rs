//! What of the corpus compiles: clippy says nothing of what does not.
//!
//! Most of it uses types and functions that nobody defines. `stubs.txt` defines what it can; items that still do not compile
//! are left out, and lines stay where they are.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::path::Path;

use serde_json::Value;

use super::marks::files;
use crate::error::TaskError;
use crate::{child, workspace};

/// Its dependencies are those that the corpus names.
const MANIFEST: &str = r#"[package]
name = "corpus"
version = "0.1.0"
edition = "2024"

[workspace]

[dependencies]
globset = "0.4"
hashbrown = "0.16"
once_cell = "1"
parking_lot = "0.12"
regex = "1"
serde = { version = "1", features = ["derive"] }
serde_json = "1"
tokio = { version = "1", features = ["full"] }
tracing = "0.1"
"#;

const STUBS: &str = include_str!("stubs.txt");

/// More rounds than errors hide behind each other.
const MOST_ROUNDS: usize = 20;

/// The corpus as it compiles.
#[derive(Debug, Default)]
pub(super) struct Compiled {
    /// Lines that were left out, by file.
    dropped: BTreeMap<String, BTreeSet<u32>>,
}

impl Compiled {
    /// Writes a crate of what compiles.
    pub(super) fn prune(corpus: &Path, work: &Path) -> Result<Self, TaskError> {
        let files = files(corpus)?;
        let modules = files.keys().map(|file| format!("mod {};\n", file.trim_end_matches(".rs")));
        let root = format!("#![allow(dead_code, unused)]\nmod stubs;\n{}", modules.collect::<String>());
        workspace::write(&work.join("Cargo.toml"), MANIFEST)?;
        workspace::write(&work.join("src/lib.rs"), &root)?;
        workspace::write(&work.join("src/stubs.rs"), STUBS)?;
        let mut compiled = Self::default();
        for _ in 0..MOST_ROUNDS {
            compiled.write(&files, work)?;
            let told = check(work)?;
            if told.is_empty() {
                return Ok(compiled);
            }
            if !compiled.drop_items(&files, &told) {
                return Err(TaskError::Failed(format!("the stubs of the corpus do not compile: {told:?}")));
            }
        }
        Err(TaskError::Failed("the corpus does not compile, whatever is left out".to_owned()))
    }

    /// Whether a line, from 1, was left out.
    pub(super) fn is_dropped(&self, file: &str, line: u32) -> bool {
        self.dropped.get(file).is_some_and(|lines| lines.contains(&line))
    }

    fn write(&self, files: &BTreeMap<String, String>, work: &Path) -> Result<(), TaskError> {
        for (file, text) in files {
            let kept = text.lines().zip(1..).map(|(line, number)| {
                if self.is_dropped(file, number) { "\n".to_owned() } else { format!("{line}\n") }
            });
            let stubbed = kept.chain(["use crate::stubs::*;\n".to_owned()]).collect::<String>();
            workspace::write(&work.join("src").join(file), &stubbed)?;
        }
        Ok(())
    }

    /// Leaves out the items with errors; tells whether there was one that had not been.
    fn drop_items(&mut self, files: &BTreeMap<String, String>, told: &BTreeSet<(String, u32)>) -> bool {
        let mut is_new = false;
        for (file, line) in told {
            let Some(item) =
                files.get(file).and_then(|text| items(text).into_iter().find(|item| item.contains(line)))
            else {
                continue;
            };
            let dropped = self.dropped.entry(file.clone()).or_default();
            for line in item {
                is_new |= dropped.insert(line);
            }
        }
        is_new
    }
}

/// The places of errors: file names and lines.
fn check(work: &Path) -> Result<BTreeSet<(String, u32)>, TaskError> {
    let finished = child::output(
        child::cargo().args(["check", "--quiet", "--message-format", "json"]).current_dir(work),
    )?;
    let text = String::from_utf8_lossy(&finished.stdout);
    let places: BTreeSet<(String, u32)> = messages(&text)
        .filter(|message| message["level"] == "error")
        .flat_map(|message| primary_spans(&message))
        .map(|(file, lines)| (file, *lines.start()))
        .collect();
    if places.is_empty() && !finished.status.success() {
        let said = String::from_utf8_lossy(&finished.stderr).into_owned();
        return Err(TaskError::Failed(format!("the corpus cannot be checked:\n{said}")));
    }
    Ok(places)
}

/// What the compiler said, of cargo's messages.
pub(super) fn messages(text: &str) -> impl Iterator<Item = Value> {
    let read = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    read.filter(|message| message["reason"] == "compiler-message")
        .map(|mut message| message["message"].take())
}

/// File names and lines of what a message is about.
pub(super) fn primary_spans(message: &Value) -> Vec<(String, RangeInclusive<u32>)> {
    let spans = message["spans"].as_array().map(Vec::as_slice).unwrap_or_default();
    let primary = spans.iter().filter(|span| span["is_primary"] == true);
    primary
        .filter_map(|span| {
            let file = span["file_name"].as_str()?.rsplit('/').next()?.to_owned();
            let line = |name: &str| u32::try_from(span[name].as_u64()?).ok();
            Some((file, line("line_start")?..=line("line_end")?))
        })
        .collect()
}

/// The lines of the items of a file, as rustfmt lays them out: from what stands at the margin to what closes it there.
fn items(text: &str) -> Vec<RangeInclusive<u32>> {
    let mut items = Vec::new();
    let mut begun: Option<u32> = None;
    for (line, number) in text.lines().zip(1..) {
        let at_margin = line.starts_with(|c: char| !c.is_whitespace()) && !line.starts_with("//");
        if !at_margin {
            continue;
        }
        let code = line.split("//").next().unwrap_or_default().trim_end();
        let first = *begun.get_or_insert(number);
        let is_attribute = code.starts_with("#[");
        if !is_attribute && (code.ends_with(';') || code.ends_with('}')) {
            items.push(first..=number);
            begun = None;
        }
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_reach_from_their_attributes_to_what_closes_them() {
        let text = "use a::b;\n\n#[get]\nfn one() {\n    two();\n} // end\n\n// No item.\nstruct Two;\nconst THREE: [u8; 2] = [\n    1,\n];\n";
        assert_eq!(items(text), [1..=1, 3..=6, 9..=9, 10..=12]);
    }
}
