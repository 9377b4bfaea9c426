//! Whether what is told of an iteration is what it allocates: the benchmarks of `examples/log-pipeline`, built once more
//! in a copy with a stand-in for Criterion, whose allocator counts a few iterations of each routine and nothing else.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use perfaudit_result::{AuditResult, PerIteration};

use crate::error::TaskError;
use crate::{child, say, workspace};

const STAND_IN: &str = include_str!("programs/criterion.rs");
const MANIFEST: &str = r#"
[package]
name = "criterion"
version = "0.8.2"
edition = "2021"

[features]
cargo_bench_support = []

[workspace]
"#;

/// What iterations of a benchmark allocate, by the stand-in.
struct Truth {
    iterations: u64,
    blocks: u64,
    bytes: u64,
}

pub(super) fn run(perfaudit: Option<&PathBuf>, folder: &Path) -> Result<(), TaskError> {
    let perfaudit = child::release_binary(perfaudit)?;
    let truth = truth(folder)?;
    let told = told(&perfaudit, folder)?;
    say("| benchmark | blocks told | blocks counted | bytes told | bytes counted | |");
    say("|---|---|---|---|---|---|");
    let mut wrong = Vec::new();
    for (title, truth) in &truth {
        let Some(told) = told.get(title) else {
            wrong.push(format!("{title}: nothing is told"));
            continue;
        };
        let [blocks, bytes] = [&told.count, &told.bytes].map(|figure| figure.value().unwrap_or(f64::NAN));
        let [of_blocks, of_bytes] = [truth.blocks, truth.bytes].map(|sum| mean(sum, truth.iterations));
        // What differs between iterations has no whole number, and is told with as many digits.
        let is_equal = |told: f64, counted: f64| (told - counted).abs() <= 1e-9 * counted;
        let verdict = match is_equal(blocks, of_blocks) && is_equal(bytes, of_bytes) {
            true => "equal",
            false => {
                wrong.push(format!("{title}: {blocks} blocks, {bytes} bytes"));
                "**differs**"
            }
        };
        say(&format!("| `{title}` | {blocks} | {of_blocks} | {bytes} | {of_bytes} | {verdict} |"));
    }
    if wrong.is_empty() { Ok(()) } else { Err(TaskError::Failed(wrong.join("; "))) }
}

#[expect(clippy::cast_precision_loss, reason = "sums of three iterations are below 2^53")]
fn mean(sum: u64, iterations: u64) -> f64 {
    sum as f64 / iterations as f64
}

/// What the stand-in counts, by the titles of benchmarks.
fn truth(folder: &Path) -> Result<BTreeMap<String, Truth>, TaskError> {
    let copy = folder.join("log-pipeline");
    let prefix = "examples/log-pipeline/";
    for file in workspace::text_files()? {
        if let Some(below) = file.path.strip_prefix(prefix) {
            workspace::write(&copy.join(below), &file.text)?;
        }
    }
    let stand_in = folder.join("criterion");
    workspace::write(&stand_in.join("Cargo.toml"), MANIFEST)?;
    workspace::write(&stand_in.join("src/lib.rs"), STAND_IN)?;
    let patch = format!("patch.crates-io.criterion.path={:?}", stand_in.display().to_string());
    let printed = child::stdout(
        child::cargo()
            .args(["bench", "--workspace", "--config", &patch, "--target-dir"])
            .arg(folder.join("target"))
            .current_dir(&copy),
    )?;
    let counted: BTreeMap<String, Truth> = printed.lines().filter_map(line).collect();
    if counted.is_empty() {
        return Err(TaskError::Failed("the stand-in for Criterion counted nothing".to_owned()));
    }
    Ok(counted)
}

/// A line of the stand-in.
fn line(line: &str) -> Option<(String, Truth)> {
    let mut fields = line.strip_prefix("counted\t")?.split('\t');
    let title = fields.next()?.to_owned();
    let mut number = || fields.next()?.parse().ok();
    Some((title, Truth { iterations: number()?, blocks: number()?, bytes: number()? }))
}

/// What perfaudit tells of iterations, by the titles of benchmarks.
fn told(perfaudit: &Path, folder: &Path) -> Result<BTreeMap<String, PerIteration>, TaskError> {
    let mut command = Command::new(perfaudit);
    command.args(["heap", "--format", "json", "--out"]).arg(folder.join("run"));
    let output = child::output(command.current_dir(workspace::root().join("examples/log-pipeline")))?;
    let result: AuditResult = perfaudit_result::from_json(&String::from_utf8_lossy(&output.stdout))
        .map_err(|_| TaskError::Failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()))?;
    let rows = result.heap.map(|heap| heap.workloads).unwrap_or_default();
    // Identifiers are PACKAGE/TARGET/TITLE.
    let title = |id: &str| id.splitn(3, '/').nth(2).map(str::to_owned);
    Ok(rows.into_iter().filter_map(|row| Some((title(&row.id.0)?, row.per_iteration?))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_stand_in_names_the_benchmark_and_what_it_counted() {
        let (title, truth) = line("counted\tdecode/json/plain/10k\t3\t30\t600").expect("it is one");
        assert_eq!(title, "decode/json/plain/10k");
        assert_eq!((truth.iterations, truth.blocks, truth.bytes), (3, 30, 600));
        assert!(line("     Running benches/decode.rs").is_none());
    }
}
