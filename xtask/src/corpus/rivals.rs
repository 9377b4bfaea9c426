//! What clippy and cargo-perf say of the corpus, and which of our rules their lints stand for.

use std::path::Path;

use serde_json::Value;

use super::compiled::{messages, primary_spans};
use super::marks::Hit;
use crate::child;
use crate::error::TaskError;

/// Lints of clippy 1.95 that look for what a rule looks for, of whatever group: plain clippy has them all, most are off
/// unless they are asked for.
const CLIPPY: [(&str, &[&str]); 20] = [
    ("clippy::unused_async", &["async-without-await"]),
    ("clippy::needless_collect", &["collect-then-iterate"]),
    ("clippy::format_push_string", &["format-push"]),
    ("clippy::format_collect", &["format-push"]),
    ("clippy::string_add_assign", &["string-growth", "format-push"]),
    ("clippy::string_add", &["string-growth", "format-push"]),
    ("clippy::inline_always", &["inline-always"]),
    ("clippy::large_enum_variant", &["large-enum"]),
    ("clippy::large_futures", &["large-future"]),
    ("clippy::await_holding_lock", &["lock-across-await"]),
    ("clippy::await_holding_refcell_ref", &["lock-across-await"]),
    ("clippy::map_entry", &["lookup-then-insert"]),
    ("clippy::set_contains_or_insert", &["lookup-then-insert"]),
    ("clippy::unnecessary_to_owned", &["owned-key-lookup"]),
    ("clippy::cmp_owned", &["owned-key-lookup"]),
    ("clippy::print_stdout", &["print-in-loop"]),
    ("clippy::redundant_clone", &["redundant-clone", "clone-in-loop"]),
    ("clippy::regex_creation_in_loops", &["regex-per-call"]),
    ("clippy::unbuffered_bytes", &["unbuffered-io"]),
    ("clippy::vec_init_then_push", &["no-capacity"]),
];

/// Rules of cargo-perf.
const CARGO_PERF: [(&str, &[&str]); 11] = [
    ("async-block-in-async", &["blocking-in-async"]),
    ("lock-across-await", &["lock-across-await"]),
    ("clone-in-hot-loop", &["clone-in-loop", "redundant-clone", "string-growth"]),
    ("regex-in-loop", &["regex-per-call"]),
    ("collect-then-iterate", &["collect-then-iterate"]),
    ("vec-no-capacity", &["no-capacity", "buffer-in-loop"]),
    ("hashmap-no-capacity", &["no-capacity", "buffer-in-loop"]),
    ("string-no-capacity", &["buffer-in-loop"]),
    ("format-in-loop", &["format-push", "string-growth"]),
    ("string-concat-loop", &["string-growth", "format-push"]),
    ("mutex-in-loop", &["lock-in-loop"]),
];

pub(super) fn clippy_knows(rule: &str) -> bool {
    CLIPPY.iter().any(|(_, rules)| rules[0] == rule)
}

pub(super) fn cargo_perf_knows(rule: &str) -> bool {
    CARGO_PERF.iter().any(|(_, rules)| rules[0] == rule)
}

/// Runs clippy on a crate.
pub(super) fn clippy(work: &Path) -> Result<Vec<Hit>, TaskError> {
    let lints = CLIPPY.iter().flat_map(|(lint, _)| ["--force-warn", lint]);
    let text = child::stdout(
        child::cargo()
            .args(["clippy", "--quiet", "--message-format", "json", "--", "--allow", "clippy::all"])
            .args(lints)
            .current_dir(work),
    )?;
    let hits = messages(&text).flat_map(|message| {
        let code = message["code"]["code"].as_str().unwrap_or_default().to_owned();
        let rules = meant(&CLIPPY, &code);
        // It blames the attribute; the function that is marked is behind it.
        let behind = u32::from(code == "clippy::inline_always");
        primary_spans(&message).into_iter().filter(|(file, _)| file != "stubs.rs").map(
            move |(file, lines)| Hit {
                rules: rules.clone(),
                file,
                lines: (*lines.start(), *lines.end() + behind),
            },
        )
    });
    Ok(hits.filter(|hit| !hit.rules.is_empty()).collect())
}

/// Reads what `cargo-perf --format json` printed.
pub(super) fn cargo_perf(text: &str) -> Result<Vec<Hit>, TaskError> {
    let told: Vec<Value> = serde_json::from_str(text).map_err(TaskError::json("cargo-perf"))?;
    let hits = told.iter().filter_map(|one| {
        let file = one["file_path"].as_str()?.rsplit('/').next()?.to_owned();
        let line = u32::try_from(one["line"].as_u64()?).ok()?;
        Some(Hit { rules: meant(&CARGO_PERF, one["rule_id"].as_str()?), file, lines: (line, line) })
    });
    Ok(hits.filter(|hit| !hit.rules.is_empty()).collect())
}

fn meant(known: &[(&str, &[&str])], name: &str) -> Vec<String> {
    let rules = known.iter().find(|(lint, _)| *lint == name).map_or(&[][..], |(_, rules)| rules);
    rules.iter().map(|&rule| rule.to_owned()).collect()
}
