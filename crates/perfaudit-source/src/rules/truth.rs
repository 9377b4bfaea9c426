//! The examples, whose defects are known: each is found at its line by a rule for its kind.

use std::path::Path;

use toml_edit::{Document, Item, Table};

use crate::scan::{ScanRequest, ScannedFile, scan};

/// The rules that a kind of defect is found by.
fn rules_of(kind: &str) -> &'static [&'static str] {
    match kind {
        "config re-read" | "environment captured per call" => &["setting-per-call"],
        "regex in a loop or fn" => &["regex-per-call"],
        "O(n^2) scans" => &["quadratic-scan", "remove-front"],
        "collect then iterate" => &["collect-then-iterate"],
        "SipHash in a hot path" => &["siphash"],
        "redundant clone" | "needless clone of an argument" => &["redundant-clone", "clone-in-loop"],
        "lock in a loop" => &["lock-in-loop"],
        "look-up then insert" => &["lookup-then-insert"],
        "JSON serialisation in a hot path" => &["json-as-value"],
        "hard-coded tuning constants" => &["tuning-constant"],
        "no capacity" => &["no-capacity"],
        "+= format!" => &["format-push"],
        "String where &str would do" => &["owned-key-lookup"],
        "unbuffered IO" => &["unbuffered-io"],
        "println in a loop" => &["print-in-loop"],
        "large enum / future" => &["large-enum"],
        _ => &[],
    }
}

fn text<'a>(defect: &'a Table, key: &str) -> &'a str {
    defect.get(key).and_then(Item::as_str).unwrap_or_else(|| panic!("{key}: {defect}"))
}

/// What the compiler must bear out counts, too: it is asked where an example is audited.
fn is_found(defect: &Table, files: &[ScannedFile]) -> bool {
    let lines = defect.get("lines").and_then(Item::as_array).unwrap();
    let line = |at: usize| u32::try_from(lines.get(at).unwrap().as_integer().unwrap()).unwrap();
    let rules = rules_of(text(defect, "kind"));
    let hits =
        files.iter().filter(|file| file.path == text(defect, "file")).flat_map(|file| &file.analysis.hits);
    let mut meant = hits.filter(|hit| rules.contains(&hit.rule.as_ref()));
    meant.any(|hit| hit.line <= line(1) && line(0) <= hit.end_line)
}

fn missed(example: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(example);
    let request =
        ScanRequest { root: &root, packages: &[], skip: &[root.join("target")], exclude: &[], cache: None };
    let files = scan(&request).unwrap().files;
    let truth: Document<String> = std::fs::read_to_string(root.join("TRUTH.toml")).unwrap().parse().unwrap();
    let defects = truth.get("defect").and_then(Item::as_array_of_tables).unwrap();
    defects
        .iter()
        .filter(|defect| !is_found(defect, &files))
        .map(|defect| format!("{} ({})", text(defect, "id"), text(defect, "kind")))
        .collect()
}

// Words that are kept are borrowed from the collected ones, and words of a note can be chosen by whoever writes it: both
// rules leave such places alone.
#[test]
fn all_but_two_planted_defects_of_the_command_line_example_are_found_at_their_lines() {
    let missed = missed("cli-app");
    assert_eq!(
        missed,
        ["words-collected (collect then iterate)", "siphash-word-counts (SipHash in a hot path)"]
    );
}

#[test]
fn every_planted_defect_of_the_pipeline_example_is_found_at_its_line() {
    assert_eq!(missed("log-pipeline"), Vec::<String>::new());
}
