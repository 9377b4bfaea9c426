//! The effective settings of a command: the configuration with the command line over it.

use std::path::Path;

use perfaudit_host::PRECONDITION_CODES;
use perfaudit_project::config::{BenchSettings, ChosenStage, Config, FloorSource, nearest, user_file};
use perfaudit_result::Mode;

use crate::arguments::{
    AuditArguments, GateArguments, MeasuringArguments, OutputArguments, PairingArguments, SelectionArguments,
    StageArgument,
};
use crate::error::CommandError;

/// Every layer below the command line.
pub(crate) fn configured(root: &Path) -> Result<Config, CommandError> {
    let environment = |name: &str| std::env::var(name).ok();
    let config = Config::load(root, &environment, user_file(&environment).as_deref())?;
    known_codes(&config)?;
    known_rules(&config)?;
    Ok(config)
}

/// All layers.
pub(crate) fn effective(root: &Path, arguments: &AuditArguments) -> Result<Config, CommandError> {
    let mut config = configured(root)?;
    let audit = &mut config.audit;
    audit.allow.command_line(list(&arguments.allow));
    audit.skip.command_line(left_out(arguments));
    measure(&mut config, &arguments.measuring, &arguments.output);
    select(&mut config.bench, &arguments.selection);
    known_codes(&config)?;
    Ok(config)
}

/// All layers, for what is measured in pairs.
pub(crate) fn effective_for_pairs(
    root: &Path,
    arguments: &PairingArguments,
    output: &OutputArguments,
) -> Result<Config, CommandError> {
    let mut config = configured(root)?;
    measure(&mut config, &arguments.measuring, output);
    select(&mut config.bench, &arguments.selection);
    Ok(config)
}

/// Lays what the command line says of gates over the configuration.
pub(crate) fn gates(config: &mut Config, arguments: &GateArguments) {
    let prove = &mut config.prove;
    prove.test.command_line(arguments.test.clone());
    prove.workloads.command_line(arguments.workloads);
    prove.changed_lines.command_line(arguments.changed_lines);
    prove.dependencies.command_line(list(&arguments.dependencies));
    prove.tolerance.command_line(arguments.tolerance);
    prove.allow_untested.command_line(arguments.allow_untested.then_some(true));
}

fn measure(config: &mut Config, arguments: &MeasuringArguments, output: &OutputArguments) {
    let audit = &mut config.audit;
    audit.mode.command_line(arguments.mode.map(Mode::from));
    audit.budget.command_line(arguments.budget);
    audit.keep.command_line(output.keep);
    audit.offline.command_line(arguments.offline.then_some(true));
    audit.noise_floor.command_line(arguments.noise_floor.map(FloorSource::from));
}

fn select(bench: &mut BenchSettings, arguments: &SelectionArguments) {
    bench.packages.command_line(list(&arguments.packages));
    bench.benches.command_line(list(&arguments.benches));
    bench.filter.command_line(arguments.filter.clone());
    bench.features.command_line(list(&arguments.features));
    bench.all_features.command_line(arguments.all_features.then_some(true));
    bench.no_default_features.command_line(arguments.no_default_features.then_some(true));
    bench.profile.command_line(arguments.profile.clone());
}

fn list(values: &[String]) -> Option<Vec<String>> {
    (!values.is_empty()).then(|| values.to_vec())
}

/// The stages that the command line leaves out: all but those that are wanted alone, or those that it names.
fn left_out(arguments: &AuditArguments) -> Option<Vec<ChosenStage>> {
    let named = |stages: &[StageArgument]| -> Vec<ChosenStage> {
        stages.iter().copied().map(ChosenStage::from).collect()
    };
    let (only, skip) = (named(&arguments.only), named(&arguments.skip));
    if only.is_empty() {
        return (!skip.is_empty()).then_some(skip);
    }
    let others = ChosenStage::ALL.into_iter().filter(|stage| !only.contains(stage) || skip.contains(stage));
    Some(others.collect())
}

fn known_codes(config: &Config) -> Result<(), CommandError> {
    let allow = &config.audit.allow;
    match allow.value.iter().find(|code| !PRECONDITION_CODES.contains(&code.as_str())) {
        None => Ok(()),
        Some(code) => Err(CommandError::UnknownPrecondition {
            code: code.clone(),
            origin: allow.origin.to_string(),
            nearest: nearest(code, PRECONDITION_CODES)
                .map_or_else(|| PRECONDITION_CODES.join(", "), str::to_owned),
        }),
    }
}

/// Only rules on source can be switched.
fn known_rules(config: &Config) -> Result<(), CommandError> {
    let source = &config.source;
    let named = [&source.off, &source.note, &source.warning].into_iter().flat_map(|setting| &setting.value);
    match named.into_iter().find(|name| perfaudit_source::rules::find(name).is_none()) {
        None => Ok(()),
        Some(name) => Err(crate::commands::explain::unknown(name)),
    }
}
