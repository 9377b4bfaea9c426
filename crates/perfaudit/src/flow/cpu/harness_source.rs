//! The source of the harness that ran: its lines tell what is timed.

use std::path::PathBuf;

use perfaudit_cpu::analyse::{Harness, TimedLines};
use perfaudit_result::{Function, WorkloadKind};

/// The harness of a kind of workload.
pub(in crate::flow) fn harness(kind: WorkloadKind) -> Option<Harness> {
    match kind {
        WorkloadKind::Criterion => Some(Harness::Criterion),
        WorkloadKind::Divan => Some(Harness::Divan),
        WorkloadKind::Libtest => Some(Harness::Libtest),
        _ => None,
    }
}

/// The timed lines of the version of the harness that a profile shows, if cargo has its source.
pub(in crate::flow) fn timed_lines(harness: Harness, functions: &[Function]) -> Option<TimedLines> {
    let (package, files): (&str, &[&str]) = match harness {
        Harness::Criterion => ("criterion-", &["src/bencher.rs"]),
        Harness::Divan => ("divan-", &["src/bench/mod.rs", "src/benchmark/mod.rs"]),
        Harness::Libtest => return None,
    };
    let shown = functions.iter().filter_map(|function| function.file.as_deref());
    let file = shown.filter(|file| files.iter().any(|end| file.ends_with(end))).find(|file| {
        file.strip_prefix(package).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    })?;
    registries().into_iter().find_map(|registry| {
        let text = std::fs::read_to_string(registry.join(file)).ok()?;
        match harness {
            Harness::Criterion => TimedLines::of_criterion(&text),
            Harness::Divan => TimedLines::of_divan(&text),
            Harness::Libtest => None,
        }
    })
}

/// The folders in which cargo keeps the sources of packages.
fn registries() -> Vec<PathBuf> {
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let Some(sources) = home.map(|home| home.join("registry/src")) else { return Vec::new() };
    let Ok(entries) = std::fs::read_dir(sources) else { return Vec::new() };
    entries.filter_map(Result::ok).map(|entry| entry.path()).collect()
}
