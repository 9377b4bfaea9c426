//! The commands of the configuration, or of the command line, as the gatherer wants them.

use std::path::Path;

use perfaudit_bench::{AcceptedExit, Cache, CommandLine, CommandSpec, Preparation, Runs};
use perfaudit_exec::timed::OutputUse;
use perfaudit_project::config;

use crate::arguments::LineArguments;

/// The commands of the configuration that are meant: one for each combination of parameters, two where it is measured
/// cold as well. Whoever names packages or targets on the command line means those alone.
pub(crate) fn chosen(config: &config::Config, root: &Path) -> Vec<CommandSpec> {
    let bench = &config.bench;
    let is_narrowed = [&bench.packages.origin, &bench.benches.origin].contains(&&config::Origin::CommandLine);
    if is_narrowed {
        return Vec::new();
    }
    let filter = bench.filter.value.as_ref();
    let all = config
        .commands
        .iter()
        .flat_map(|command| command.workloads.iter().map(move |workload| (command, workload)))
        .flat_map(|(command, workload)| {
            let warm = spec(command, workload, root);
            let cold = command.cold.then(|| cold(&warm));
            std::iter::once(warm).chain(cold)
        });
    all.filter(|spec| filter.is_none_or(|filter| filter.is_match(&format!("command/{}", spec.name))))
        .collect()
}

/// The command that stands behind `--`, run where the user is.
pub(crate) fn typed(words: &[String], directory: &Path) -> CommandSpec {
    let name = words.join(" ").replace('/', "_");
    CommandSpec::new(&name, CommandLine::Argv(words.to_vec()), directory.to_owned())
}

/// The command lines of the command line, the reference first. A line that is given twice is measured twice.
pub(crate) fn lines(arguments: &LineArguments, directory: &Path) -> Vec<CommandSpec> {
    let mut specs: Vec<CommandSpec> = Vec::new();
    for line in arguments.reference.iter().chain(&arguments.lines) {
        let run = match &arguments.shell {
            Some(shell) => CommandLine::Shell { shell: shell.clone(), line: line.clone() },
            None => CommandLine::Line(line.clone()),
        };
        let name = line.replace('/', "_");
        let is_taken = |name: &str| specs.iter().any(|spec| spec.name == name);
        let numbered = (2..).map(|number| format!("{name} ({number})"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|name| !is_taken(name));
        specs.push(CommandSpec::new(&free.unwrap_or(name), run, directory.to_owned()));
    }
    specs
}

/// The same, run a single time: its figures only serve its profile.
pub(crate) fn once(spec: CommandSpec) -> CommandSpec {
    CommandSpec { warmup: 0, runs: Runs::Fixed(std::num::NonZeroU32::MIN), ..spec }
}

fn spec(command: &config::CommandSpec, workload: &config::CommandWorkload, root: &Path) -> CommandSpec {
    let name = workload.id.0.strip_prefix("command/").unwrap_or(&workload.id.0);
    let steps = &workload.steps;
    let optional = |steps: &Option<config::CommandLine>| steps.as_ref().map(line);
    CommandSpec {
        source: config::FILE_NAME.to_owned(),
        environment: command.environment.clone(),
        input: steps.input.as_ref().map(|path| root.join(path.as_path())),
        setup: optional(&steps.setup),
        prepare: optional(&steps.prepare).map(Preparation::Run),
        cleanup: optional(&steps.cleanup),
        warmup: command.warmup,
        runs: match command.runs {
            config::Runs::Fixed(runs) => Runs::Fixed(runs),
            config::Runs::Between { least, most } => Runs::Between { least, most },
        },
        exit: match &command.exit {
            config::AcceptedExit::Codes(codes) => AcceptedExit::Codes(codes.clone()),
            config::AcceptedExit::Any => AcceptedExit::Any,
        },
        timeout: command.timeout,
        output: match command.output {
            config::OutputUse::Hash => OutputUse::Hashed,
            config::OutputUse::Null => OutputUse::Discarded,
        },
        cache: Cache::Warm,
        ..CommandSpec::new(name, line(&steps.run), root.join(command.directory.as_path()))
    }
}

/// The same with its files dropped from the page cache before each run.
fn cold(warm: &CommandSpec) -> CommandSpec {
    CommandSpec {
        name: format!("{} (cold)", warm.name),
        cache: Cache::Cold { also: Vec::new() },
        ..warm.clone()
    }
}

fn line(line: &config::CommandLine) -> CommandLine {
    match line {
        config::CommandLine::Shell(line) => CommandLine::Line(line.clone()),
        config::CommandLine::Program { program, arguments } => {
            CommandLine::Argv(std::iter::once(program).chain(arguments).cloned().collect())
        }
    }
}
