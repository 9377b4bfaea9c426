//! Findings from source, with and without the compiler's types.

use perfaudit_result::{CodeKind, Confidence, Finding, Granularity, Heat, KnownBy, Severity, VerdictStatus};

use crate::support::{Audited, MANIFEST, Project};

const CLONES: &str = "use std::sync::Arc;
mod other;
pub fn spread(label: &Label, names: &[String], name: &Text) -> usize {
    let mut n = 0;
    for other in names {
        n += length(label.clone(), other) + size(name.clone());
    }
    n
}
pub fn known(list: &Names, names: &[String]) -> usize {
    names.iter().filter(|name| list.contains(name)).count()
}
pub type Label = Arc<String>;
pub type Text = String;
pub type Names = Vec<String>;
fn length(label: Label, other: &str) -> usize {
    label.len() + other.len()
}
fn size(text: Text) -> usize {
    text.len()
}
pub fn again(text: &String, names: &[String]) -> usize {
    let mut n = 0;
    for name in names {
        n += name.len() + size(text.clone());
    }
    n
}
#[cfg(test)]
mod tests {
    #[test]
    fn pushes() {
        let mut text = String::new();
        text.push_str(&format!(\"{}\", 1));
        assert_eq!(text, \"1\");
    }
}
";

const OTHER: &str = "pub fn rows(out: &mut String, n: usize) {
    // perfaudit: allow(format-push) once a day
    out.push_str(&format!(\"{n} rows\"));
    *out += &format!(\"{n}\");
}
";

fn project() -> Project {
    Project::small().file("Cargo.toml", MANIFEST).file("src/lib.rs", CLONES).file("src/other.rs", OTHER)
}

fn found<'a>(audited: &'a Audited, rule: &str) -> Vec<&'a Finding> {
    audited.result.findings.iter().filter(|finding| finding.rule == rule).collect()
}

fn line(finding: &Finding) -> u32 {
    finding.locations[0].line.expect("findings in source have a line")
}

#[test]
fn types_that_only_the_compiler_knows_tell_clones_of_memory_from_counted_references() {
    let project = project();
    let audited = project.audit(&["--only", "source"]);
    let source = audited.result.source.as_ref().expect("the source was read");
    assert!(source.oracle.used, "{}", source.oracle.detail);
    assert_eq!((source.oracle.confirmed, source.oracle.refuted), (3, 1));
    let clones = found(&audited, "clone-in-loop");
    // The surest first: of an alias, the file alone does not tell whether it holds memory.
    assert_eq!(clones.iter().map(|clone| line(clone)).collect::<Vec<_>>(), [25, 6]);
    assert_eq!(
        clones.iter().map(|clone| clone.confidence).collect::<Vec<_>>(),
        [Confidence::High, Confidence::Medium]
    );
    assert!(clones[1].message.contains("name.clone()"), "{}", clones[1].message);
    assert_eq!(clones[1].code.as_ref().unwrap().known_by, KnownBy::Types);
    let scans = found(&audited, "quadratic-scan");
    assert_eq!((scans.len(), line(scans[0]), scans[0].confidence), (1, 11, Confidence::High));
}

#[test]
fn what_was_not_measured_is_a_note_and_says_so_and_a_second_run_reads_nothing_again() {
    let project = project();
    let audited = project.audit(&["--only", "source"]);
    assert_eq!(audited.result.verdict.status, VerdictStatus::Pass);
    assert!(
        audited.result.verdict.headline.contains("none was measured"),
        "{}",
        audited.result.verdict.headline
    );
    for finding in &audited.result.findings {
        assert_eq!((finding.severity, finding.granularity), (Severity::Note, Granularity::NotMeasured));
        assert_eq!((finding.share_of_cpu, finding.code.as_ref().unwrap().heat), (None, Heat::NotMeasured));
    }
    let pushes = found(&audited, "format-push");
    let kinds: Vec<CodeKind> = pushes.iter().map(|finding| finding.code.as_ref().unwrap().kind).collect();
    assert_eq!(kinds, [CodeKind::Production, CodeKind::Test]);
    assert_eq!((line(pushes[0]), pushes[0].locations[0].file.as_str()), (4, "src/other.rs"));
    let source = audited.result.source.as_ref().unwrap();
    let allowed: u64 = source.rules.iter().map(|rule| rule.allowed).sum();
    assert_eq!((allowed, source.cache_hits), (1, 0));
    let again = project.audit(&["--only", "source"]);
    let source = again.result.source.as_ref().unwrap();
    // The manifest, the benchmark and what stands for its harness were read, too.
    assert_eq!((source.cache_hits, source.cache_misses), (5, 0));
    assert_eq!(again.result.findings, audited.result.findings);
}

#[test]
fn a_project_that_does_not_compile_has_findings_from_its_syntax() {
    let project =
        project().file("src/broken.rs", "").file("src/other.rs", "pub fn rows( { let x: u8 = \"\"; }\n");
    let audited = project.audit(&["--only", "source"]);
    let source = audited.result.source.as_ref().unwrap();
    assert!(!source.oracle.used);
    assert!(
        source.oracle.detail.starts_with("the project does not compile: error"),
        "{}",
        source.oracle.detail
    );
    assert_eq!(found(&audited, "clone-in-loop").len(), 1);
    assert_eq!(found(&audited, "quadratic-scan").len(), 0);
    assert!(audited.outcome.stdout.contains("findings are from syntax alone"), "{}", audited.outcome.stdout);
}

#[test]
fn rules_and_paths_are_switched_off_and_levels_raised_by_the_configuration() {
    let settings = "[source]\nexclude = [\"src/other.rs\"]\noff = [\"quadratic-scan\"]\nwarning = [\"clone-in-loop\"]\ntypes = false\n";
    let project = project().file("perfaudit.toml", settings);
    let audited = project.audit(&["--only", "source"]);
    let levels = |rule| found(&audited, rule).iter().map(|finding| finding.severity).collect::<Vec<_>>();
    assert_eq!(levels("clone-in-loop"), [Severity::Warning]);
    assert_eq!(levels("format-push"), [Severity::Note]);
    assert_eq!(levels("quadratic-scan"), []);
    project.write("perfaudit.toml", "[source]\noff = [\"quadratic\"]\n");
    let refused = project.perfaudit().args(["source", "--offline"]).run();
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("there is no rule `quadratic`"), "{}", refused.stderr);
}

#[test]
fn rules_are_found_by_words_and_explained() {
    let project = Project::empty();
    let found = project.perfaudit().args(["rules", "regular", "expression"]).run();
    assert!(found.stdout.lines().next().unwrap().contains("regex-per-call"), "{}", found.stdout);
    let explained = project.perfaudit().args(["explain", "regex-per-call"]).run();
    assert!(explained.stdout.contains("## When not to"), "{}", explained.stdout);
}

/// A package whose dependency nobody can fetch.
const UNREACHABLE: &str = "[package]\nname = \"small\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[dependencies]\ngone = { git = \"file:///nowhere/gone.git\" }\n";

#[test]
fn a_project_whose_dependencies_cannot_be_fetched_has_findings_from_its_syntax_and_says_why() {
    let project = project().file("Cargo.toml", UNREACHABLE);
    let audited = project.audit(&["--only", "source"]);
    assert_eq!(audited.outcome.code, Some(0), "{}", audited.outcome.stderr);
    let result = &audited.result;
    assert_eq!(
        result.project.packages.iter().map(|package| package.name.as_str()).collect::<Vec<_>>(),
        ["small"]
    );
    let limit = result.limits.iter().find(|limit| limit.code == "without-dependencies").expect("it is told");
    assert!(limit.message.starts_with("cargo cannot load this project: "), "{}", limit.message);
    assert!(!result.source.as_ref().unwrap().oracle.used);
    assert_eq!(found(&audited, "clone-in-loop").len(), 1);
}

#[test]
fn a_folder_that_cargo_knows_nothing_of_has_findings_from_its_files_and_an_audit_of_it_has_none() {
    for manifest in ["[package\n", "[workspace]\nmembers = [\"gone\"]\n"] {
        let project = project().file("Cargo.toml", manifest);
        let audited = project.audit(&["--only", "source"]);
        assert_eq!(audited.outcome.code, Some(0), "{}", audited.outcome.stderr);
        assert!(audited.result.limits.iter().any(|limit| limit.code == "files-alone"));
        assert_eq!(found(&audited, "clone-in-loop").len(), 1);
        let refused = project.perfaudit().args(["audit", "--offline"]).run();
        assert_eq!(refused.code, Some(4), "{}", refused.stderr);
    }
}
