//! The effective configuration, with where each value comes from.

use std::fmt;
use std::time::Duration;

use super::audit::{AuditSettings, FloorSource};
use super::bench::BenchSettings;
use super::command::{AcceptedExit, CommandLine, CommandSpec, Runs, Steps};
use super::duration::duration_text;
use super::origin::{Origin, Setting};
use super::project_path::ProjectPath;
use super::prove::ProveSettings;
use super::section::Keys;
use super::slo::Slo;
use super::source_code::SourceSettings;
use super::toml_text::{array, string, strings, table};

/// A section of the effective configuration. It is shown as TOML that can be read again, with origins as comments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownSection {
    /// As in the file: `[audit]`, `[[slo]]`.
    pub header: &'static str,
    /// Its keys.
    pub rows: Vec<ShownRow>,
}

/// A key of the effective configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownRow {
    /// The key.
    pub key: &'static str,
    /// Its value as TOML on one line; nothing if it has none, which TOML cannot say.
    pub value: Option<String>,
    /// Where the value comes from.
    pub origin: Origin,
}

impl fmt::Display for ShownSection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.header)?;
        for ShownRow { key, value, origin } in &self.rows {
            match value {
                Some(value) => writeln!(f, "{key} = {value}  # {origin}")?,
                None => writeln!(f, "# {key} is not set")?,
            }
        }
        Ok(())
    }
}

fn row<T>(key: &'static str, setting: &Setting<T>, write: impl FnOnce(&T) -> Option<String>) -> ShownRow {
    ShownRow { key, value: write(&setting.value), origin: setting.origin.clone() }
}

pub(super) fn audit(settings: &AuditSettings) -> ShownSection {
    let AuditSettings { mode, budget, keep, allow, offline, noise_floor, skip } = settings;
    let rows = vec![
        row("mode", mode, |mode| Some(string(mode.as_str()))),
        row("budget", budget, |budget| budget.map(time)),
        row("keep", keep, |keep| Some(keep.to_string())),
        row("allow", allow, |allow| Some(strings(allow))),
        row("offline", offline, |offline| Some(offline.to_string())),
        row("noise-floor", noise_floor, |source| Some(string(floor_source_text(*source)))),
        row("skip", skip, |skip| {
            Some(strings(&skip.iter().map(|stage| stage.as_str().to_owned()).collect::<Vec<_>>()))
        }),
    ];
    ShownSection { header: "[audit]", rows }
}

fn floor_source_text(source: FloorSource) -> &'static str {
    match source {
        FloorSource::Auto => "auto",
        FloorSource::Stored => "stored",
        FloorSource::Fresh => "fresh",
    }
}

fn time(duration: Duration) -> String {
    string(&duration_text(duration))
}

pub(super) fn bench(settings: &BenchSettings) -> ShownSection {
    let BenchSettings {
        packages,
        benches,
        filter,
        features,
        all_features,
        no_default_features,
        profile,
        shipped_profile,
        incremental_profile,
    } = settings;
    let rows = vec![
        row("packages", packages, |names| Some(strings(names))),
        row("benches", benches, |names| Some(strings(names))),
        row("filter", filter, |filter| filter.as_ref().map(|filter| string(filter.as_str()))),
        row("features", features, |names| Some(strings(names))),
        row("all-features", all_features, |all| Some(all.to_string())),
        row("no-default-features", no_default_features, |none| Some(none.to_string())),
        row("profile", profile, |profile| profile.as_deref().map(string)),
        row("shipped-profile", shipped_profile, |profile| Some(string(profile))),
        row("incremental-profile", incremental_profile, |profile| Some(string(profile))),
    ];
    ShownSection { header: "[bench]", rows }
}

pub(super) fn source(settings: &SourceSettings) -> ShownSection {
    let SourceSettings { exclude, off, note, warning, types } = settings;
    let list = |key, setting: &Setting<Vec<String>>| row(key, setting, |names| Some(strings(names)));
    let rows = vec![
        list("exclude", exclude),
        list("off", off),
        list("note", note),
        list("warning", warning),
        row("types", types, |types| Some(types.to_string())),
    ];
    ShownSection { header: "[source]", rows }
}

pub(super) fn prove(settings: &ProveSettings) -> ShownSection {
    let ProveSettings { test, workloads, changed_lines, dependencies, tolerance, allow_untested } = settings;
    let rows = vec![
        row("test", test, |line| Some(string(line))),
        row("workloads", workloads, |number| Some(number.to_string())),
        row("changed-lines", changed_lines, |number| Some(number.to_string())),
        row("dependencies", dependencies, |names| Some(strings(names))),
        row("tolerance", tolerance, |share| Some(format!("{share:?}"))),
        row("allow-untested", allow_untested, |allow| Some(allow.to_string())),
    ];
    ShownSection { header: "[prove]", rows }
}

/// Collects the rows of a section whose values carry no origin of their own.
struct Rows<'a> {
    keys: &'a Keys,
    rows: Vec<ShownRow>,
}

impl Rows<'_> {
    fn add(&mut self, key: &'static str, value: Option<String>) {
        self.rows.push(ShownRow { key, value, origin: self.keys.origin(key) });
    }
}

pub(super) fn slo(slo: &Slo) -> ShownSection {
    let Slo { name, metric, workload, limit, warn, keys } = slo;
    let mut rows = Rows { keys, rows: Vec::new() };
    rows.add("metric", Some(string(metric.as_str())));
    rows.add("workload", Some(string(workload.as_str())));
    rows.add("limit", Some(string(&limit.to_string())));
    rows.add("warn", Some(format!("{warn:?}")));
    rows.add("name", name.as_deref().map(string));
    ShownSection { header: "[[slo]]", rows: rows.rows }
}

pub(super) fn command(spec: &CommandSpec) -> ShownSection {
    let Steps { run, prepare, setup, cleanup, input } = &spec.written;
    let path = |path: &ProjectPath| string(&path.to_string());
    let mut rows = Rows { keys: &spec.keys, rows: Vec::new() };
    rows.add("name", Some(string(&spec.name)));
    rows.add("run", Some(line(run)));
    let parameters = spec.parameters.iter().map(|parameter| (&parameter.name, strings(&parameter.values)));
    rows.add("parameters", Some(table(parameters)));
    rows.add("prepare", prepare.as_ref().map(line));
    rows.add("setup", setup.as_ref().map(line));
    rows.add("cleanup", cleanup.as_ref().map(line));
    rows.add("directory", Some(path(&spec.directory)));
    let environment = spec.environment.iter().map(|(name, value)| (name, string(value)));
    rows.add("env", Some(table(environment)));
    match spec.runs {
        Runs::Fixed(runs) => rows.add("runs", Some(runs.to_string())),
        Runs::Between { least, most } => {
            rows.add("min-runs", least.map(|runs| runs.to_string()));
            rows.add("max-runs", most.map(|runs| runs.to_string()));
        }
    }
    rows.add("warmup", Some(spec.warmup.to_string()));
    rows.add("cold", Some(spec.cold.to_string()));
    match &spec.exit {
        AcceptedExit::Any => rows.add("ignore-failure", Some("true".to_owned())),
        AcceptedExit::Codes(codes) => rows.add("exit-codes", Some(array(codes.iter().map(u8::to_string)))),
    }
    rows.add("timeout", spec.timeout.map(time));
    rows.add("input", input.as_ref().map(path));
    rows.add("output", Some(string(spec.output.as_str())));
    ShownSection { header: "[[command]]", rows: rows.rows }
}

fn line(line: &CommandLine) -> String {
    match line {
        CommandLine::Shell(line) => string(line),
        CommandLine::Program { program, arguments } => strings(std::iter::once(program).chain(arguments)),
    }
}
