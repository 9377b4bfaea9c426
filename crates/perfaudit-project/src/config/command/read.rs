//! Reading `[[command]]`.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use toml::de::DeValue;

use super::super::origin::Location;
use super::super::problem::{Complaint, quote};
use super::super::project_path::ProjectPath;
use super::super::section::{Item, Report, Section};
use super::super::value::{
    array, boolean, count, count_or_none, duration, exit_code, mismatch, nul_free, parsed, process_text,
    texts,
};
use super::parameter::{MOST_WORKLOADS, combinations, parameters};
use super::{AcceptedExit, CommandLine, CommandSpec, OutputUse, Runs, Steps};

/// The file cache and the dynamic linker are warm after one run.
const DEFAULT_WARMUP: u32 = 1;

/// Reads all sections; those that are not usable are left out, with notes of why.
pub(in super::super) fn read_all(sections: Vec<Section<'_>>, report: &mut Report<'_>) -> Vec<CommandSpec> {
    let mut places: BTreeMap<String, Location> = BTreeMap::new();
    let mut specs: Vec<CommandSpec> = Vec::new();
    let mut workloads = 0;
    for section in sections {
        let Some(spec) = read(section, report) else { continue };
        let place = spec.keys.location("name").clone();
        match places.entry(spec.name.clone()) {
            Entry::Vacant(free) => {
                free.insert(place);
            }
            Entry::Occupied(taken) => {
                let message =
                    format!("the command of line {} is also named {}", taken.get().line, quote(&spec.name));
                report.refuse_at::<()>(place, Complaint::new(message).hint("give each its own name"));
                continue;
            }
        }
        workloads += spec.workloads.len();
        if workloads > MOST_WORKLOADS {
            let message = format!("there are more than {MOST_WORKLOADS} command workloads up to here");
            report.refuse_at::<()>(spec.keys.header().clone(), Complaint::new(message));
            break;
        }
        specs.push(spec);
    }
    specs
}

fn read(mut section: Section<'_>, report: &mut Report<'_>) -> Option<CommandSpec> {
    let name = section.required("name", report, parsed(name));
    let run = section.required("run", report, line);
    let parameters = section.value("parameters", report, parameters).unwrap_or_default();
    let prepare = section.value("prepare", report, line);
    let setup = section.value("setup", report, line);
    let cleanup = section.value("cleanup", report, line);
    let input = section.value("input", report, parsed(ProjectPath::parse));
    let directory = section.value("directory", report, parsed(ProjectPath::parse)).unwrap_or_default();
    let environment = section.value("env", report, environment).unwrap_or_default();
    let runs = runs(&mut section, report);
    let warmup = section.value("warmup", report, count_or_none).unwrap_or(DEFAULT_WARMUP);
    let cold = section.value("cold", report, boolean).unwrap_or(false);
    let exit = exit(&mut section, report);
    let timeout: Option<Duration> = section.value("timeout", report, parsed(duration));
    let output = section.value("output", report, parsed(output)).unwrap_or(OutputUse::Hash);
    let keys = section.finish(report);
    let (name, written) = (name?, Steps { run: run?, prepare, setup, cleanup, input });
    for parameter in &parameters {
        if !written.mention(&parameter.name) {
            let message = format!("the parameter `{}` is used nowhere", parameter.name);
            let hint = format!("write `{{{}}}` where its values belong, as in `run`", parameter.name);
            report.refuse_at::<()>(keys.location("parameters").clone(), Complaint::new(message).hint(hint));
        }
    }
    let workloads = match combinations(&name, &written, &parameters) {
        Ok(workloads) => workloads,
        Err(complaint) => return report.refuse_at(keys.location("parameters").clone(), complaint),
    };
    Some(CommandSpec {
        name,
        written,
        parameters,
        workloads,
        directory,
        environment,
        runs,
        warmup,
        cold,
        exit,
        timeout,
        output,
        keys,
    })
}

/// A name that is one part of a workload's name.
fn name(text: &str) -> Result<String, Complaint> {
    if text.is_empty() || text.contains('/') || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        Err(Complaint::new(format!("{} is no name for a command", quote(text)))
            .hint("expected text without spaces and slashes"))
    } else {
        Ok(text.to_owned())
    }
}

/// A text for a shell, or an array of a program and its arguments.
fn line(item: Item<'_>, report: &mut Report<'_>) -> Option<CommandLine> {
    const EXPECTED: &str = "a text for the shell, or an array of texts without one";
    let line = match item.get_ref() {
        DeValue::String(_) => parsed(process_text)(item, report).map(CommandLine::Shell)?,
        DeValue::Array(_) => {
            let mut words = texts(nul_free)(item, report)?.into_iter();
            match words.next().filter(|program| !program.trim().is_empty()) {
                Some(program) => CommandLine::Program { program, arguments: words.collect() },
                None => return report.refuse(&item.span(), Complaint::new("there is no program to run")),
            }
        }
        _ => return mismatch(item, EXPECTED, report),
    };
    report.accept(&item.span(), line.checked())
}

fn environment(item: Item<'_>, report: &mut Report<'_>) -> Option<BTreeMap<String, String>> {
    let DeValue::Table(table) = item.get_ref() else {
        return mismatch(item, "a table of texts, as in { LOG = \"off\" }", report);
    };
    let mut variables = BTreeMap::new();
    for (key, value) in table {
        let name = key.get_ref();
        if name.is_empty() || name.contains(['=', '\0']) {
            let complaint = Complaint::new(format!("{} is no name of a variable", quote(name)));
            report.refuse::<()>(&key.span(), complaint);
        }
        if let Some(value) = parsed(nul_free)(value, report) {
            variables.insert(name.to_string(), value);
        }
    }
    Some(variables)
}

fn runs(section: &mut Section<'_>, report: &mut Report<'_>) -> Runs {
    let fixed = section.value("runs", report, count);
    let least = section.read("min-runs", report, count);
    let most = section.read("max-runs", report, count);
    let mut refuse = |location: Option<&Location>, complaint| {
        if let Some(location) = location {
            report.refuse_at::<()>(location.clone(), complaint);
        }
    };
    match (fixed, &least, &most) {
        (Some(runs), None, None) => return Runs::Fixed(runs),
        (Some(_), least, most) => {
            let bound = least.as_ref().or(most.as_ref()).and_then(|bound| bound.origin.location());
            let complaint = Complaint::new("`runs` already fixes how often it is run");
            refuse(bound, complaint.hint("remove either `runs` or the bounds"));
        }
        (None, Some(least), Some(most)) if least.value > most.value => {
            let message = format!("`min-runs` is {}, which is more than `max-runs`", least.value);
            refuse(least.origin.location(), Complaint::new(message));
        }
        (None, _, _) => {}
    }
    Runs::Between { least: least.map(|bound| bound.value), most: most.map(|bound| bound.value) }
}

fn exit(section: &mut Section<'_>, report: &mut Report<'_>) -> AcceptedExit {
    let any = section.value("ignore-failure", report, boolean).unwrap_or(false);
    let codes = section.read("exit-codes", report, |item, report| {
        let codes = array(item, report, "an array of exit codes, as in [0, 1]", exit_code)?;
        let some = (!codes.is_empty()).then(|| codes.into_iter().collect::<BTreeSet<u8>>());
        report.accept(&item.span(), some.ok_or_else(|| Complaint::new("no exit code would be accepted")))
    });
    match codes {
        Some(codes) if any => {
            if let Some(location) = codes.origin.location() {
                let complaint = Complaint::new("`ignore-failure` already accepts every exit code");
                report.refuse_at::<()>(location.clone(), complaint.hint("remove one of them"));
            }
            AcceptedExit::Any
        }
        Some(codes) => AcceptedExit::Codes(codes.value),
        None if any => AcceptedExit::Any,
        None => AcceptedExit::Codes(BTreeSet::from([0])),
    }
}

fn output(text: &str) -> Result<OutputUse, Complaint> {
    [OutputUse::Hash, OutputUse::Null].into_iter().find(|output| output.as_str() == text).ok_or_else(|| {
        Complaint::new(format!("{} is no use of the output", quote(text))).expecting(text, &["hash", "null"])
    })
}
