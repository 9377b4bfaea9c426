//! `cargo xtask prove`: what `perfaudit prove` says of the patches of the examples, beside what is true.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use clap::Args;
use perfaudit_result::{Certificate, ProofVerdict};
use serde::Deserialize;

use crate::error::TaskError;
use crate::{child, say, workspace};

/// The examples that have patches.
const EXAMPLES: [&str; 2] = ["cli-app", "log-pipeline"];

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Only patches whose `example/file` contains this (repeatable)
    #[arg(value_name = "PATCH")]
    only: Vec<String>,
    /// Begin to measure no further patch after this long; what is decided without measuring comes first
    #[arg(long, value_name = "MINUTES", default_value_t = 15)]
    minutes: u64,
    /// How much time to measure one patch
    #[arg(long, value_name = "TIME", default_value = "60s")]
    budget: String,
    /// The optimised perfaudit; without it one is built
    #[arg(long, value_name = "FILE")]
    perfaudit: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Truth {
    patch: Vec<Patch>,
}

/// What is true of a patch.
#[derive(Deserialize)]
struct Patch {
    file: String,
    verdict: ProofVerdict,
    /// What is measured to judge it; none where it is stopped before.
    #[serde(default)]
    judged_by: Vec<String>,
}

impl Patch {
    /// Whether it is decided without measuring.
    fn is_cheap(&self) -> bool {
        matches!(self.verdict, ProofVerdict::Refused | ProofVerdict::Broken)
    }
}

/// Judges the patches, and fails when one verdict is wrong.
pub(crate) fn run(arguments: &Arguments) -> Result<(), TaskError> {
    let perfaudit = child::release_binary(arguments.perfaudit.as_ref())?;
    let began = Instant::now();
    let limit = Duration::from_secs(60 * arguments.minutes);
    let mut told = Told::default();
    let mut measured = Vec::new();
    for example in EXAMPLES {
        let patches = chosen(example, &arguments.only)?;
        let (cheap, others): (Vec<Patch>, Vec<Patch>) = patches.into_iter().partition(Patch::is_cheap);
        let files: Vec<&str> = cheap.iter().map(|patch| patch.file.as_str()).collect();
        if !files.is_empty() {
            // One call for all of them: their tests share what is built.
            let certificates = judge(&perfaudit, example, &files, &[], &arguments.budget)?;
            for patch in &cheap {
                told.tell(example, patch, certificates.get(&patch.file), began);
            }
        }
        measured.extend(others.into_iter().map(|patch| (example, patch)));
    }
    for (example, patch) in &measured {
        if patch.judged_by.is_empty() || began.elapsed() >= limit {
            told.left += 1;
            continue;
        }
        let files = [patch.file.as_str()];
        let certificates = judge(&perfaudit, example, &files, &patch.judged_by, &arguments.budget)?;
        told.tell(example, patch, certificates.get(&patch.file), began);
    }
    say(&format!("{} right, {} wrong, {} not judged", told.right, told.wrong, told.left));
    if told.wrong > 0 {
        return Err(TaskError::Failed(format!("{} verdicts are wrong", told.wrong)));
    }
    Ok(())
}

fn root(example: &str) -> PathBuf {
    workspace::root().join("examples").join(example)
}

fn chosen(example: &str, only: &[String]) -> Result<Vec<Patch>, TaskError> {
    let path = root(example).join("patches/TRUTH.toml");
    let text = fs::read_to_string(&path).map_err(TaskError::file(&path))?;
    let truth: Truth =
        toml::from_str(&text).map_err(|error| TaskError::Failed(format!("{}: {error}", path.display())))?;
    let is_meant = |patch: &Patch| {
        let name = format!("{example}/{}", patch.file);
        only.is_empty() || only.iter().any(|part| name.contains(part))
    };
    Ok(truth.patch.into_iter().filter(is_meant).collect())
}

/// The certificates of patches, by the names of their files.
fn judge(
    perfaudit: &Path,
    example: &str,
    files: &[&str],
    by: &[String],
    budget: &str,
) -> Result<BTreeMap<String, Certificate>, TaskError> {
    let out = tempfile::tempdir().map_err(TaskError::file(Path::new("a temporary folder")))?;
    let mut command = Command::new(perfaudit);
    command
        .args(["prove", "--offline", "--mode", "quick", "--format", "json", "--budget", budget, "--out"])
        .arg(out.path().join("run"))
        .args(by)
        .args(files.iter().map(|file| format!("patches/{file}")))
        .current_dir(root(example));
    let output = child::output(&mut command)?;
    let text = String::from_utf8_lossy(&output.stdout);
    let result = perfaudit_result::from_json(&text).map_err(|_| {
        TaskError::Failed(format!("{files:?}: {}", String::from_utf8_lossy(&output.stderr).trim()))
    })?;
    let named = result.certificates.into_iter().map(|certificate| {
        let name = certificate.patch.name.trim_start_matches("patches/").to_owned();
        (name, certificate)
    });
    Ok(named.collect())
}

#[derive(Default)]
struct Told {
    right: usize,
    wrong: usize,
    left: usize,
}

impl Told {
    fn tell(&mut self, example: &str, patch: &Patch, certificate: Option<&Certificate>, began: Instant) {
        let is_right = certificate.is_some_and(|found| found.verdict == patch.verdict);
        self.right += usize::from(is_right);
        self.wrong += usize::from(!is_right);
        let found = certificate.map_or("none", |found| found.verdict.as_str());
        let why = certificate.map_or("", |found| found.reason.as_str());
        say(&format!(
            "{:>4} s  {}  {example}/{}: {found}, in truth {}: {why}",
            began.elapsed().as_secs(),
            if is_right { "right" } else { "WRONG" },
            patch.file,
            patch.verdict.as_str(),
        ));
        for claim in certificate.iter().flat_map(|found| &found.claims) {
            say(&format!("          claim {:?}: {}: {}", claim.state, claim.text, claim.evidence));
        }
    }
}
