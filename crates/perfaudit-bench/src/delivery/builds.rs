//! Timing builds: from nothing, and after a change.

use perfaudit_exec::Command;
use perfaudit_project::{EditableCopy, ProjectError};
use perfaudit_result::{BuildTimeline, WorkloadId, WorkloadState};

use super::cargo::Hindrance;
use super::plan::{ChangedPackage, DeliveryPart, id};
use super::timeline::standing_in;
use super::{Delivery, told_as_builds, unmeasured};
use crate::command::{CommandSpec, MeasuredCommands, Preparation, SourceChange};
use crate::gather::GatherError;

/// What was measured, or what kept all of it from being measured.
pub(super) type Attempt = Result<Result<MeasuredCommands, Hindrance>, GatherError>;

impl Delivery<'_> {
    /// Builds into an empty target directory.
    pub(super) fn clean_build(&mut self) -> Attempt {
        if let Err(hindrance) = self.fetch() {
            return Ok(Err(hindrance));
        }
        let target_directory = self.scratch.clean();
        let command = self.build(&self.request.project.cargo, &target_directory, self.request.profile);
        let part = DeliveryPart::CleanBuild;
        let spec = CommandSpec {
            prepare: Some(Preparation::Remove(target_directory.clone())),
            ..self.spec(part, "clean", &command)
        };
        let mut measured = self.time("clean-build", &[spec])?;
        told_as_builds(&mut measured);
        if self.request.looks_into_builds {
            let build = id(part, "clean");
            let looked = match std::fs::remove_dir_all(&target_directory) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    let why = format!("cannot remove `{}`: {error}", target_directory.display());
                    Err(Hindrance::new(WorkloadState::Unsupported, why))
                }
                _ => self.timeline(build.clone(), &command),
            };
            self.keep(build, looked);
        }
        Ok(Ok(measured))
    }

    /// Builds in a copy, after changes of one package each.
    pub(super) fn incremental_builds(&mut self) -> Attempt {
        if let Err(hindrance) = self.fetch() {
            return Ok(Err(hindrance));
        }
        let request = self.request;
        let copy = match EditableCopy::make(request.project, self.interrupt) {
            Ok(copy) => copy,
            Err(error) => return Ok(Err(not_copied(&error))),
        };
        let target_directory = self.scratch.changed();
        let command = self.build(&copy.cargo, &target_directory, request.incremental_profile);
        if let Err(hindrance) = self.attend_build("build what is changed later", &command) {
            return Ok(Err(hindrance));
        }
        let part = DeliveryPart::IncrementalBuild;
        let (mut specs, mut changes, mut refused) = (Vec::new(), Vec::new(), Vec::new());
        for one in &request.plan.changed {
            match change(&copy, self, one) {
                Ok(change) => {
                    changes.push((id(part, &one.name()), change.clone()));
                    specs.push(CommandSpec {
                        source: self.relative(one),
                        prepare: Some(Preparation::Change(change)),
                        // The first build after a change also writes what later ones find again.
                        warmup: 1,
                        ..self.spec(part, &one.name(), &command)
                    });
                }
                Err(hindrance) => refused.push(unmeasured(part, &one.name(), &hindrance)),
            }
        }
        let mut measured = self.time("incremental-build", &specs)?;
        told_as_builds(&mut measured);
        measured.workloads.extend(refused);
        if request.looks_into_builds {
            for (build, change) in changes {
                let looked = self.changed_build(&change, build.clone(), &command);
                self.keep(build, looked);
            }
        }
        Ok(Ok(measured))
    }

    /// A build after a change that is looked into. What cargo thinks of a compiler that this program stands in for is
    /// settled by a change and a build before.
    fn changed_build(
        &mut self,
        change: &SourceChange,
        build: WorkloadId,
        command: &Command,
    ) -> Result<BuildTimeline, Hindrance> {
        let cannot = |error: std::io::Error| Hindrance::new(WorkloadState::Unsupported, error.to_string());
        let unseen = standing_in(command, &self.scratch.times()).map_err(cannot)?;
        change.make(0).map_err(cannot)?;
        self.attend_build("build what is changed later", &unseen)?;
        change.make(1).map_err(cannot)?;
        self.timeline(build, command)
    }

    fn relative(&self, one: &ChangedPackage) -> String {
        let source = one.source.strip_prefix(&self.request.project.build_root).unwrap_or(&one.source);
        source.to_string_lossy().into_owned()
    }
}

fn change(
    copy: &EditableCopy,
    delivery: &Delivery<'_>,
    one: &ChangedPackage,
) -> Result<SourceChange, Hindrance> {
    let refuse = |why: String| Hindrance::new(WorkloadState::Unsupported, why);
    let source = delivery.relative(one);
    let file = copy
        .place_of(delivery.request.project, &one.source)
        .ok_or_else(|| refuse(format!("`{source}` is not within the project, and only a copy is changed")))?;
    SourceChange::of(&file).map_err(|error| refuse(format!("the copy of `{source}` cannot be read: {error}")))
}

fn not_copied(error: &ProjectError) -> Hindrance {
    let message = format!("the project could not be copied, and only a copy is changed: {error}");
    Hindrance::new(WorkloadState::Unsupported, message)
}
