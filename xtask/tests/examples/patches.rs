//! patches/TRUTH.toml says what becomes of each patch; the patches must still fit the source, or fail as it says.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use serde::Deserialize;

use super::{EXAMPLES, Example};

/// More changed lines than this are refused.
const MOST_LINES: usize = 50;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Truth {
    patch: Vec<Patch>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Patch {
    file: String,
    does: String,
    verdict: Verdict,
    gate: Option<Gate>,
    why: Option<String>,
    mends: Option<String>,
    changed_lines: Option<usize>,
    claim: Option<Claim>,
    #[serde(default)]
    conflicts_with: Vec<String>,
    #[serde(default)]
    measured: Vec<Measured>,
    /// Arguments of `perfaudit prove` that choose what is measured.
    #[serde(default)]
    judged_by: Vec<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Proven,
    Inconclusive,
    Refuted,
    Broken,
    Refused,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
enum Gate {
    Applies,
    Inside,
    Compiles,
    Tests,
    ChangedLines,
    Dependencies,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Claim {
    text: String,
    holds: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Measured {
    workload: String,
    of: String,
    before: f64,
    after: f64,
    ratio: f64,
}

fn truths() -> impl Iterator<Item = (&'static Example, Vec<Patch>)> {
    EXAMPLES.iter().map(|example| (example, example.read::<Truth>("patches/TRUTH.toml").patch))
}

fn all() -> impl Iterator<Item = (&'static Example, Patch)> {
    truths().flat_map(|(example, patches)| patches.into_iter().map(move |patch| (example, patch)))
}

impl Patch {
    fn text(&self, example: &Example) -> String {
        example.text(format!("patches/{}", self.file))
    }

    /// The added and removed lines of all hunks.
    fn changed_lines(&self, example: &Example) -> usize {
        let text = self.text(example);
        let lines = text.lines().filter(|line| !line.starts_with("--- ") && !line.starts_with("+++ "));
        lines.filter(|line| line.starts_with(['+', '-'])).count()
    }

    /// Whether git would apply it.
    fn applies(&self, example: &Example) -> bool {
        let mut git = Command::new("git");
        git.args(["apply", "--check"]).arg(format!("patches/{}", self.file)).current_dir(example.root());
        git.output().expect("there is a git").status.success()
    }
}

#[test]
fn every_patch_is_in_the_truth_and_the_truth_names_no_other() {
    for (example, truth) in truths() {
        let told: BTreeSet<String> = truth.iter().map(|patch| patch.file.clone()).collect();
        let files = fs::read_dir(example.root().join("patches")).expect("there are patches");
        let names = files.map(|file| file.expect("the folder can be read").file_name());
        let names = names.map(|name| name.into_string().expect("it is text"));
        let found: BTreeSet<String> = names.filter(|name| name.ends_with(".patch")).collect();
        assert_eq!(told, found, "{}", example.name);
        assert_eq!(told.len(), truth.len(), "{}", example.name);
    }
}

#[test]
fn patches_apply_unless_it_is_said_that_they_do_not() {
    for (example, patch) in all() {
        let stops = matches!(patch.gate, Some(Gate::Applies | Gate::Inside));
        assert_eq!(patch.applies(example), !stops, "{}", patch.file);
    }
}

#[test]
fn the_number_of_changed_lines_is_right_and_too_many_are_refused() {
    for (example, patch) in all() {
        if let Some(lines) = patch.changed_lines {
            assert_eq!(patch.changed_lines(example), lines, "{}", patch.file);
            assert_eq!(lines > MOST_LINES, patch.gate == Some(Gate::ChangedLines), "{}", patch.file);
        } else {
            assert!(matches!(patch.gate, Some(Gate::Applies | Gate::Inside)), "{}", patch.file);
        }
    }
}

#[test]
fn only_the_patch_with_a_new_dependency_touches_a_manifest() {
    for (example, patch) in all() {
        let touches = patch.text(example).contains("Cargo.toml\n");
        assert_eq!(touches, patch.gate == Some(Gate::Dependencies), "{}", patch.file);
    }
}

#[test]
fn there_is_a_patch_for_every_verdict_and_every_gate_but_one() {
    for (example, truth) in truths() {
        let verdicts: BTreeSet<Verdict> = truth.iter().map(|patch| patch.verdict).collect();
        let gates: BTreeSet<Gate> = truth.iter().filter_map(|patch| patch.gate).collect();
        assert_eq!(verdicts.len(), 5, "{}: {verdicts:?}", example.name);
        assert!(gates.len() >= 5, "{}: {gates:?}", example.name);
    }
}

#[test]
fn what_stops_at_a_gate_says_why_and_what_does_not_was_measured() {
    for (_, patch) in all() {
        assert!(!patch.does.is_empty(), "{}", patch.file);
        let stopped = matches!(patch.verdict, Verdict::Broken | Verdict::Refused);
        assert_eq!(patch.gate.is_some(), stopped, "{}", patch.file);
        if stopped {
            assert!(patch.why.is_some(), "{}", patch.file);
        } else {
            assert!(!patch.measured.is_empty(), "{}", patch.file);
        }
    }
}

#[test]
fn what_is_stopped_before_anything_is_measured_needs_nothing_to_be_judged_by() {
    for (_, patch) in all() {
        let stopped = matches!(patch.verdict, Verdict::Broken | Verdict::Refused);
        assert!(!stopped || patch.judged_by.is_empty(), "{}", patch.file);
    }
}

#[test]
fn ratios_are_those_of_the_counts_and_agree_with_the_verdict() {
    for (_, patch) in all() {
        let mut ratios = Vec::new();
        for one in &patch.measured {
            assert!(!one.workload.is_empty() && !one.of.is_empty(), "{}", patch.file);
            assert!((one.after / one.before - one.ratio).abs() < 0.0051, "{}: {}", patch.file, one.workload);
            ratios.push(one.ratio);
        }
        match patch.verdict {
            Verdict::Proven => assert!(ratios.iter().any(|ratio| *ratio <= 0.98), "{}", patch.file),
            Verdict::Inconclusive | Verdict::Refuted => {
                assert!(ratios.iter().all(|ratio| *ratio > 0.97), "{}: {ratios:?}", patch.file);
            }
            Verdict::Broken | Verdict::Refused => {}
        }
    }
}

#[test]
fn claims_stand_in_the_patches_and_what_a_patch_mends_is_a_defect() {
    for (example, truth) in truths() {
        let source = example.text("TRUTH.toml");
        for patch in &truth {
            let text = patch.text(example);
            let prose = text.split("\n--- ").next().expect("a text has a first part");
            let promises = prose.contains("xpected") || prose.contains("should ");
            assert_eq!(patch.claim.is_some(), promises, "{}", patch.file);
            if let Some(claim) = &patch.claim {
                assert!(prose.contains(&claim.text), "{}", patch.file);
                let is_true = claim.holds == Some(true);
                assert!(!is_true || patch.verdict != Verdict::Refuted, "{}", patch.file);
            }
            if let Some(defect) = &patch.mends {
                assert!(source.contains(&format!("id = \"{defect}\"")), "{}: {defect}", patch.file);
            }
            for other in &patch.conflicts_with {
                assert!(truth.iter().any(|patch| patch.file == *other), "{}: {other}", patch.file);
            }
        }
    }
}
