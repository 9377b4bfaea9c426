//! Build settings beside the project's own: each is built in a copy and compared as `compare` does it, its programs are
//! weighed and its build is timed. What looks best is measured once more, and only then recommended.

mod answer;
mod builds;
mod cells;
mod error;
mod folders;
mod settings;

use perfaudit_exec::Interrupt;
use perfaudit_project::config::ChosenStage;
use perfaudit_project::{CargoProject, benchmark_settings, shipped_settings};
use perfaudit_prove::source::ArmSource;
use perfaudit_prove::{Both, Origin, Side as ArmSide, Tree};
use perfaudit_result::{
    ArmKind, BuildMatrix, BuildOutcome, BuildSetting, CellState, Limit, MatrixAnswer, MatrixCell,
    PairedVerdict, StageName, StageState,
};

use self::builds::Building;
use self::cells::Circumstances;
pub(crate) use self::cells::MatrixCellName;
pub(crate) use self::error::MatrixError;
use self::folders::{Folders, configured_above};
use super::CompletedRun;
use super::compare::trees::{Side, Trees};
use super::compare::{
    Answer, Building as Sources, CompareError, Measured, OneOfSeveral, PairsRun, Sides, Used,
};
use super::record::Recorder;
use crate::arguments::{BuildMatrixArguments, PairingArguments};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::progress::Progress;

/// What builds a project whose command is measured, unless the user says otherwise.
const BUILD: &str = "cargo build --release";
/// What side A is called.
const OWN: &str = "the project's own settings";
/// The variables that hide the flags of a configuration.
const FLAGS: [&str; 3] = ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS"];

/// Tries build settings on a project.
pub(crate) fn build_matrix(
    arguments: &BuildMatrixArguments,
    argv: Vec<String>,
    interrupt: &Interrupt,
    progress: &Progress,
) -> Result<CompletedRun, CommandError> {
    progress.say("find  the project".to_owned());
    let mut pairing = arguments.pairing.clone();
    if pairing.in_tree.command.is_some() {
        pairing.in_tree.build.get_or_insert_with(|| BUILD.to_owned());
    }
    let mut run = PairsRun::open(&pairing, &arguments.output, true, interrupt)?;
    let result = Matrix::of(arguments, &pairing, &mut run, interrupt, progress)
        .and_then(|matrix| matrix.measure(&arguments.cells));
    let (measured, matrix) = result.inspect_err(|_| run.leave_nothing())?;
    let above = above(&run.project);
    let verdict = answer::verdict(&matrix, interrupt.is_set());
    let answer = Answer { bisection: None, verdict, what: "the whole matrix, in the same order" };
    let mut completed = run.finish(argv, measured, answer, interrupt);
    let is_second = match &matrix.answer {
        MatrixAnswer::Recommended { again, .. } | MatrixAnswer::NotConfirmed { again, .. } => {
            !again.is_empty()
        }
        MatrixAnswer::Keep { .. } => false,
    };
    if !is_second {
        completed.result.paired = None;
    }
    completed.result.matrix = Some(matrix);
    completed.result.limits.extend(above);
    Ok(completed)
}

fn above(project: &CargoProject) -> Option<Limit> {
    configured_above(project).map(|_| Limit {
        code: "configuration-above".to_owned(),
        message: "cargo is also configured in a folder above the project, which its copies do not see: both sides were built without that".to_owned(),
        remedy: Some("put what matters into `.cargo/config.toml` of the project".to_owned()),
    })
}

/// A matrix that is being filled.
struct Matrix<'a> {
    pairing: &'a PairingArguments,
    run: &'a mut PairsRun,
    folders: Folders,
    trees: Trees,
    builds: std::num::NonZeroU32,
    profile_name: String,
    circumstances: Circumstances,
    sides: Option<Sides>,
    measured: Option<Measured>,
    used: Used,
    interrupt: &'a Interrupt,
    progress: &'a Progress,
}

impl<'a> Matrix<'a> {
    fn of(
        arguments: &BuildMatrixArguments,
        pairing: &'a PairingArguments,
        run: &'a mut PairsRun,
        interrupt: &'a Interrupt,
        progress: &'a Progress,
    ) -> Result<Self, CommandError> {
        let project = &run.project;
        let line = pairing.in_tree.build.as_deref().filter(|_| pairing.in_tree.command.is_some());
        let chosen = run.config.bench.selection().profile;
        let profile_name = line.map_or_else(|| chosen.unwrap_or_else(|| "bench".to_owned()), profile_of_line);
        let own = match line {
            Some(_) => shipped_settings(&project.cargo, &profile_name),
            None => benchmark_settings(&project.cargo, &profile_name),
        };
        let own = own.unwrap_or_default().into_iter();
        let is_tool = |folder: &std::path::Path| folder.join("bin/llvm-profdata").is_file();
        let circumstances = Circumstances {
            own: own.map(|(key, value)| BuildSetting { key: key.to_owned(), value }).collect(),
            is_of_benchmarks: line.is_none(),
            flags_in: FLAGS.into_iter().find(|name| std::env::var_os(name).is_some()),
            has_profdata: project.toolchain.standard_library.parent().is_some_and(is_tool),
        };
        let folders = Folders::make(project, interrupt)?;
        let sources = folders.both.map(|folder| ArmSource::Folder(folder.clone()));
        let trees = Trees::of(&sources, &pairing.project, &project.root, interrupt)?;
        Ok(Self {
            pairing,
            run,
            folders,
            trees,
            builds: arguments.builds,
            profile_name,
            circumstances,
            sides: None,
            measured: None,
            used: Used::default(),
            interrupt,
            progress,
        })
    }

    fn measure(mut self, names: &[MatrixCellName]) -> Result<(Measured, BuildMatrix), CommandError> {
        let mut cells: Vec<MatrixCell> = names.iter().map(|name| name.planned(&self.circumstances)).collect();
        let waiting: Vec<usize> =
            (0..cells.len()).filter(|&index| cells[index].state == CellState::NotMeasured).collect();
        if waiting.is_empty() {
            return Err(MatrixError::nothing(&cells).into());
        }
        let building = Recorder::begin(StageName::Build, Some(&self.run.directory));
        self.fetch()?;
        let own = match self.outcome(ArmSide::A, OWN)? {
            Ok(own) => own,
            Err(_) if self.interrupt.is_set() => return Err(CompareError::Interrupted.into()),
            Err(why) => return Err(MatrixError::Own { why }.into()),
        };
        self.run.stages.push(building.end(&self.run.directory, StageState::Done, None));
        for (done, &index) in waiting.iter().enumerate() {
            // One share for each that is left, and one for what is measured again.
            let shares = waiting.len() - done + 1;
            self.cell(&names[index], &mut cells[index], shares)?;
        }
        let answer = match answer::best(&cells) {
            None => answer::keep(&cells),
            Some(index) => {
                let mut again = MatrixCell { rows: Vec::new(), ..cells[index].clone() };
                self.pairs(&names[index], &mut again, 1)?;
                answer::confirmed(again.name, again.rows)
            }
        };
        let Some(measured) = self.measured else {
            return Err(MatrixError::nothing(&cells).into());
        };
        let matrix = BuildMatrix {
            profile: self.profile_name,
            own: self.circumstances.own,
            outcome: own,
            cells,
            alpha: measured.comparison.design.alpha,
            answer,
        };
        Ok((measured, matrix))
    }

    /// Fetches dependencies, so that no build waits for the network; what that cannot do, the build says.
    fn fetch(&self) -> Result<(), CommandError> {
        self.progress.say("fetch dependencies".to_owned());
        let project = &self.run.project;
        let command = project.cargo.command("fetch");
        let command = if project.copied.is_none() { command.arg("--locked") } else { command };
        perfaudit_exec::run(&command, self.interrupt, &mut |_| {})?;
        Ok(())
    }

    /// Tries one cell.
    fn cell(
        &mut self,
        name: &MatrixCellName,
        cell: &mut MatrixCell,
        shares: usize,
    ) -> Result<(), CommandError> {
        if !self.begin(name, cell)? {
            return Ok(());
        }
        match self.outcome(ArmSide::B, &cell.name)? {
            Ok(outcome) => cell.outcome = Some(outcome),
            Err(_) if self.interrupt.is_set() => {
                cell.message = Some("interrupted".to_owned());
                return Ok(());
            }
            Err(why) => {
                cell.state = CellState::Failed;
                cell.message = Some(why);
                return Ok(());
            }
        }
        self.pairs(name, cell, shares)
    }

    /// Sets what a cell is about; false, with a message in the cell, where no more is to be tried.
    fn begin(&self, name: &MatrixCellName, cell: &mut MatrixCell) -> Result<bool, CommandError> {
        let why = match self.interrupt.is_set() {
            true => "interrupted",
            false if self.used.is_all(self.run) => "the budget was spent",
            false => {
                self.folders.set(&self.profile_name, name)?;
                return Ok(true);
            }
        };
        cell.message = Some(why.to_owned());
        Ok(false)
    }

    /// Builds from nothing, timed.
    fn outcome(&self, side: ArmSide, name: &str) -> Result<Result<BuildOutcome, String>, CommandError> {
        let selection = self.run.config.bench.selection();
        let in_tree = &self.pairing.in_tree;
        let building = Building {
            folders: &self.folders,
            selection: &selection,
            offline: self.run.config.audit.offline.value,
            line: in_tree.build.as_deref().filter(|_| in_tree.command.is_some()),
            profile: &self.profile_name,
            builds: self.builds,
            interrupt: self.interrupt,
            progress: self.progress,
        };
        building.outcome(self.folders.both.get(side), name)
    }

    /// Compares a cell with the project's own settings.
    fn pairs(
        &mut self,
        name: &MatrixCellName,
        cell: &mut MatrixCell,
        shares: usize,
    ) -> Result<(), CommandError> {
        if !self.begin(name, cell)? {
            return Ok(());
        }
        if let Err(error) = self.place(&cell.name) {
            let is_of_source = matches!(&error, CommandError::Compare(error) if error.is_of_source());
            if error.exit() == Exit::Inconclusive {
                cell.message = Some("interrupted".to_owned());
                return Ok(());
            }
            if !is_of_source {
                return Err(error);
            }
            cell.state = CellState::Failed;
            cell.message = Some(error.to_string());
            return Ok(());
        }
        let mut measured = self.compare(shares)?;
        let comparison = &mut measured.comparison;
        comparison.before.kind = ArmKind::Settings;
        comparison.after.kind = ArmKind::Settings;
        cell.rows = comparison.rows.clone();
        let with = |verdict| cell.rows.iter().filter(|row| row.verdict == verdict).count();
        let failed = with(PairedVerdict::NotMeasured);
        if failed == cell.rows.len() {
            cell.state = if self.interrupt.is_set() { CellState::NotMeasured } else { CellState::Failed };
            cell.message = cell.rows.iter().find_map(|row| row.message.clone());
        } else {
            cell.state = CellState::Measured;
            if with(PairedVerdict::Identical) == cell.rows.len() {
                cell.message = Some(
                    "the programs are the same: the settings change nothing here, or something hides them"
                        .to_owned(),
                );
            }
        }
        let earlier = self.measured.take().map(|earlier| earlier.samples);
        measured.samples.extend(earlier.unwrap_or_default());
        self.measured = Some(measured);
        Ok(())
    }

    /// Builds the folder of what is tried in the place of side B.
    fn place(&mut self, name: &str) -> Result<(), CommandError> {
        let side = |folder: &std::path::PathBuf, name: &str| Side {
            name: name.to_owned(),
            tree: Tree { origin: Origin::Folder(folder.clone()), folder: std::path::PathBuf::new() },
        };
        let sides = Both { a: side(&self.folders.both.a, OWN), b: side(&self.folders.both.b, name) };
        let sources = Sources {
            trees: &self.trees,
            pairing: self.pairing,
            project_root: &self.run.project.root,
            config: &self.run.config,
        };
        match &mut self.sides {
            Some(placed) => placed.place(sources, ArmSide::B, &sides.b, self.interrupt, self.progress),
            None => {
                self.sides = Some(Sides::of_trees(sources, &sides, self.interrupt, self.progress)?);
                Ok(())
            }
        }
    }

    /// Measures both sides as they are, with a share of the budget that is left.
    fn compare(&mut self, shares: usize) -> Result<Measured, CommandError> {
        let mut config = self.run.config.clone();
        // What is tried is judged by its time alone.
        config.audit.skip.value.extend([ChosenStage::Heap, ChosenStage::Cpu]);
        let (pairing, interrupt, progress) = (self.pairing, self.interrupt, self.progress);
        let delta = pairing.delta;
        let one =
            OneOfSeveral { pairing, config, delta, others: 0, shares, settles: true, interrupt, progress };
        let sides = self.sides.as_mut().expect("both sides were placed");
        self.used.measure(self.run, sides, one)
    }
}

/// The profile that a line builds with.
fn profile_of_line(line: &str) -> String {
    let mut words = line.split_whitespace();
    while let Some(word) = words.next() {
        let named =
            word.strip_prefix("--profile=").or_else(|| (word == "--profile").then(|| words.next())?);
        match (named, word) {
            (Some(name), _) => return name.to_owned(),
            (None, "--release" | "-r") => return "release".to_owned(),
            _ => {}
        }
    }
    "dev".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_of_a_line_is_the_one_that_cargo_takes() {
        for (line, profile) in [
            ("cargo build --release", "release"),
            ("cargo build -r --bins", "release"),
            ("cargo build --profile dist", "dist"),
            ("cargo build --profile=dist --locked", "dist"),
            ("cargo build", "dev"),
        ] {
            assert_eq!(profile_of_line(line), profile);
        }
    }
}
