//! Runs that can be shown to others.

use std::collections::BTreeSet;
use std::process::Command;

use perfaudit_result::ProofVerdict;
use walkdir::WalkDir;

use crate::comparisons::{commit, compare, comparison, repository, row};
use crate::support::{Audited, MANIFEST, Project, bench_section, fake_bench};

const MAIN: &str = r#"fn main() {
    let words: Vec<String> = (0..400_000_u64).map(|n| (n * 7919).to_string()).collect();
    let text = joined_badly(&words);
    std::process::exit(i32::from(text.is_empty()));
}
#[inline(never)]
fn joined_badly(words: &[String]) -> String {
    let mut joined_text = String::new();
    for a_single_word in words {
        joined_text.push_str(&format!("<{a_single_word}> of many"));
    }
    joined_text
}
"#;

const SETTINGS: &str = "[[command]]\nname = \"joined\"\nrun = [\"./joined\"]\nruns = 6\n";

#[test]
fn a_redacted_run_holds_no_line_of_source_and_no_path_outside_of_the_project() {
    let manifest = format!("{MANIFEST}{}{}", bench_section("panics"), bench_section("broken"));
    let project = Project::small()
        .file("Cargo.toml", &manifest)
        .file("src/main.rs", MAIN)
        .file("perfaudit.toml", SETTINGS)
        .file(
            "benches/panics.rs",
            &fake_bench("(\"panics\", |_| assert!(fake_criterion_is_sound(3), \"the secret is out\"))"),
        )
        .file("benches/broken.rs", "fn main() { let unfinished_number: u8 = \"not a number at all\"; }\n");
    let compiled = Command::new("rustc")
        .args(["-O", "-g", "--edition", "2021", "-o", "joined", "src/main.rs"])
        .current_dir(project.root())
        .status()
        .unwrap();
    assert!(compiled.success());
    let audited = project
        .audit(&["--redact", "--mode", "quick", "--budget", "10s", "--only", "source", "--only", "cpu"]);
    let result = &audited.result;
    assert!(result.findings.iter().any(|finding| finding.rule == "format-push"));
    let row = result.cpu.as_ref().unwrap().workloads.iter().find(|row| row.profile.is_some()).unwrap();
    assert!(row.hotspots.iter().any(|hotspot| hotspot.symbol.ends_with("joined_badly")), "{row:#?}");
    let files = ["src/main.rs", "benches/panics.rs", "benches/broken.rs", "fake_criterion.rs"];
    let parts = ["a_single_word", "the secret is out", "not a number at all"];
    nothing_shows(&project, &audited, &files, &parts);
}

#[test]
fn a_redacted_comparison_holds_nothing_that_either_side_printed_and_no_path_outside_of_the_project() {
    let project = repository(&[("sound", 1000)]);
    let manifest = format!("{MANIFEST}{}{}", bench_section("first"), bench_section("broken"));
    let panics = format!(
        "{}\n#[allow(dead_code)]\nfn is_sound(n: u32) -> bool {{ n > 3 }}\n",
        fake_bench("(\"sound\", |_| assert!(is_sound(3), \"the secret is out\"))")
    );
    project.write("Cargo.toml", &manifest);
    project.write("benches/first.rs", &panics);
    project
        .write("benches/broken.rs", "fn main() { let unfinished_number: u8 = \"not a number at all\"; }\n");
    let old = project.home().join("old");
    project.git(&["worktree", "add", "--quiet", "--detach", old.to_str().unwrap(), "HEAD"]);
    let side = format!("path:{}", old.display());
    let audited = compare(&project, &[side.as_str(), "work", "--redact"]);
    assert_eq!(audited.code(), 4);
    let told = |id: &str| row(&audited, id).message.clone().unwrap();
    assert_eq!(told("small/first/sound"), "B: exit code 101\nleft out by `--redact`");
    assert_eq!(told("small/broken"), "B: cannot be built: left out by `--redact`");
    assert_eq!(comparison(&audited).before.name, "<elsewhere>/old");
    let files = ["benches/first.rs", "benches/broken.rs", "fake_criterion.rs"];
    nothing_shows(&project, &audited, &files, &["the secret is out", "not a number at all"]);
}

#[test]
fn a_redacted_certificate_holds_neither_what_stands_where_a_patch_does_not_fit_nor_what_tests_print() {
    let secret = "pub fn the_secret_is_out_of_the_bag() -> u32 {";
    let test = "if grep -q 8000 src/lib.rs; then echo the magic number leaked; exit 1; fi\n";
    let project = repository(&[("sound", 1000)])
        .file("src/lib.rs", &format!("{secret}\n    7000\n}}\n"))
        .file("test.sh", test);
    commit(&project);
    let unfit = project.home().join("unfit.patch");
    let hunk = "@@ -1,3 +1,3 @@\n pub fn other() -> u32 {\n-    6\n+    8\n }\n";
    std::fs::write(&unfit, format!("--- a/src/lib.rs\n+++ b/src/lib.rs\n{hunk}")).unwrap();
    let fails = project.home().join("fails.patch");
    let hunk = format!("@@ -1,3 +1,3 @@\n {secret}\n-    7000\n+    8000\n }}\n");
    std::fs::write(&fails, format!("--- a/src/lib.rs\n+++ b/src/lib.rs\n{hunk}")).unwrap();
    let out = project.home().join("run");
    let outcome = project
        .perfaudit()
        .args(["prove", "--offline", "--mode", "quick", "--redact", "--out"])
        .args([&out])
        .args([&unfit, &fails])
        .args(["--test", "sh test.sh"])
        .run();
    let audited = Audited::read(outcome, &out);
    let verdicts: Vec<_> = audited.result.certificates.iter().map(|one| one.verdict).collect();
    assert_eq!(verdicts, [ProofVerdict::Refused, ProofVerdict::Broken]);
    nothing_shows(&project, &audited, &["src/lib.rs", "benches/first.rs"], &["the magic number leaked"]);
}

/// No file of the run holds a line of these files, one of these texts, or a folder of this machine.
fn nothing_shows(project: &Project, audited: &Audited, files: &[&str], parts: &[&str]) {
    let lines: BTreeSet<String> = files
        .iter()
        .flat_map(|file| {
            let text = std::fs::read_to_string(project.root().join(file)).expect("it is there");
            text.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>()
        })
        .filter(|line| line.len() >= 12)
        .collect();
    let home = project.home().to_string_lossy().into_owned();
    let mut seen = 0;
    for entry in WalkDir::new(&audited.directory).into_iter().map(Result::unwrap) {
        if !entry.file_type().is_file() {
            continue;
        }
        seen += 1;
        let text =
            String::from_utf8_lossy(&std::fs::read(entry.path()).expect("it can be read")).into_owned();
        let shown = |what: &str| text.contains(what).then(|| what.to_owned());
        let all = parts.iter().copied().chain(["/.cargo/registry/", home.as_str()]);
        let found: Vec<String> = lines.iter().map(String::as_str).chain(all).filter_map(shown).collect();
        assert_eq!(found, Vec::<String>::new(), "{}", entry.path().display());
    }
    assert!(seen >= 5, "{seen}");
}
