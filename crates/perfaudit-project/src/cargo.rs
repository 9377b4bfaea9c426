//! How cargo is called: always the same way, so that every call sees the same project.

use std::path::{Path, PathBuf};

use perfaudit_exec::{Command, Ending, Finished, Interrupt, OutputLimit, run};

use crate::error::ProjectError;

/// Metadata of a large workspace is tens of megabytes.
const METADATA_LIMIT: OutputLimit = OutputLimit(256 * 1024 * 1024);

/// Calls cargo for one project.
#[derive(Debug, Clone)]
pub struct Cargo {
    directory: PathBuf,
    offline: bool,
    configuration: Vec<PathBuf>,
}

impl Cargo {
    pub(crate) fn new(directory: &Path, offline: bool) -> Self {
        Self { directory: directory.to_owned(), offline, configuration: Vec::new() }
    }

    /// The same project in another place, with the configuration files that cargo would find from the first.
    pub(crate) fn moved(&self, directory: &Path) -> Self {
        let configuration = self
            .directory
            .ancestors()
            .skip(1)
            .flat_map(|folder| [folder.join(".cargo/config.toml"), folder.join(".cargo/config")])
            .filter(|file| file.is_file() && !is_in_cargo_home(file))
            // What a copy was told of, a copy of it is told of too.
            .chain(self.configuration.iter().cloned())
            .collect();
        Self { directory: directory.to_owned(), offline: self.offline, configuration }
    }

    /// A cargo command in the project's root. A toolchain that is missing is not installed: perfaudit opens no
    /// connection on its own.
    #[must_use]
    pub fn command(&self, subcommand: &str) -> Command {
        let mut command =
            Command::new("cargo").env("RUSTUP_AUTO_INSTALL", "0").env("CARGO_TERM_COLOR", "never");
        // The nearest file must win, and a later `--config` beats an earlier one.
        for file in self.configuration.iter().rev() {
            command = command.arg("--config").arg(file);
        }
        if self.offline {
            command = command.arg("--offline");
        }
        command.arg(subcommand).directory(&self.directory)
    }

    /// The same, with a target directory of our own. What cargo keeps apart from its target directory
    /// (`build.build-dir`) goes there too: otherwise an empty target directory would not be an empty one.
    #[must_use]
    pub fn command_into(&self, subcommand: &str, target_directory: &Path) -> Command {
        self.command(subcommand)
            .arg("--target-dir")
            .arg(target_directory)
            .env("CARGO_BUILD_BUILD_DIR", target_directory)
    }

    /// The configuration files that cargo is told of.
    pub(crate) fn configuration(&self) -> &[PathBuf] {
        &self.configuration
    }

    /// The directory it is called in.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    pub(crate) fn query(command: Command, interrupt: &Interrupt) -> Result<Finished, ProjectError> {
        let finished = run(&command.output_limit(METADATA_LIMIT), interrupt, &mut |_| {})?;
        match finished.ending {
            Ending::Interrupted => Err(ProjectError::Interrupted),
            _ => Ok(finished),
        }
    }
}

fn is_in_cargo_home(file: &Path) -> bool {
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    // `~/.cargo/config.toml` is found from everywhere and need not be named.
    home.is_some_and(|home| file.parent() == Some(home.as_path()))
}
