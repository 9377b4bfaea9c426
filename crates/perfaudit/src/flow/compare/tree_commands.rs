//! One command, run in the trees of both sides.

use perfaudit_bench::CommandLine;
use perfaudit_exec::Interrupt;
use perfaudit_prove::{Both, PairedCommand, Side as ArmSide, TreeCommand, Workbench};
use perfaudit_result::{Arm, WorkloadId};

use super::CompareError;
use super::commands::Commands;
use super::trees::{Side, Trees};
use crate::arguments::TreeCommandArguments;
use crate::error::CommandError;
use crate::progress::Progress;

/// Where a command of both trees is built and run.
pub(in super::super) struct InTrees {
    pub(super) workbench: Workbench,
    command: TreeCommand,
    /// The names of the sources, where they have one: equal ones are the same program.
    sources: Both<Option<String>>,
}

/// A side that can be run.
struct Prepared {
    command: PairedCommand,
    arm: Arm,
    source: Option<String>,
}

/// Builds both sides.
pub(super) fn tree_commands(
    trees: &Trees,
    sides: &Both<Side>,
    line: &str,
    arguments: &TreeCommandArguments,
    interrupt: &Interrupt,
    progress: &Progress,
) -> Result<Commands, CommandError> {
    let mut workbench = trees.workbench(interrupt, progress)?;
    let command = TreeCommand {
        build: arguments.build.clone().map(CommandLine::Line),
        prepare: arguments.prepare.clone().map(CommandLine::Line),
        line: CommandLine::Line(line.to_owned()),
    };
    let Both { a, b } = Both::try_of(|arm| {
        prepare(trees, &command, &mut workbench, arm, sides.get(arm), interrupt, progress)
    })?;
    let sources = Both { a: a.source, b: b.source };
    Ok(Commands {
        id: WorkloadId(format!("command/{}", line.replace('/', "_"))),
        arms: Both { a: a.arm, b: b.arm },
        sides: Both { a: a.command, b: b.command },
        are_same: are_same(&sources),
        environment: Both::default(),
        in_trees: Some(InTrees { workbench, command, sources }),
    })
}

impl Commands {
    /// Puts another source in the place of a side.
    ///
    /// # Panics
    /// When the commands are not run in trees.
    pub(super) fn place(
        &mut self,
        trees: &Trees,
        arm: ArmSide,
        side: &Side,
        interrupt: &Interrupt,
        progress: &Progress,
    ) -> Result<(), CompareError> {
        let in_trees = self.in_trees.as_mut().expect("the command is run in trees");
        let InTrees { workbench, command, sources } = in_trees;
        let prepared = prepare(trees, command, workbench, arm, side, interrupt, progress)?;
        *self.sides.get_mut(arm) = prepared.command;
        *self.arms.get_mut(arm) = prepared.arm;
        *sources.get_mut(arm) = prepared.source;
        self.are_same = are_same(sources);
        Ok(())
    }
}

fn prepare(
    trees: &Trees,
    command: &TreeCommand,
    workbench: &mut Workbench,
    arm: ArmSide,
    side: &Side,
    interrupt: &Interrupt,
    progress: &Progress,
) -> Result<Prepared, CompareError> {
    progress.say(format!("build {} ({})", arm.letter(), side.name));
    let prepared = command.prepare(workbench, arm, &side.tree, interrupt);
    let (command, missing) = prepared.map_err(|source| CompareError::TreeCommand {
        side: arm.letter(),
        name: side.name.clone(),
        source: Box::new(source),
    })?;
    let source = side.tree.name(interrupt)?;
    Ok(Prepared { command, arm: trees.arm(side, None, Vec::new(), &missing), source })
}

fn are_same(sources: &Both<Option<String>>) -> bool {
    sources.a.is_some() && sources.a == sources.b
}
