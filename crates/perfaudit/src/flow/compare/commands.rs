//! Two programs, or two commands.

use std::path::Path;

use perfaudit_bench::CommandLine;
use perfaudit_exec::OutputLimit;
use perfaudit_exec::timed::{OutputUse, TimedCommand};
use perfaudit_prove::source::ArmSource;
use perfaudit_prove::{Both, Environment, PairedCommand, are_same_program, binary};
use perfaudit_result::{Arm, ArmBinary, ArmKind, WorkloadId};

use super::tree_commands::InTrees;
use super::{CompareError, named};

/// How much of standard error is kept.
const STDERR_BYTES: usize = 16 * 1024;

/// What is run on both sides.
pub(in super::super) struct Commands {
    pub(super) id: WorkloadId,
    pub(super) arms: Both<Arm>,
    pub(super) sides: Both<PairedCommand>,
    /// Whether both would run the same program with the same arguments.
    pub(super) are_same: bool,
    /// What the processes of each side get besides the environment.
    pub(super) environment: Both<Environment>,
    /// Where they are built and run, where each belongs to a tree.
    pub(super) in_trees: Option<InTrees>,
}

/// What the user named, to be run in `directory`.
pub(super) fn commands(
    sources: &Both<ArmSource>,
    arguments: &[String],
    prepare: Option<&str>,
    directory: &Path,
) -> Result<Commands, CompareError> {
    let is_command = |source: &ArmSource| matches!(source, ArmSource::Command(_));
    if !arguments.is_empty() && (is_command(&sources.a) || is_command(&sources.b)) {
        return Err(CompareError::NoProgram);
    }
    let arms = Both::try_of(|side| arm(sources.get(side)))?;
    let line = |source: &ArmSource| match source {
        ArmSource::Binary(path) => {
            let path = directory.join(path).to_string_lossy().into_owned();
            CommandLine::Argv(std::iter::once(path).chain(arguments.iter().cloned()).collect())
        }
        ArmSource::Command(line) => CommandLine::Line(line.clone()),
        ArmSource::Revision(_) | ArmSource::WorkingTree | ArmSource::Folder(_) | ArmSource::Run(_) => {
            CommandLine::Line(String::new())
        }
    };
    let lines = sources.map(line);
    let within =
        |line: &CommandLine| line.command().directory(directory).output_limit(OutputLimit(STDERR_BYTES));
    let prepare = prepare.map(|line| within(&CommandLine::Line(line.to_owned())));
    let sides = lines.map(|line| PairedCommand {
        timed: TimedCommand { command: within(line), input: None, output: OutputUse::Hashed },
        prepare: prepare.clone(),
    });
    let are_same = match (arms.a.binaries.first(), arms.b.binaries.first()) {
        (Some(a), Some(b)) => are_same_program(a, b),
        _ => lines.a == lines.b,
    };
    let name = sources.b.name().replace('/', "_");
    let environment = Both::default();
    Ok(Commands {
        id: WorkloadId(format!("command/{name}")),
        arms,
        sides,
        are_same,
        environment,
        in_trees: None,
    })
}

impl Commands {
    /// What is run on both sides, with all that it is given.
    pub(super) fn paired(&self) -> Both<PairedCommand> {
        let with = |command: &PairedCommand, environment: &Environment| {
            let mut paired = command.clone();
            for (name, value) in environment {
                paired.timed.command = paired.timed.command.env(name, value);
                paired.prepare = paired.prepare.map(|prepare| prepare.env(name, value));
            }
            paired
        };
        Both { a: with(&self.sides.a, &self.environment.a), b: with(&self.sides.b, &self.environment.b) }
    }

    /// Whether nothing differs between both sides.
    pub(super) fn are_identical(&self) -> bool {
        self.are_same && self.environment.a == self.environment.b
    }
}

fn arm(source: &ArmSource) -> Result<Arm, CompareError> {
    let (kind, binaries): (ArmKind, Vec<ArmBinary>) = match source {
        ArmSource::Binary(path) => {
            let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            (ArmKind::Binary, vec![binary(&name, path)?])
        }
        _ => (ArmKind::Command, Vec::new()),
    };
    Ok(Arm {
        name: named(source),
        kind,
        commit: None,
        dirty: false,
        toolchain: None,
        binaries,
        remarks: Vec::new(),
    })
}
