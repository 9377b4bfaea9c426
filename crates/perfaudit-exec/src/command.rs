//! What to run.

use std::ffi::{OsStr, OsString};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::process::RunError;

/// How many bytes of each end of each stream are kept in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputLimit(pub usize);

/// A program with its arguments, its directory, its environment and its limits.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Command {
    pub(crate) program: OsString,
    pub(crate) arguments: Vec<OsString>,
    pub(crate) directory: Option<PathBuf>,
    /// The file on standard input; none is `/dev/null`.
    #[serde(default)]
    pub(crate) input: Option<PathBuf>,
    pub(crate) environment: Vec<(OsString, OsString)>,
    pub(crate) removed: Vec<OsString>,
    pub(crate) time_limit: Option<Duration>,
    pub(crate) output_limit: OutputLimit,
    pub(crate) inherits_output: bool,
}

impl Command {
    /// A program without arguments, in this directory, with this environment, without a time limit.
    #[must_use]
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        Self {
            program: program.as_ref().to_owned(),
            arguments: Vec::new(),
            directory: None,
            input: None,
            environment: Vec::new(),
            removed: Vec::new(),
            time_limit: None,
            output_limit: OutputLimit(256 * 1024),
            inherits_output: false,
        }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(arguments.into_iter().map(|argument| argument.as_ref().to_owned()));
        self
    }

    /// The same, run by another program that gets it behind its own arguments.
    #[must_use]
    pub fn run_by(mut self, runner: &Path, arguments: impl IntoIterator<Item = OsString>) -> Self {
        let program = std::mem::replace(&mut self.program, runner.as_os_str().to_owned());
        let own = std::mem::take(&mut self.arguments);
        self.arguments = arguments.into_iter().chain([program]).chain(own).collect();
        self
    }

    /// Runs in this directory.
    #[must_use]
    pub fn directory(mut self, directory: impl AsRef<Path>) -> Self {
        self.directory = Some(directory.as_ref().to_owned());
        self
    }

    /// Has this file on standard input, which is empty otherwise.
    #[must_use]
    pub fn input(mut self, file: impl AsRef<Path>) -> Self {
        self.input = Some(file.as_ref().to_owned());
        self
    }

    /// What is on standard input.
    pub(crate) fn stdin(&self) -> std::io::Result<std::process::Stdio> {
        match &self.input {
            Some(file) => std::fs::File::open(file).map(Into::into),
            None => Ok(std::process::Stdio::null()),
        }
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.environment.push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Removes an environment variable.
    #[must_use]
    pub fn env_remove(mut self, name: impl AsRef<OsStr>) -> Self {
        self.removed.push(name.as_ref().to_owned());
        self
    }

    /// Ends the child after this time.
    #[must_use]
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = Some(limit);
        self
    }

    /// Keeps this much of what the child prints.
    #[must_use]
    pub fn output_limit(mut self, limit: OutputLimit) -> Self {
        self.output_limit = limit;
        self
    }

    /// Lets the child print where this process prints; nothing of it is kept or observed.
    #[must_use]
    pub fn inherit_output(mut self) -> Self {
        self.inherits_output = true;
        self
    }

    /// That it cannot be started, with its name.
    pub(crate) fn cannot_start(&self, source: std::io::Error) -> RunError {
        RunError::Start { program: self.program.to_string_lossy().into_owned(), source }
    }

    /// The child as the standard library starts it, leading a process group of its own; its streams are left open.
    pub(crate) fn builder(&self) -> std::process::Command {
        let mut builder = std::process::Command::new(&self.program);
        builder.args(&self.arguments).envs(self.environment.iter().map(|(name, value)| (name, value)));
        for name in &self.removed {
            builder.env_remove(name);
        }
        if let Some(directory) = &self.directory {
            builder.current_dir(directory);
        }
        builder.process_group(0);
        builder
    }

    /// The value that a variable of the environment has for it.
    #[must_use]
    pub fn variable(&self, name: impl AsRef<OsStr>) -> Option<OsString> {
        let name = name.as_ref();
        if self.removed.iter().any(|removed| removed == name) {
            return None;
        }
        let set = self.environment.iter().rev().find(|(set, _)| set == name);
        set.map(|(_, value)| value.clone()).or_else(|| std::env::var_os(name))
    }

    /// The file that is run, found as the system finds it (`execvp(3)`); none if there is no such file.
    #[must_use]
    pub fn program_file(&self) -> Option<PathBuf> {
        let within = |folder: &Path| self.directory.as_deref().unwrap_or(Path::new(".")).join(folder);
        if self.program.as_encoded_bytes().contains(&b'/') {
            return Some(within(Path::new(&self.program))).filter(|file| file.is_file());
        }
        let folders = self.variable("PATH").unwrap_or_else(|| "/bin:/usr/bin".into());
        std::env::split_paths(&folders).map(|folder| within(&folder).join(&self.program)).find(|file| {
            file.metadata().is_ok_and(|found| {
                found.is_file() && std::os::unix::fs::PermissionsExt::mode(&found.permissions()) & 0o111 != 0
            })
        })
    }

    /// The environment variables that are set for it.
    pub fn environment(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.environment.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }

    /// The directory it runs in, if that is set.
    #[must_use]
    pub fn working_directory(&self) -> Option<&Path> {
        self.directory.as_deref()
    }

    /// Program and arguments, for people and for `reproduce`.
    #[must_use]
    pub fn argv(&self) -> Vec<String> {
        std::iter::once(&self.program)
            .chain(&self.arguments)
            .map(|part| part.to_string_lossy().into_owned())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_where_the_system_finds_it() {
        let shell = Command::new("sh").program_file().unwrap();
        assert!(shell.is_absolute() && shell.ends_with("sh"), "{}", shell.display());
        assert_eq!(Command::new("sh").env("PATH", "/no/such/folder").program_file(), None);
        assert_eq!(Command::new("no-such-program").program_file(), None);
        assert!(Command::new("./sh").directory(shell.parent().unwrap()).program_file().is_some());
        assert!(Command::new("./sh").directory("/").program_file().is_none());
    }

    #[test]
    fn a_runner_gets_the_command_behind_its_own_arguments() {
        let command = Command::new("sort").arg("-n").run_by(Path::new("/bin/nice"), ["-5".into()]);
        assert_eq!(command.argv(), ["/bin/nice", "-5", "sort", "-n"]);
    }

    #[test]
    fn a_variable_is_the_one_that_the_child_sees() {
        let inherited = Command::new("x").variable("PATH");
        assert_eq!(inherited, std::env::var_os("PATH"));
        let command = Command::new("x").env("PATH", "a").env("PATH", "b");
        assert_eq!(command.variable("PATH"), Some("b".into()));
        assert_eq!(command.env_remove("PATH").variable("PATH"), None);
    }
}
