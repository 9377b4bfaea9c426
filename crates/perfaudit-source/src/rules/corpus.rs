//! How right rules are: each file of the corpus marks with `//~ RULE` the lines that the rule must find, and everything
//! else is a trap for all rules.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{ALL, Check};
use crate::scan::analyse_text;

/// What one rule found and should have found, by file and line.
#[derive(Default)]
struct Tally {
    right: usize,
    missed: Vec<String>,
    wrong: Vec<String>,
}

fn tallies() -> BTreeMap<&'static str, Tally> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules/corpus");
    let mut tallies: BTreeMap<&str, Tally> = ALL.iter().map(|rule| (rule.id, Tally::default())).collect();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let expected: BTreeSet<(&str, u32)> = text
            .lines()
            .zip(1..)
            .filter_map(|(line, number)| Some((line.split_once("//~ ")?.1, number)))
            .flat_map(|(rules, number)| rules.split(',').map(move |rule| (rule.trim(), number)))
            .map(|(rule, number)| (ALL.iter().find(|known| known.id == rule).expect(rule).id, number))
            .collect();
        let analysed = analyse_text(&text).unwrap();
        let found: BTreeSet<(&str, u32)> = analysed
            .hits
            .iter()
            .filter(|hit| !hit.is_guess)
            .map(|hit| (super::find(&hit.rule).unwrap().id, hit.line))
            .collect();
        for (rule, line) in expected.union(&found) {
            let tally = tallies.get_mut(rule).unwrap();
            match (expected.contains(&(rule, *line)), found.contains(&(rule, *line))) {
                (true, true) => tally.right += 1,
                (true, false) => tally.missed.push(format!("{name}:{line}")),
                _ => tally.wrong.push(format!("{name}:{line}")),
            }
        }
    }
    tallies
}

#[test]
fn every_rule_is_right_in_95_of_100_findings_and_finds_90_of_100() {
    let of_files = |rule: &str| matches!(super::find(rule).unwrap().check, Check::File(_));
    let failing: Vec<String> = tallies()
        .into_iter()
        .filter(|(rule, _)| of_files(rule))
        .filter_map(|(rule, Tally { right, missed, wrong })| {
            let precision = right as f64 / (right + wrong.len()).max(1) as f64;
            let recall = right as f64 / (right + missed.len()).max(1) as f64;
            let is_right = right >= 3 && precision >= 0.95 && recall >= 0.90;
            (!is_right).then(|| {
                format!(
                    "{rule}: precision {precision:.2}, recall {recall:.2}; wrong {wrong:?}, missed {missed:?}"
                )
            })
        })
        .collect();
    assert!(failing.is_empty(), "{failing:#?}");
}

/// The table of `docs/rules.md`.
fn table() -> String {
    let mut text = String::from(
        "# Rules on source\n\nWhat `perfaudit source` looks for; `perfaudit explain RULE` tells all of it. The corpus in `crates/perfaudit-source/src/rules/corpus` marks what each rule must find; everything else in it is a trap for all rules.\n\n| rule | category | what it finds | in the corpus: found | missed | wrong |\n|---|---|---|---:|---:|---:|\n",
    );
    let tallies = tallies();
    for rule in ALL {
        let Tally { right, missed, wrong } = &tallies[rule.id];
        let figures = match rule.check {
            Check::File(_) => format!("{right} | {} | {}", missed.len(), wrong.len()),
            Check::Manifest(_) => "- | - | -".to_owned(),
        };
        text.push_str(&format!(
            "| `{}` | {} | {} | {figures} |\n",
            rule.id,
            rule.category.as_str(),
            rule.title
        ));
    }
    text
}

#[test]
fn the_table_of_rules_in_the_documentation_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules.md");
    let table = table();
    if std::env::var_os("PERFAUDIT_WRITE_DOCS").is_some() {
        std::fs::write(&path, &table).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == table,
        "write it anew: PERFAUDIT_WRITE_DOCS=1 cargo test -p perfaudit-source documentation"
    );
}

#[test]
fn rules_have_names_of_their_own_and_full_explanations() {
    let names: BTreeSet<&str> = ALL.iter().map(|rule| rule.id).collect();
    assert_eq!(names.len(), ALL.len());
    assert!(ALL.is_sorted_by_key(|rule| rule.id));
    for rule in ALL {
        for heading in
            ["## What it does", "## Why it matters", "## Example", "## What to do", "## When not to"]
        {
            assert!(rule.explanation.contains(heading), "{}: {heading}", rule.id);
        }
        let instead = rule.instead();
        assert!(!instead.trim().is_empty() && !instead.contains("##"), "{}", rule.id);
    }
}
