//! Programs that tasks start.

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

use crate::error::TaskError;
use crate::workspace;

/// Cargo as it would run in a shell: a task inherits variables from the `cargo xtask` around it that must not
/// decide where others build.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.env_remove("CARGO_MANIFEST_DIR");
    command
}

/// Runs a program to its end and takes what it printed, whatever its exit code.
pub(crate) fn output(command: &mut Command) -> Result<Output, TaskError> {
    let program = command.get_program().to_string_lossy().into_owned();
    command.output().map_err(|source| TaskError::Start { program, source })
}

/// Runs a program that has to succeed and returns its standard output.
pub(crate) fn stdout(command: &mut Command) -> Result<String, TaskError> {
    let finished = output(command)?;
    if finished.status.success() {
        return Ok(String::from_utf8_lossy(&finished.stdout).into_owned());
    }
    Err(TaskError::Ended {
        program: command.get_program().to_string_lossy().into_owned(),
        status: finished.status,
        said: String::from_utf8_lossy(&finished.stderr).trim().to_owned(),
    })
}

/// The executables of one kind of target, as cargo's JSON messages name them: the target's name and the path.
pub(crate) fn executables(messages: &str, kind: &str) -> Vec<(String, PathBuf)> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["reason"] == "compiler-artifact")
        .filter(|message| {
            message["target"]["kind"].as_array().is_some_and(|kinds| kinds.iter().any(|k| k == kind))
        })
        .filter_map(|message| {
            let name = message["target"]["name"].as_str()?.to_owned();
            Some((name, PathBuf::from(message["executable"].as_str()?)))
        })
        .collect()
}

/// The release binary: the given one, else one that is built now.
pub(crate) fn release_binary(given: Option<&PathBuf>) -> Result<PathBuf, TaskError> {
    if let Some(path) = given {
        return path.canonicalize().map_err(TaskError::file(path));
    }
    let arguments = ["build", "--release", "--package", "perfaudit", "--message-format", "json"];
    let messages = stdout(cargo().args(arguments).current_dir(workspace::root()))?;
    only(&messages, "bin", "perfaudit")
}

/// An example of a package, optimised.
pub(crate) fn release_example(package: &str, name: &str) -> Result<PathBuf, TaskError> {
    let arguments =
        ["build", "--release", "--package", package, "--example", name, "--message-format", "json"];
    let messages = stdout(cargo().args(arguments).current_dir(workspace::root()))?;
    only(&messages, "example", name)
}

/// The executable of a target that cargo was asked for.
pub(crate) fn only(messages: &str, kind: &str, name: &str) -> Result<PathBuf, TaskError> {
    let found = executables(messages, kind).into_iter().find(|(target, _)| target == name);
    found.map(|(_, path)| path).ok_or_else(|| TaskError::Failed(format!("cargo built no {kind} `{name}`")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn executables_are_those_of_the_wanted_kind_only() {
        let artifact = |kind: &str, name: &str| {
            format!(
                r#"{{"reason":"compiler-artifact","target":{{"kind":["{kind}"],"name":"{name}"}},"executable":"/b/{name}"}}"#
            )
        };
        let messages = format!(
            "{}\nnot JSON\n{}\n{{\"reason\":\"build-finished\"}}",
            artifact("lib", "a"),
            artifact("bench", "b")
        );
        assert_eq!(executables(&messages, "bench"), [("b".to_owned(), PathBuf::from("/b/b"))]);
    }
}
