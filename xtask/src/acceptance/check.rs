//! What has to hold for every audited crate.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::audit::Audit;
use super::estimates::{self, Comparison};
use super::fetch::Published;
use super::hollow;
use crate::error::TaskError;
use crate::{child, schema};

/// Criterion's line for a benchmark ends so.
const LISTED: &str = ": benchmark";
/// What a report may weigh without profiles.
const LARGEST_REPORT: u64 = 1_500_000;
/// Rules that say that a benchmark measures something else than its name; the audited crates' benchmarks are sound.
const HONESTY_RULES: [&str; 2] = ["optimised-away", "flat-benchmark"];
/// The namespace of SVG is a name, not an address to load from.
const NAMESPACES: &str = "http://www.w3.org/";

/// One thing that has to hold.
#[derive(Debug)]
pub(crate) struct Check {
    pub(crate) name: &'static str,
    /// What was seen, whether or not it holds.
    pub(crate) detail: String,
    /// Why it does not hold.
    pub(crate) problems: Vec<String>,
}

impl Check {
    pub(crate) fn passed(&self) -> bool {
        self.problems.is_empty()
    }

    pub(crate) fn word(&self) -> &'static str {
        if self.passed() { "ok" } else { "FAIL" }
    }

    fn of(name: &'static str, comparison: Comparison) -> Self {
        let detail = format!("{} comparisons, worst {:.1e}", comparison.pairs, comparison.worst);
        Self { name, detail, problems: comparison.problems }
    }
}

/// Everything that is checked of one crate.
pub(crate) fn all(audit: &Audit, published: &Published, directory: &Path) -> Result<Vec<Check>, TaskError> {
    let compared = estimates::compare(audit)?;
    Ok(vec![
        benchmarks(audit, directory)?,
        Check::of("raw samples", compared.samples),
        Check::of("estimates", compared.estimates),
        Check::of("quantiles", compared.quantiles),
        Check::of("intervals", compared.intervals),
        honesty(audit),
        hollow::check(audit, published),
        clean(audit),
        report(audit)?,
        contract(audit)?,
    ])
}

/// Every benchmark that an executable lists is a row, and every row of Criterion is listed.
fn benchmarks(audit: &Audit, directory: &Path) -> Result<Check, TaskError> {
    let listed = listed(audit, directory)?;
    let mut rows: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut problems = Vec::new();
    for row in audit.list("workloads") {
        let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
        if row["kind"] == "criterion" {
            *rows.entry((text("target"), text("title"))).or_default() += 1;
        }
        if !["measured", "not_run", "unsupported"].contains(&text("state").as_str()) {
            problems.push(format!("{}: {}: {}", text("id"), text("state"), text("message")));
        }
    }
    for key in listed.keys().chain(rows.keys()) {
        let count = |of: &BTreeMap<_, usize>| of.get(key).copied().unwrap_or(0);
        if count(&listed) != count(&rows) {
            let (target, title) = key;
            problems.push(format!("{target}: `{title}`: listed {}, rows {}", count(&listed), count(&rows)));
        }
    }
    let sum = |of: &BTreeMap<_, usize>| of.values().sum::<usize>();
    let measured = audit.measured().count();
    let detail = format!("{} listed, {} rows, {measured} measured", sum(&listed), sum(&rows));
    if measured == 0 {
        problems.push("nothing was measured".to_owned());
    }
    problems.sort();
    problems.dedup();
    Ok(Check { name: "benchmarks", detail, problems })
}

/// What the benchmark executables list, by target and title, with how often. Cargo names the executables when the
/// result's own build command is run again.
fn listed(audit: &Audit, directory: &Path) -> Result<BTreeMap<(String, String), usize>, TaskError> {
    let place = directory.to_string_lossy();
    let mut listed = BTreeMap::new();
    for step in audit.list("reproduce").iter().filter(|step| step["what"] == "build the benchmarks") {
        let argv: Vec<String> = texts(&step["argv"]).map(|text| text.replace("PROJECT", &place)).collect();
        let Some((program, arguments)) = argv.split_first() else { continue };
        let mut build = Command::new(program);
        build.args(arguments).current_dir(directory).env_remove("CARGO_TARGET_DIR");
        build.envs(texts(&step["environment"]).filter_map(|variable| variable.split_once('=')));
        for (target, executable) in child::executables(&child::stdout(&mut build)?, "bench") {
            let mut list = Command::new(&executable);
            list.args(["--bench", "--list", "--format", "terse"]).current_dir(directory);
            list.env("CARGO_MANIFEST_DIR", directory);
            for title in child::stdout(&mut list)?.lines().filter_map(|line| line.strip_suffix(LISTED)) {
                *listed.entry((target.clone(), title.to_owned())).or_default() += 1;
            }
        }
    }
    Ok(listed)
}

fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
}

/// No sound benchmark is called dishonest.
fn honesty(audit: &Audit) -> Check {
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let flagged = |finding: &&Value| HONESTY_RULES.contains(&finding["rule"].as_str().unwrap_or_default());
    let problems: Vec<String> = audit
        .list("findings")
        .iter()
        .filter(flagged)
        .map(|finding| {
            let workloads: Vec<&str> = texts(&finding["workloads"]).collect();
            format!("{}: {}: {}", text(finding, "rule"), workloads.join(", "), text(finding, "message"))
        })
        .collect();
    let mut by_rule: BTreeMap<String, usize> = BTreeMap::new();
    for finding in audit.list("findings") {
        *by_rule.entry(text(finding, "rule")).or_default() += 1;
    }
    let counts: Vec<String> = by_rule.iter().map(|(rule, count)| format!("{count} {rule}")).collect();
    let detail = if counts.is_empty() { "no finding".to_owned() } else { counts.join(", ") };
    Check { name: "honesty", detail, problems }
}

/// The tree is as it was, and nobody is left.
fn clean(audit: &Audit) -> Check {
    let mut problems = Vec::new();
    if !audit.tree_unchanged {
        problems.push("the checksum of the tree differs".to_owned());
    }
    if !audit.left_behind.is_empty() {
        problems.push(format!("processes are left: {:?}", audit.left_behind));
    }
    problems
        .extend(audit.result["run"]["tree_changes"].as_array().into_iter().flatten().map(Value::to_string));
    Check { name: "nothing left", detail: "checksum of the tree, processes".to_owned(), problems }
}

/// The HTML report is small and loads nothing.
fn report(audit: &Audit) -> Result<Check, TaskError> {
    let path = audit.run.join("report.html");
    let html = fs::read_to_string(&path).map_err(TaskError::file(&path))?;
    let mut problems = external_addresses(&html);
    let bytes = html.len() as u64;
    if bytes > LARGEST_REPORT {
        problems.push(format!("{bytes} bytes, at most {LARGEST_REPORT}"));
    }
    Ok(Check { name: "report.html", detail: format!("{} kB", bytes / 1000), problems })
}

/// Where a page names what is loaded. An address in the text of a page is none: source that is shown may hold one.
const LOADING: [&str; 11] = [
    "=\"",
    "='",
    "=",
    "url(",
    "url(\"",
    "url('",
    "fetch(\"",
    "import(\"",
    "import \"",
    "from \"",
    "@import \"",
];

fn external_addresses(html: &str) -> Vec<String> {
    let all = ["http://", "https://", "//"].into_iter().flat_map(|start| html.match_indices(start));
    all.filter(|(at, _)| LOADING.iter().any(|before| html[..*at].ends_with(before)))
        .filter(|(at, _)| !html[*at..].starts_with(NAMESPACES))
        .map(|(at, _)| format!("address `{}`", html[at..].chars().take(60).collect::<String>()))
        .collect()
}

/// The result is what the published schema says, the same on standard output, and its exit code is the real one.
fn contract(audit: &Audit) -> Result<Check, TaskError> {
    let validator = jsonschema::validator_for(&schema::committed()?)
        .map_err(|error| TaskError::Failed(format!("the committed schema is no schema: {error}")))?;
    let mut problems: Vec<String> = validator
        .iter_errors(&audit.result)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    if audit.printed != audit.result {
        problems.push("standard output differs from result.json".to_owned());
    }
    if !audit.stderr.is_empty() {
        problems.push(format!("standard error of a pipe is not empty: {}", audit.stderr));
    }
    let promised = audit.result["verdict"]["exit_code"].as_i64();
    if promised != audit.exit_code.map(i64::from) || !matches!(audit.exit_code, Some(0 | 3)) {
        problems
            .push(format!("exit code {:?}, the result says {promised:?}; expected 0 or 3", audit.exit_code));
    }
    let detail = format!("exit {}, {}", audit.exit_code.unwrap_or(-1), audit.result["verdict"]["headline"]);
    Ok(Check { name: "contract", detail, problems })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_and_namespaces_are_not() {
        let html = r#"<svg xmlns="http://www.w3.org/2000/svg"><p>a // b, see https://x.example</p></svg>"#;
        assert_eq!(external_addresses(html), [""; 0]);
        for bad in ["<a href=\"https://x.example\">", "<img src=//x.example/y>", "url(//x.example/z)"] {
            assert_eq!(external_addresses(bad).len(), 1, "{bad}");
        }
    }
}
