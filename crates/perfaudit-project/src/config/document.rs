//! The sections of a file.

use std::collections::BTreeSet;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::Config;
use super::command;
use super::problem::{Complaint, ConfigError};
use super::section::{Item, Report, Section};
use super::slo::Slo;
use super::source::Source;
use super::value::mismatch;

/// Whose file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The user's: only `[audit]`.
    User,
    /// The project's.
    Project,
}

/// Lays a file over a configuration. What is wrong with it is told; what is not wrong is applied nevertheless.
pub(super) fn apply(config: &mut Config, text: &str, path: &Path, kind: Kind) -> Result<(), ConfigError> {
    let source = Source::new(path, text);
    let mut report = Report::new(&source);
    let (document, errors) = DeTable::parse_recoverable(source.text);
    if errors.is_empty() {
        sections(config, document.get_ref(), kind, &mut report);
    } else {
        syntax(&errors, &mut report);
    }
    report.into_error().unless_empty()
}

/// The first error of each line: those behind it mostly follow from it.
fn syntax(errors: &[toml::de::Error], report: &mut Report<'_>) {
    let mut lines = BTreeSet::new();
    for error in errors {
        let span = error.span().unwrap_or_default();
        if lines.insert(report.location(&span).line) {
            report.refuse::<()>(&span, Complaint::new(error.message()));
        }
    }
}

fn sections<'a>(config: &mut Config, document: &'a DeTable<'a>, kind: Kind, report: &mut Report<'_>) {
    // The document is a section without a header whose keys are the headers.
    let mut file = Section::new("this file", 0..0, document);
    if let Some(section) = file.value("audit", report, |item, report| one("[audit]", item, report)) {
        config.audit.apply(section, report);
    }
    let bench = file.value("bench", report, |item, report| not_for(kind, "[bench]", item, report, one));
    if let Some(section) = bench {
        config.bench.apply(section, report);
    }
    let source = file.value("source", report, |item, report| not_for(kind, "[source]", item, report, one));
    if let Some(section) = source {
        config.source.apply(section, report);
    }
    let prove = file.value("prove", report, |item, report| not_for(kind, "[prove]", item, report, one));
    if let Some(section) = prove {
        config.prove.apply(section, report);
    }
    let slos = file.value("slo", report, |item, report| not_for(kind, "[[slo]]", item, report, many));
    for section in slos.unwrap_or_default() {
        config.slos.extend(Slo::read(section, report));
    }
    let commands =
        file.value("command", report, |item, report| not_for(kind, "[[command]]", item, report, many));
    config.commands.extend(command::read_all(commands.unwrap_or_default(), report));
    file.finish(report);
}

/// Refuses what says something about one project in a file that is for all of them.
fn not_for<'a, T>(
    kind: Kind,
    name: &'static str,
    item: Item<'a>,
    report: &mut Report<'_>,
    reader: fn(&'static str, Item<'a>, &mut Report<'_>) -> Option<T>,
) -> Option<T> {
    match kind {
        Kind::Project => reader(name, item, report),
        Kind::User => {
            let complaint = Complaint::new(format!("{name} has no place in the user's own file"));
            report.refuse(&item.span(), complaint.hint("move it to the perfaudit.toml of the project"))
        }
    }
}

/// A section that stands once.
fn one<'a>(name: &'static str, item: Item<'a>, report: &mut Report<'_>) -> Option<Section<'a>> {
    match item.get_ref() {
        DeValue::Table(table) => Some(Section::new(name, item.span(), table)),
        _ => mismatch(item, &format!("{name} in single brackets"), report),
    }
}

/// A section that can stand more than once.
fn many<'a>(name: &'static str, item: Item<'a>, report: &mut Report<'_>) -> Option<Vec<Section<'a>>> {
    let DeValue::Array(items) = item.get_ref() else {
        return mismatch(item, &format!("{name} in double brackets"), report);
    };
    let section = |item: Item<'a>, report: &mut Report<'_>| one(name, item, report);
    Some(items.iter().filter_map(|item| section(item, report)).collect())
}
