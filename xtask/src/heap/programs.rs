//! Programs that are compiled to be counted.

use std::path::{Path, PathBuf};

use perfaudit_exec::{Command, Interrupt, run};

use crate::error::TaskError;

/// Compiles a program of Rust.
pub(super) fn rust(source: &str, folder: &Path) -> Result<PathBuf, TaskError> {
    compiled("rustc", &["--edition=2021", "-O", "-g"], source, &folder.join("program.rs"))
}

/// Compiles a program of C.
pub(super) fn c(source: &str, folder: &Path) -> Result<PathBuf, TaskError> {
    compiled("cc", &["-O1", "-g", "-fno-builtin"], source, &folder.join("program.c"))
}

fn compiled(compiler: &str, options: &[&str], source: &str, file: &Path) -> Result<PathBuf, TaskError> {
    std::fs::write(file, source).map_err(TaskError::file(file))?;
    let built = file.with_extension("");
    printed(&Command::new(compiler).args(options).arg("-o").arg(&built).arg(file))?;
    Ok(built)
}

/// What a command that succeeds prints.
pub(super) fn printed(command: &Command) -> Result<String, TaskError> {
    let finished =
        run(command, &Interrupt::new(), &mut |_| {}).map_err(|error| TaskError::Failed(error.to_string()))?;
    if !finished.ending.is_success() {
        return Err(TaskError::Failed(finished.stderr.text()));
    }
    Ok(finished.stdout.text())
}
