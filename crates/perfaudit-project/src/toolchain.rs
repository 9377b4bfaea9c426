//! The compiler and the build tool that a project uses.

use std::path::PathBuf;

use perfaudit_exec::{Command, Finished, Interrupt};
use perfaudit_result::Toolchain;

use crate::cargo::Cargo;
use crate::error::ProjectError;

/// The toolchain that a project uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstalledToolchain {
    /// Its versions.
    pub versions: Toolchain,
    /// The folder of the compiler's own libraries.
    pub standard_library: PathBuf,
}

/// Asks `rustc` and `cargo` in the project's directory, where a `rust-toolchain.toml` counts.
pub(crate) fn installed(cargo: &Cargo, interrupt: &Interrupt) -> Result<InstalledToolchain, ProjectError> {
    let ask = |command| answered(&Cargo::query(command, interrupt)?);
    let rustc = |argument| {
        Command::new("rustc").arg(argument).env("RUSTUP_AUTO_INSTALL", "0").directory(cargo.directory())
    };
    let version = ask(rustc("-vV"))?;
    let standard_library = PathBuf::from(ask(rustc("--print=target-libdir"))?.trim());
    let cargo_version = ask(cargo.command("-V"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or("unknown").to_owned();
    let first_line = |text: &str| text.lines().next().unwrap_or_default().trim().to_owned();
    let versions = Toolchain { rustc: first_line(&version), cargo: first_line(&cargo_version), host };
    Ok(InstalledToolchain { versions, standard_library })
}

/// What `rustc --print cfg` prints in the project's directory.
pub(crate) fn cfg(cargo: &Cargo, interrupt: &Interrupt) -> Result<String, ProjectError> {
    let command = Command::new("rustc").args(["--print", "cfg"]).env("RUSTUP_AUTO_INSTALL", "0");
    answered(&Cargo::query(command.directory(cargo.directory()), interrupt)?)
}

fn answered(finished: &Finished) -> Result<String, ProjectError> {
    if finished.ending.is_success() {
        return Ok(finished.stdout.text());
    }
    let said = finished.stderr.text();
    let message = said
        .lines()
        .take_while(|line| !line.starts_with("Stack backtrace"))
        .map(str::trim_end)
        .filter(|line| !line.is_empty() && !line.starts_with("help: run `rustup toolchain install`"))
        .collect::<Vec<_>>()
        .join("\n");
    Err(ProjectError::Toolchain {
        message: format!(
            "{message}\ninstall it with `rustup toolchain install` in the project's directory, or choose another one with the environment variable RUSTUP_TOOLCHAIN"
        ),
    })
}
