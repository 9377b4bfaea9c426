//! Layouts of the programs of both arms: the same code, linked in another order.
//!
//! Where functions lie in memory changes times by percents, and a change of the source moves all that lie behind it.
//! Pairs of one build each cannot tell that from the change itself. The linker is asked to shuffle the sections of code
//! by a seed; LLVM's linker knows how (`--shuffle-sections`), and it is what Rust links with on x86-64 Linux unless
//! told otherwise. Both arms get the same seeds.

use std::fs;
use std::path::{Path, PathBuf};

use perfaudit_bench::{BenchExecutable, Linkage};
use perfaudit_exec::Interrupt;
use perfaudit_project::Selection;

use crate::arm::{BuiltArm, build_request};
use crate::workbench::{Both, Side, Workbench, WorkbenchError};

/// The folder in the target directory of an arm that holds its programs.
const FOLDER: &str = "layouts";

/// Programs that are linked in further layouts.
#[derive(Debug, Default)]
pub struct Layouts(Both<Vec<Shuffled>>);

/// One program of an arm.
#[derive(Debug)]
struct Shuffled {
    as_built: PathBuf,
    /// The programs, without the number of their layout; their names are as long in every layout.
    place: PathBuf,
    linkage: Linkage,
}

/// Why there is but one layout.
#[derive(Debug, thiserror::Error)]
pub enum LayoutError {
    /// The linker does not shuffle, or the program cannot be linked again.
    #[error("{0}")]
    OneLayout(String),
    /// The user interrupted.
    #[error("interrupted")]
    Interrupted,
    /// The arms cannot be reached.
    #[error(transparent)]
    Workbench(#[from] WorkbenchError),
}

impl Layouts {
    /// Makes sure that an executable of an arm can be linked in further layouts; one that already can stays as it is.
    ///
    /// # Errors
    /// Why there is but one layout.
    pub fn prepare(
        &mut self,
        workbench: &mut Workbench,
        side: Side,
        arm: &BuiltArm,
        executable: &BenchExecutable,
        selection: &Selection,
        interrupt: &Interrupt,
    ) -> Result<(), LayoutError> {
        if self.of(side, executable).is_some() {
            return Ok(());
        }
        workbench.seat(side)?;
        let one = shuffled(workbench, arm, executable, selection, interrupt);
        self.0.get_mut(side).push(one.map_err(|why| or_interrupted(why, interrupt))?);
        Ok(())
    }

    /// Forgets the programs of an arm, which is built from another source.
    pub fn forget(&mut self, side: Side) {
        self.0.get_mut(side).clear();
    }

    /// Links a program of an arm in a layout, unless it is there, and answers where it lies while the arm is seated; as
    /// it was built in layout 0, and where it cannot be linked in others.
    ///
    /// # Errors
    /// When it cannot be linked.
    pub fn program(
        &self,
        workbench: &mut Workbench,
        side: Side,
        executable: &BenchExecutable,
        layout: u32,
        interrupt: &Interrupt,
    ) -> Result<PathBuf, LayoutError> {
        let shuffled = self.of(side, executable).filter(|_| layout > 0);
        let Some(shuffled) = shuffled else { return Ok(executable.path.clone()) };
        workbench.seat(side)?;
        shuffled.link(layout, interrupt).map_err(|why| or_interrupted(why, interrupt))
    }

    fn of(&self, side: Side, executable: &BenchExecutable) -> Option<&Shuffled> {
        self.0.get(side).iter().find(|one| one.as_built == executable.path)
    }
}

/// Compiles a program's last crate again, and sees whether its linker gives two layouts.
fn shuffled(
    workbench: &Workbench,
    arm: &BuiltArm,
    executable: &BenchExecutable,
    selection: &Selection,
    interrupt: &Interrupt,
) -> Result<Shuffled, String> {
    let target = workbench.target();
    let name = format!("{}-{}", executable.package, executable.target);
    let folder = target.join(FOLDER).join(&name);
    // Of an earlier source.
    let _ = fs::remove_dir_all(&folder);
    let objects = folder.join("objects");
    let request = build_request(&arm.project, selection, &target);
    let linkage = Linkage::of(request, executable, &objects, interrupt)?;
    let shuffled = Shuffled { as_built: executable.path.clone(), place: folder.join(name), linkage };
    // A linker may take the option and do nothing.
    let [one, other] = [shuffled.link(1, interrupt)?, shuffled.link(2, interrupt)?];
    if is_same(&one, &other)? {
        return Err("its linker gave the same program in further layouts".to_owned());
    }
    Ok(shuffled)
}

impl Shuffled {
    fn link(&self, layout: u32, interrupt: &Interrupt) -> Result<PathBuf, String> {
        let program = self.place.with_added_extension(format!("{layout:05}"));
        if !program.exists() {
            let shuffle = format!("-Wl,--shuffle-sections=.text*={layout}");
            // Debugging information, most of a program, is not loaded; without it nothing lies elsewhere.
            // What a linker leaves that fails or is ended is no program, and would be taken for one.
            let unfinished = self.place.with_added_extension("unfinished");
            self.linkage.link(&unfinished, &[&shuffle, "-Wl,--strip-debug"], interrupt)?;
            fs::rename(&unfinished, &program)
                .map_err(|error| format!("a program cannot be kept: {error}"))?;
        }
        Ok(program)
    }
}

fn is_same(one: &Path, other: &Path) -> Result<bool, String> {
    let read = |path: &Path| fs::read(path).map_err(|error| format!("a program cannot be read: {error}"));
    Ok(read(one)? == read(other)?)
}

fn or_interrupted(why: String, interrupt: &Interrupt) -> LayoutError {
    if interrupt.is_set() { LayoutError::Interrupted } else { LayoutError::OneLayout(why) }
}
