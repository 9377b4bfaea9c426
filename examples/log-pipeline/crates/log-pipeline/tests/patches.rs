//! patches/TRUTH.toml says what becomes of each patch; the patches must still fit the source, or fail as it says.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

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

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(ROOT)
}

/// From this package to the folder that holds `patches`.
const ROOT: &str = "../..";

fn truth() -> Vec<Patch> {
    let text = fs::read_to_string(root().join("patches/TRUTH.toml")).unwrap();
    toml::from_str::<Truth>(&text).unwrap().patch
}

impl Patch {
    fn text(&self) -> String {
        fs::read_to_string(root().join("patches").join(&self.file)).unwrap()
    }

    /// The added and removed lines of all hunks.
    fn changed_lines(&self) -> usize {
        let text = self.text();
        let lines = text.lines().filter(|line| !line.starts_with("--- ") && !line.starts_with("+++ "));
        lines.filter(|line| line.starts_with(['+', '-'])).count()
    }

    /// The first hunk that does not find its old lines at the place it names.
    fn first_misfit(&self) -> Option<String> {
        let text = self.text();
        let (mut source, mut at) = (Vec::new(), 0);
        for line in text.lines() {
            if let Some(file) = line.strip_prefix("--- a/") {
                let text = fs::read_to_string(root().join(file)).unwrap_or_default();
                source = text.lines().map(str::to_owned).collect();
            } else if let Some(hunk) = line.strip_prefix("@@ -") {
                at = hunk.split([',', ' ']).next().unwrap().parse::<usize>().unwrap().saturating_sub(1);
            } else if !source.is_empty() && !line.starts_with("+++ ") {
                let Some(old) = line.strip_prefix([' ', '-']) else { continue };
                if source.get(at).is_none_or(|found| found != old) {
                    return Some(format!("{}: {old}", at + 1));
                }
                at += 1;
            }
        }
        source.is_empty().then(|| "no file that exists".to_owned())
    }
}

#[test]
fn every_patch_is_in_the_truth_and_the_truth_names_no_other() {
    let truth = truth();
    let told: BTreeSet<String> = truth.iter().map(|patch| patch.file.clone()).collect();
    let files = fs::read_dir(root().join("patches")).unwrap().map(|file| file.unwrap().file_name());
    let found: BTreeSet<String> =
        files.map(|name| name.into_string().unwrap()).filter(|name| name.ends_with(".patch")).collect();
    assert_eq!(told, found);
    assert_eq!(told.len(), truth.len());
}

#[test]
fn patches_fit_the_source_unless_it_is_said_that_they_do_not() {
    for patch in truth() {
        let misfit = patch.first_misfit();
        match patch.gate {
            Some(Gate::Applies) if patch.file == "cut-short.patch" => {}
            Some(Gate::Applies | Gate::Inside) => assert!(misfit.is_some(), "{}", patch.file),
            _ => assert_eq!(misfit, None, "{}", patch.file),
        }
    }
}

#[test]
fn the_number_of_changed_lines_is_right_and_too_many_are_refused() {
    for patch in truth() {
        if let Some(lines) = patch.changed_lines {
            assert_eq!(patch.changed_lines(), lines, "{}", patch.file);
            assert_eq!(lines > MOST_LINES, patch.gate == Some(Gate::ChangedLines), "{}", patch.file);
        } else {
            assert!(matches!(patch.gate, Some(Gate::Applies | Gate::Inside)), "{}", patch.file);
        }
    }
}

#[test]
fn only_the_patch_with_a_new_dependency_touches_a_manifest() {
    for patch in truth() {
        let touches = patch.text().contains("Cargo.toml\n");
        assert_eq!(touches, patch.gate == Some(Gate::Dependencies), "{}", patch.file);
    }
}

#[test]
fn there_is_a_patch_for_every_verdict_and_every_gate() {
    let truth = truth();
    let verdicts: BTreeSet<Verdict> = truth.iter().map(|patch| patch.verdict).collect();
    let gates: BTreeSet<Gate> = truth.iter().filter_map(|patch| patch.gate).collect();
    assert_eq!(verdicts.len(), 5, "{verdicts:?}");
    assert!(gates.len() >= 5, "{gates:?}");
}

#[test]
fn what_stops_at_a_gate_says_why_and_what_does_not_was_measured() {
    for patch in truth() {
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
fn ratios_are_those_of_the_counts_and_agree_with_the_verdict() {
    for patch in truth() {
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
    let truth_of_source = fs::read_to_string(root().join("TRUTH.toml")).unwrap();
    let truth = truth();
    for patch in &truth {
        let prose = patch.text().split("\n--- ").next().unwrap().to_owned();
        assert_eq!(
            patch.claim.is_some(),
            prose.contains("xpected") || prose.contains("should "),
            "{}",
            patch.file
        );
        if let Some(claim) = &patch.claim {
            assert!(prose.contains(&claim.text), "{}", patch.file);
            assert!(
                claim.holds.is_none_or(|holds| !holds || patch.verdict != Verdict::Refuted),
                "{}",
                patch.file
            );
        }
        if let Some(defect) = &patch.mends {
            assert!(truth_of_source.contains(&format!("id = \"{defect}\"")), "{}: {defect}", patch.file);
        }
        for other in &patch.conflicts_with {
            assert!(truth.iter().any(|patch| patch.file == *other), "{}: {other}", patch.file);
        }
    }
}
