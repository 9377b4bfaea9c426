//! Running clippy for what it knows of types.

use std::time::Duration;

use perfaudit_exec::{Ending, Finished, Interrupt, OutputLimit, run};
use perfaudit_result::OracleUse;
use perfaudit_run::RunDirectory;
use perfaudit_source::oracle::{ARGUMENTS, Answers, Configuration};
use perfaudit_source::scan::Scan;

use super::not_used;
use crate::flow::Plan;

/// Messages of a large workspace.
const MOST_OUTPUT: OutputLimit = OutputLimit(256 * 1024 * 1024);
/// A workspace that is not checked by then is read by its syntax alone.
const LONGEST: Duration = Duration::from_secs(20 * 60);

/// Checks the project with clippy in a target directory of our own, and applies what it says to what rules found.
pub(super) fn ask(
    plan: &Plan,
    directory: &RunDirectory,
    interrupt: &Interrupt,
    scan: &mut Scan,
) -> OracleUse {
    let project = &plan.project;
    let configuration = match Configuration::merged(&project.build_root) {
        Ok(configuration) => configuration,
        Err(error) => return not_used(&error.to_string()),
    };
    let folder = match tempfile::tempdir_in(directory.path()) {
        Ok(folder) => folder,
        Err(error) => return not_used(&format!("no folder for clippy's configuration: {error}")),
    };
    if let Err(error) = std::fs::write(folder.path().join("clippy.toml"), configuration.0) {
        return not_used(&format!("clippy's configuration cannot be written: {error}"));
    }
    let command = project
        .cargo
        .command("clippy")
        .args(["--workspace", "--message-format=json", "--quiet"])
        .env("CLIPPY_CONF_DIR", folder.path())
        .env("CARGO_TARGET_DIR", plan.work.path.join("clippy"))
        .time_limit(LONGEST)
        .output_limit(MOST_OUTPUT)
        .args(locked(plan))
        .args(plan.selection.features.cargo_arguments())
        .arg("--")
        .args(ARGUMENTS);
    let finished = match run(&command, interrupt, &mut |_| {}) {
        Ok(finished) => finished,
        Err(error) => return not_used(&format!("cargo could not be started: {error}")),
    };
    if !finished.ending.is_success() {
        return not_used(&failure(&finished));
    }
    let answered = Answers::read(&finished.stdout.text()).apply(&mut scan.files);
    OracleUse {
        used: true,
        detail: "clippy told which calls copy memory, scan a slice or take a lock".to_owned(),
        confirmed: answered.confirmed,
        refuted: answered.refuted,
    }
}

/// Keeps cargo from writing the user's lockfile; that of a copy is ours.
pub(crate) fn locked(plan: &Plan) -> Option<&'static str> {
    plan.project.copied.is_none().then_some("--locked")
}

/// Why there is no answer: the last line that names an error, or how clippy ended.
fn failure(finished: &Finished) -> String {
    let text = finished.stderr.text();
    if text.contains("no such command: `clippy`") || text.contains("'cargo-clippy' is not installed") {
        return "clippy is not installed: `rustup component add clippy`".to_owned();
    }
    match finished.ending {
        Ending::Exited(_) => {
            let error = text.lines().rfind(|line| line.starts_with("error"));
            format!("the project does not compile: {}", error.unwrap_or("cargo clippy says why"))
        }
        _ => format!("clippy {}", finished.ending.describe()),
    }
}
