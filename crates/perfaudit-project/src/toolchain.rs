//! The compiler and the build tool that a project uses.

use perfaudit_exec::{Command, Finished, Interrupt};
use perfaudit_result::Toolchain;

use crate::cargo::Cargo;
use crate::error::ProjectError;

/// Asks `rustc` and `cargo` for their versions, in the project's directory, where a `rust-toolchain.toml` counts.
///
/// # Errors
/// When the toolchain is not installed.
pub fn toolchain(cargo: &Cargo, interrupt: &Interrupt) -> Result<Toolchain, ProjectError> {
    let rustc = Command::new("rustc").arg("-vV").env("RUSTUP_AUTO_INSTALL", "0").directory(cargo.directory());
    let rustc = answered(&Cargo::query(rustc, interrupt)?)?;
    let cargo_version = answered(&Cargo::query(cargo.command("-V"), interrupt)?)?;
    let host = rustc.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or("unknown").to_owned();
    let first_line = |text: &str| text.lines().next().unwrap_or_default().trim().to_owned();
    Ok(Toolchain { rustc: first_line(&rustc), cargo: first_line(&cargo_version), host })
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
