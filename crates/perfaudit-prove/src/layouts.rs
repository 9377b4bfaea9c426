//! Further layouts of the programs of an arm: the same code, linked in another order.
//!
//! Where functions lie in memory changes times by percents, and a change of the source moves all that lie behind it.
//! Pairs of one build each cannot tell that from the change itself. The linker is asked to shuffle the sections of code
//! by a seed; LLVM's linker knows how (`--shuffle-sections`), and it is what Rust links with on x86-64 Linux unless
//! told otherwise. Both arms get the same seeds.

use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use perfaudit_bench::{BenchExecutable, relinked};
use perfaudit_exec::Interrupt;
use perfaudit_project::Selection;

use crate::arm::BuiltArm;
use crate::workbench::Workbench;

/// The folder beside the target directory that holds the programs.
const FOLDER: &str = "layouts";

/// Executables of the arm that is seated, in these layouts; number 0 is as they were built.
///
/// # Errors
/// Why there is but one layout, in words: the linker does not shuffle, or a file cannot be copied.
pub fn lay_out(
    workbench: &Workbench,
    arm: &BuiltArm,
    executables: &[BenchExecutable],
    selection: &Selection,
    layouts: Range<u32>,
    interrupt: &Interrupt,
    linking: &mut dyn FnMut(u32, &BenchExecutable),
) -> Result<Vec<Vec<BenchExecutable>>, String> {
    let target = workbench.target();
    let folder = target.join(FOLDER);
    if layouts.start == 0 {
        // Those of an earlier comparison.
        let _ = fs::remove_dir_all(&folder);
    }
    let aside = folder.join("as-built");
    let built: Vec<PathBuf> = executables
        .iter()
        .map(|executable| {
            fs::create_dir_all(&aside).map_err(no_folder)?;
            keep(&executable.path, &aside, executable)
        })
        .collect::<Result<_, String>>()?;
    let mut all = Vec::new();
    for layout in layouts {
        let place = folder.join(layout.to_string());
        fs::create_dir_all(&place).map_err(no_folder)?;
        let mut programs = Vec::new();
        for (executable, as_built) in executables.iter().zip(&built) {
            if interrupt.is_set() {
                return Err("interrupted".to_owned());
            }
            let path = if layout == 0 {
                keep(as_built, &place, executable)?
            } else {
                linking(layout, executable);
                let argument = format!("link-arg=-Wl,--shuffle-sections=.text*={layout}");
                let linked = relinked(&arm.project, selection, &target, executable, &argument, interrupt);
                let kept = linked.and_then(|linked| keep(&linked, &place, executable));
                // cargo may have written over the program as it was built, which others still run.
                fs::copy(as_built, &executable.path).map_err(no_copy)?;
                kept?
            };
            programs.push(BenchExecutable { path, ..executable.clone() });
        }
        all.push(programs);
    }
    Ok(all)
}

/// A copy of a program. Its name is as long in every layout.
fn keep(program: &Path, place: &Path, executable: &BenchExecutable) -> Result<PathBuf, String> {
    let copy = place.join(format!("{}-{}", executable.package, executable.target));
    fs::copy(program, &copy).map_err(no_copy)?;
    Ok(copy)
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
fn no_folder(error: io::Error) -> String {
    format!("a folder cannot be made: {error}")
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
fn no_copy(error: io::Error) -> String {
    format!("a program cannot be copied: {error}")
}
