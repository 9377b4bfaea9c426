//! Further layouts of the programs of an arm: the same code, linked in another order.
//!
//! Where functions lie in memory changes times by percents, and a change of the source moves all that lie behind it.
//! Pairs of one build each cannot tell that from the change itself. The linker is asked to shuffle the sections of code
//! by a seed; LLVM's linker knows how (`--shuffle-sections`), and it is what Rust links with on x86-64 Linux unless
//! told otherwise. Both arms get the same seeds.

use std::fs;
use std::path::{Path, PathBuf};

use perfaudit_bench::{BenchExecutable, relinked};
use perfaudit_exec::Interrupt;
use perfaudit_project::Selection;

use crate::arm::BuiltArm;
use crate::workbench::Workbench;

/// The folder beside the target directory that holds the programs.
const FOLDER: &str = "layouts";

/// The executables of the arm that is seated, in `layouts` layouts, the first of them as they were built.
///
/// # Errors
/// Why there is but one layout, in words: the linker does not shuffle, or a file cannot be copied.
pub fn lay_out(
    workbench: &Workbench,
    arm: &BuiltArm,
    selection: &Selection,
    layouts: u32,
    interrupt: &Interrupt,
    linking: &mut dyn FnMut(u32, &BenchExecutable),
) -> Result<Vec<Vec<BenchExecutable>>, String> {
    let target = workbench.target();
    let folder = target.join(FOLDER);
    // Those of an earlier comparison.
    let _ = fs::remove_dir_all(&folder);
    let mut all = Vec::new();
    for layout in 0..layouts {
        let place = folder.join(layout.to_string());
        fs::create_dir_all(&place).map_err(|error| format!("a folder cannot be made: {error}"))?;
        let mut executables = Vec::new();
        for executable in &arm.built.executables {
            if interrupt.is_set() {
                return Err("interrupted".to_owned());
            }
            let path = if layout == 0 {
                executable.path.clone()
            } else {
                linking(layout, executable);
                let argument = format!("link-arg=-Wl,--shuffle-sections=.text*={layout}");
                relinked(&arm.project, selection, &target, executable, &argument, interrupt)?
            };
            executables
                .push(BenchExecutable { path: keep(&path, &place, executable)?, ..executable.clone() });
        }
        all.push(executables);
    }
    Ok(all)
}

/// A copy of a program: cargo may write over it. Its name is as long in every layout.
fn keep(program: &Path, place: &Path, executable: &BenchExecutable) -> Result<PathBuf, String> {
    let copy = place.join(format!("{}-{}", executable.package, executable.target));
    fs::copy(program, &copy).map_err(|error| format!("a program cannot be copied: {error}"))?;
    Ok(copy)
}
