//! Build settings beside the project's own: each is built in a copy and compared as `compare` does it, its programs are
//! weighed and its build is timed. What looks best is measured once more, and only then recommended.

mod allocators;
mod answer;
mod builds;
mod cells;
mod error;
mod folders;
mod means;
mod profdata;
mod settings;
mod training;

use std::collections::BTreeMap;
use std::path::PathBuf;

use perfaudit_exec::Interrupt;
use perfaudit_project::CargoProject;
use perfaudit_project::config::ChosenStage;
use perfaudit_prove::source::ArmSource;
use perfaudit_prove::{Both, Origin, Side as ArmSide, Tree};
use perfaudit_result::{
    ArmKind, BuildMatrix, BuildOutcome, CellState, Limit, MatrixAnswer, MatrixCell, PairedVerdict, StageName,
    StageState,
};

use self::builds::Building;
pub(crate) use self::cells::MatrixCellName;
use self::cells::{Circumstances, Hindrance};
pub(crate) use self::error::MatrixError;
use self::folders::{Folders, configured_above};
use self::means::{Asked, Means, means, profile_of_line};
use self::profdata::Merger;
use self::training::Trainer;
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
    building: Building<'a>,
    trees: Trees,
    circumstances: Circumstances,
    /// What merges profiles, where one of the cells needs it and there is one.
    merger: Option<Merger>,
    train: Option<&'a str>,
    /// The profiles of cells that are trained, by their names.
    trained: BTreeMap<String, PathBuf>,
    sides: Option<Sides>,
    measured: Option<Measured>,
    used: Used,
    interrupt: &'a Interrupt,
    progress: &'a Progress,
}

impl<'a> Matrix<'a> {
    fn of(
        arguments: &'a BuildMatrixArguments,
        pairing: &'a PairingArguments,
        run: &'a mut PairsRun,
        interrupt: &'a Interrupt,
        progress: &'a Progress,
    ) -> Result<Self, CommandError> {
        let project = &run.project;
        let train = arguments.train.as_deref();
        let line = pairing.in_tree.build.as_deref().filter(|_| pairing.in_tree.command.is_some());
        let chosen = run.config.bench.selection().profile;
        let profile_name = line.map_or_else(|| chosen.unwrap_or_else(|| "bench".to_owned()), profile_of_line);
        let is_of_benchmarks = line.is_none();
        let asked = Asked { cells: &arguments.cells, profile: &profile_name, is_of_benchmarks, train };
        let Means { circumstances, merger } = means(project, asked, interrupt, progress)?;
        let folders = Folders::make(project, interrupt)?;
        let sources = folders.both.map(|folder| ArmSource::Folder(folder.clone()));
        let trees = Trees::of(&sources, &pairing.project, &project.root, interrupt)?;
        Ok(Self {
            pairing,
            building: Building {
                folders,
                selection: run.config.bench.selection(),
                offline: run.config.audit.offline.value,
                line,
                profile: profile_name,
                builds: arguments.builds,
                interrupt,
                progress,
            },
            run,
            trees,
            circumstances,
            merger,
            train,
            trained: BTreeMap::new(),
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
        let (own, no_preloading) = match self.outcome(ArmSide::A, OWN)? {
            Ok(own) => own,
            Err(_) if self.interrupt.is_set() => return Err(CompareError::Interrupted.into()),
            Err(why) => return Err(MatrixError::Own { why }.into()),
        };
        self.run.stages.push(building.end(&self.run.directory, StageState::Done, None));
        for (done, &index) in waiting.iter().enumerate() {
            // One share for each that is left, and one for what is measured again.
            let shares = waiting.len() - done + 1;
            if let (Some(hindrance), true) = (&no_preloading, names[index].has_allocator()) {
                let cell = &mut cells[index];
                cell.state = CellState::Unsupported;
                cell.message = Some(hindrance.reason.clone());
                cell.remedy = Some(hindrance.remedy.clone());
                continue;
            }
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
        if let (Some(sides), false) = (&mut self.sides, self.trained.is_empty()) {
            // Nothing is ever built by the same profile again.
            sides.forget_products(ArmSide::B)?;
        }
        let Some(measured) = self.measured else {
            return Err(MatrixError::nothing(&cells).into());
        };
        let matrix = BuildMatrix {
            profile: self.building.profile,
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
        if name.is_trained() && !self.train(name, cell)? {
            return Ok(());
        }
        if !self.begin(name, cell)? {
            return Ok(());
        }
        if let Some(installed) = name.allocator(&self.circumstances.allocators) {
            let file = installed.library.file_name().unwrap_or_default().to_string_lossy();
            cell.message = Some(format!(
                "the same programs with {file} preloaded; as their `#[global_allocator]` it is called without the loader's detour, and may gain a little more"
            ));
            return self.pairs(name, cell, shares);
        }
        match self.outcome(ArmSide::B, &cell.name)? {
            Ok((outcome, _)) => cell.outcome = Some(outcome),
            Err(why) => {
                self.failed(cell, why);
                return Ok(());
            }
        }
        self.pairs(name, cell, shares)
    }

    /// The project does not do it; after an interrupt nobody knows.
    fn failed(&self, cell: &mut MatrixCell, why: String) {
        if self.interrupt.is_set() {
            cell.message = Some("interrupted".to_owned());
        } else {
            cell.state = CellState::Failed;
            cell.message = Some(why);
        }
    }

    /// Makes the profile of a cell; false, with a message in the cell, where there is none.
    fn train(&mut self, name: &MatrixCellName, cell: &mut MatrixCell) -> Result<bool, CommandError> {
        if let Some(why) = self.is_over() {
            cell.message = Some(why.to_owned());
            return Ok(false);
        }
        let merger = self.merger.as_ref().expect("a cell is planned where its profiles can be merged");
        let (trained, aside) = self.building.folders.empty_training()?;
        let flag = format!("-Cprofile-generate={}", aside.display());
        self.building.folders.set(&self.building.profile, name, Some(&flag))?;
        let trainer = Trainer {
            merger,
            measured: self.run.config.bench.filter.value.as_ref(),
            line: self.pairing.in_tree.command.as_deref(),
            other: self.train,
            patience: self.pairing.timeout,
        };
        let folder = &self.building.folders.both.b;
        let made = self.building.train(folder, &cell.name, &trained, &trainer, &mut self.run.directory)?;
        match made {
            Ok(made) => {
                cell.message = Some(made.told);
                cell.risks.extend(made.risk.map(str::to_owned));
                self.trained.insert(cell.name.clone(), made.profile);
                Ok(true)
            }
            Err(why) => {
                self.failed(cell, why);
                Ok(false)
            }
        }
    }

    /// Why no more is to be tried; none where there is time.
    fn is_over(&self) -> Option<&'static str> {
        match self.interrupt.is_set() {
            true => Some("interrupted"),
            false => self.used.is_all(self.run).then_some("the budget was spent"),
        }
    }

    /// Sets what a cell is about; false, with a message in the cell, where no more is to be tried.
    fn begin(&self, name: &MatrixCellName, cell: &mut MatrixCell) -> Result<bool, CommandError> {
        if let Some(why) = self.is_over() {
            cell.message = Some(why.to_owned());
            return Ok(false);
        }
        let profile = self.trained.get(&cell.name);
        let flag = profile.map(|profile| format!("-Cprofile-use={}", profile.display()));
        self.building.folders.set(&self.building.profile, name, flag.as_deref())?;
        Ok(true)
    }

    /// Builds from nothing, timed.
    fn outcome(
        &self,
        side: ArmSide,
        name: &str,
    ) -> Result<Result<(BuildOutcome, Option<Hindrance>), String>, CommandError> {
        self.building.outcome(self.building.folders.both.get(side), name)
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
        let mut measured = self.compare(name, shares)?;
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
        let side = |folder: &PathBuf, name: &str| Side {
            name: name.to_owned(),
            tree: Tree { origin: Origin::Folder(folder.clone()), folder: PathBuf::new() },
        };
        let sides = Both {
            a: side(&self.building.folders.both.a, OWN),
            b: side(&self.building.folders.both.b, name),
        };
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
    fn compare(&mut self, name: &MatrixCellName, shares: usize) -> Result<Measured, CommandError> {
        let mut config = self.run.config.clone();
        // What is tried is judged by its time alone.
        config.audit.skip.value.extend([ChosenStage::Heap, ChosenStage::Cpu]);
        let mut pairing = self.pairing.clone();
        let sides = self.sides.as_mut().expect("both sides were placed");
        let allocator = name.allocator(&self.circumstances.allocators);
        let library = allocator.map(|installed| installed.library.as_path());
        sides.set_environment(library.map(allocators::environment).unwrap_or_default());
        if library.is_some() {
            // The program's own instructions are the same, and lie at the same place.
            pairing.witness = None;
        }
        let one = OneOfSeveral {
            delta: pairing.delta,
            pairing: &pairing,
            config,
            others: 0,
            shares,
            settles: library.is_none(),
            interrupt: self.interrupt,
            progress: self.progress,
        };
        self.used.measure(self.run, sides, one)
    }
}
