//! What two source trees ship, weighed beside each other: both are built at one path, with the project's own profile.

use std::collections::BTreeMap;
use std::path::PathBuf;

use perfaudit_binary::{Detail, difference, weigh};
use perfaudit_exec::{Command, Interrupt, Stream, run};
use perfaudit_project::{CargoProject, ProjectRoot, Selection};
use perfaudit_prove::source::ArmSource;
use perfaudit_prove::{Both, Side as ArmSide, TreeError, Workbench};
use perfaudit_result::{BinarySize, SizeDifference};

use super::artifacts::{Artifact, artifacts, compile};
use super::compare::CompareError;
use super::compare::trees::{Side, Trees};
use crate::arguments::AuditArguments;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::progress::Progress;
use crate::settings;

/// Why trees cannot be weighed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ShippedError {
    #[error(
        "files are weighed beside files, and source trees (a git revision, `work` or `path:DIR`) beside source trees"
    )]
    Mixed,
    #[error("{side} (`{name}`) cannot be built: {why}")]
    Build { side: &'static str, name: String, why: String },
    #[error("interrupted: nothing was weighed")]
    Interrupted,
    #[error("the two sides have no program or shared library of one name: A has {}, B has {}", names(.a), names(.b))]
    NothingInCommon { a: Vec<String>, b: Vec<String> },
}

fn names(all: &[String]) -> String {
    if all.is_empty() { "none".to_owned() } else { all.join(", ") }
}

impl ShippedError {
    /// The exit code of each.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Mixed | Self::NothingInCommon { .. } => Exit::Usage,
            Self::Build { .. } => Exit::ProjectFailed,
            Self::Interrupted => Exit::Inconclusive,
        }
    }
}

/// What the programs and shared libraries that both trees ship differ by; what only one ships is a remark.
pub(crate) fn shipped(
    sources: &Both<ArmSource>,
    arguments: &AuditArguments,
    interrupt: &Interrupt,
    progress: &Progress,
) -> Result<Vec<SizeDifference>, CommandError> {
    let is_tree = |source: &ArmSource| {
        matches!(source, ArmSource::Revision(_) | ArmSource::WorkingTree | ArmSource::Folder(_))
    };
    if !is_tree(&sources.a) || !is_tree(&sources.b) {
        return Err(ShippedError::Mixed.into());
    }
    let root = match &sources.b {
        ArmSource::Folder(folder) => ProjectRoot::locate(folder, interrupt)?.path,
        _ => ProjectRoot::locate(&arguments.path, interrupt)?.path,
    };
    let config = settings::effective(&root, arguments)?;
    let selection = config.bench.selection();
    let trees = Trees::of(sources, &arguments.path, &root, interrupt)?;
    let sides = Both::try_of(|side| trees.side(sources.get(side), interrupt))?;
    let mut workbench = trees.workbench(interrupt, progress)?;
    let building = Building {
        selection: &selection,
        profile: &config.bench.shipped_profile.value,
        offline: config.audit.offline.value,
        interrupt,
        progress,
    };
    let weighed = Both::try_of(|side| building.weighed(&mut workbench, side, sides.get(side)))?;
    beside(&weighed)
}

type Weighed = BTreeMap<String, BinarySize>;

fn beside(weighed: &Both<Weighed>) -> Result<Vec<SizeDifference>, CommandError> {
    let only = |of: &Weighed, other: &Weighed| -> Vec<String> {
        of.keys().filter(|name| !other.contains_key(*name)).cloned().collect()
    };
    let mut differences: Vec<SizeDifference> = weighed
        .a
        .iter()
        .filter_map(|(name, before)| Some(difference(before, weighed.b.get(name)?, None)))
        .collect();
    let (a, b) = (only(&weighed.a, &weighed.b), only(&weighed.b, &weighed.a));
    let Some(first) = differences.first_mut() else {
        return Err(ShippedError::NothingInCommon { a, b }.into());
    };
    for (side, names) in [("A", a), ("B", b)] {
        first.remarks.extend(names.iter().map(|name| format!("only {side} ships {name}")));
    }
    Ok(differences)
}

struct Building<'a> {
    selection: &'a Selection,
    profile: &'a str,
    offline: bool,
    interrupt: &'a Interrupt,
    progress: &'a Progress,
}

impl Building<'_> {
    fn weighed(&self, workbench: &mut Workbench, arm: ArmSide, side: &Side) -> Result<Weighed, CommandError> {
        let failed = |why: String| ShippedError::Build { side: arm.letter(), name: side.name.clone(), why };
        let laid = side.tree.lay_down(workbench, arm, self.interrupt);
        laid.map_err(|error| match error {
            TreeError::Source(source) => CommandError::from(CompareError::from(source)),
            TreeError::Workbench(source) => CommandError::from(CompareError::from(source)),
            TreeError::Patch(source) => failed(source.to_string()).into(),
        })?;
        let folder = workbench.tree().join(&side.tree.folder);
        if !folder.join("Cargo.toml").is_file() {
            return Err(failed(format!("there is no Cargo.toml in `{}`", side.tree.folder.display())).into());
        }
        let place = ProjectRoot::locate(&folder, self.interrupt)?;
        let project =
            CargoProject::discover_own(place, side.tree.top(), self.selection, self.offline, self.interrupt)?;
        let said = format!("build {} ({})", arm.letter(), side.name);
        self.progress.say(said.clone());
        let finished = run(&self.command(&project, workbench), self.interrupt, &mut |line| {
            if let (Stream::Stderr, Some(name)) =
                (line.stream, line.text.trim_start().strip_prefix("Compiling "))
            {
                self.progress.say(format!("{said}: {name}"));
            }
        })?;
        if self.interrupt.is_set() {
            return Err(ShippedError::Interrupted.into());
        }
        if !finished.ending.is_success() {
            let stderr = finished.stderr.text();
            let error = stderr.lines().find(|line| line.starts_with("error"));
            return Err(failed(error.map_or_else(|| finished.ending.describe(), str::to_owned)).into());
        }
        let mut weighed = Weighed::new();
        for (name, path) in made(&finished.stdout.text()) {
            let size =
                weigh(&path, &format!("{name} of {}", side.name), Detail { inlined: false, rows: None })?;
            weighed.insert(name, size);
        }
        Ok(weighed)
    }

    fn command(&self, project: &CargoProject, workbench: &Workbench) -> Command {
        let features = self.selection.features.cargo_arguments();
        compile(project, "build", self.profile, &workbench.target()).args(features)
    }
}

/// Programs and shared libraries for programs in any language, by name.
fn made(messages: &str) -> Vec<(String, PathBuf)> {
    let path = |artifact: Artifact| {
        let is = |kind: &str| artifact.target.kind.iter().any(|one| one == kind);
        let is_shared = |path: &PathBuf| {
            path.extension().is_some_and(|extension| extension == std::env::consts::DLL_EXTENSION)
        };
        let path = if is("bin") {
            artifact.executable.clone()
        } else if is("cdylib") {
            artifact.filenames.iter().find(|path| is_shared(path)).cloned()
        } else {
            None
        };
        Some((artifact.target.name.clone(), path?))
    };
    artifacts(messages).filter_map(path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_and_shared_libraries_are_what_is_shipped() {
        let line = |kind: &str, name: &str, files: &str, executable: &str| {
            format!(
                r#"{{"reason":"compiler-artifact","target":{{"name":"{name}","kind":["{kind}"]}},"filenames":[{files}],"executable":{executable}}}"#
            )
        };
        let messages = [
            line("bin", "tool", "\"/t/tool\"", "\"/t/tool\""),
            line("cdylib", "shapes", "\"/t/libshapes.a\",\"/t/libshapes.so\"", "null"),
            line("lib", "inner", "\"/t/libinner.rlib\"", "null"),
            line("custom-build", "build-script-build", "\"/t/build\"", "\"/t/build\""),
            "not JSON".to_owned(),
        ];
        let found: Vec<String> = made(&messages.join("\n")).into_iter().map(|(name, _)| name).collect();
        assert_eq!(found, ["tool", "shapes"]);
    }
}
