//! What both sides hold, paired: the benchmarks of two builds.

use std::collections::BTreeSet;

use perfaudit_bench::{BenchExecutable, BuildFailureReason, Built, GatherEvent, GatherRequest, Pace, list};
use perfaudit_exec::Interrupt;
use perfaudit_prove::{ArmBenchmarks, Both, PackageVersions, Side as ArmSide, are_same_program, unmeasured};
use perfaudit_result::{PairedRow, PairedVerdict, Workload, WorkloadId, WorkloadKind, WorkloadState};
use perfaudit_run::RunDirectory;
use regex::Regex;

use super::CompareError;
use super::builds::Builds;
use crate::error::CommandError;
use crate::progress::Progress;

/// What is in both sides, and what is not.
pub(super) struct Pairing {
    /// What both sides hold.
    pub(super) arms: Both<ArmBenchmarks>,
    /// The rows of both sides that are one benchmark each.
    pub(super) rows: Vec<Both<usize>>,
    /// Rows that are told and not measured.
    pub(super) told: Vec<PairedRow>,
    /// What only one side has.
    pub(super) only: Both<Vec<WorkloadId>>,
    /// Processes that listing left behind.
    pub(super) strays: usize,
}

/// Lists both sides, and pairs what both have.
pub(super) fn pair(
    builds: &mut Builds,
    filter: Option<&Regex>,
    pace: Pace,
    patience: std::time::Duration,
    directory: &mut RunDirectory,
    interrupt: &Interrupt,
    progress: &Progress,
) -> Result<Pairing, CommandError> {
    let mut strays = 0;
    let arms = Both::try_of(|side| -> Result<ArmBenchmarks, CompareError> {
        builds.workbench.seat(side)?;
        let executables = &builds.built.get(side).built.executables;
        let request = GatherRequest {
            executables,
            filter,
            pace,
            seed: 0,
            patience,
            earlier: None,
            spent: std::time::Duration::ZERO,
            is_followed: false,
            refines: false,
            width: &|_, _| 0.0,
        };
        let listed = list(&request, directory, interrupt, &mut |event| {
            if let GatherEvent::Listing { target } = event {
                progress.say(format!("list  {} {target}", side.letter()));
            }
        });
        strays += listed.strays;
        let environment = builds.environment.get(side).clone();
        Ok(ArmBenchmarks { executables: executables.clone(), workloads: listed.workloads, environment })
    })?;
    let mut pairing = Pairing { arms, rows: Vec::new(), told: Vec::new(), only: Both::default(), strays };
    let broken = builds.built.map(|arm| broken_targets(&arm.built));
    pairing.tell_broken(builds);
    pairing.match_rows(builds, &broken);
    pairing.tell_other_sources(builds);
    tell_other_versions(builds);
    Ok(pairing)
}

/// Package and name of a target.
type Target = (String, String);

fn broken_targets(built: &Built) -> BTreeSet<Target> {
    let targets = built.failures.iter();
    targets.map(|failure| (failure.package.clone(), failure.target.name.clone())).collect()
}

fn target_of(workload: &Workload) -> Target {
    (workload.package.clone(), workload.target.clone())
}

/// A row that can be measured.
fn is_benchmark(workload: &Workload) -> bool {
    workload.state == WorkloadState::NotRun && workload.kind != WorkloadKind::BenchTarget
}

impl Pairing {
    /// The executables of both sides that hold the rows.
    pub(super) fn executables(&self) -> Both<Vec<&BenchExecutable>> {
        let of = |side: ArmSide| {
            let arm = self.arms.get(side);
            let targets: BTreeSet<Target> =
                self.rows.iter().map(|row| target_of(&arm.workloads[*row.get(side)])).collect();
            let holds = |one: &&BenchExecutable| targets.contains(&(one.package.clone(), one.target.clone()));
            arm.executables.iter().filter(holds).collect()
        };
        Both { a: of(ArmSide::A), b: of(ArmSide::B) }
    }

    /// A row for each target that could not be built, or not be asked; a remark for each that is not meant to be.
    fn tell_broken(&mut self, builds: &mut Builds) {
        let mut told: BTreeSet<WorkloadId> = BTreeSet::new();
        for side in ArmSide::BOTH {
            let mut remarks = Vec::new();
            let mut failures = Vec::new();
            for failure in &builds.built.get(side).built.failures {
                let id = WorkloadId(format!("{}/{}", failure.package, failure.target.name));
                match &failure.reason {
                    BuildFailureReason::Failed(said) => {
                        failures.push((id, WorkloadKind::BenchTarget, format!("cannot be built: {said}")));
                    }
                    BuildFailureReason::MissingFeatures(features) => {
                        remarks.push(format!("`{id}` requires --features {}", features.join(",")));
                    }
                    BuildFailureReason::Interrupted => {}
                }
            }
            for row in self.arms.get(side).workloads.iter().filter(|row| !is_benchmark(row)) {
                let said = row.message.clone().unwrap_or_else(|| row.state.label().to_owned());
                if row.state.is_failure() {
                    failures.push((row.id.clone(), row.kind, said));
                } else if row.state != WorkloadState::Ignored {
                    remarks.push(format!("`{}`: {said}", row.id));
                }
            }
            for (id, kind, said) in failures {
                if told.insert(id.clone()) {
                    let message = format!("{}: {said}", side.letter());
                    self.told.push(unmeasured(id, kind, PairedVerdict::NotMeasured, message));
                }
            }
            builds.arms.get_mut(side).remarks.append(&mut remarks);
        }
    }

    /// A remark for each target whose own source differs: what is measured may have changed, and not what it measures.
    fn tell_other_sources(&self, builds: &mut Builds) {
        let measured: BTreeSet<Target> =
            self.rows.iter().map(|row| target_of(&self.arms.b.workloads[row.b])).collect();
        for (package, target) in measured {
            let name = format!("{package}/{target}");
            let Both { a, b } = builds.built.map(|arm| arm.sources.get(&name).cloned());
            if a != b {
                let remark = format!(
                    "the source of the benchmarks in `{name}` is another one: what they do may have changed, too"
                );
                builds.arms.b.remarks.push(remark);
            }
        }
    }

    fn match_rows(&mut self, builds: &Builds, broken: &Both<BTreeSet<Target>>) {
        let identical = |target: &Target| {
            let name = format!("{}/{}", target.0, target.1);
            let find = |side: ArmSide| {
                let mut binaries = builds.arms.get(side).binaries.iter();
                binaries.find(|binary| binary.name == name)
            };
            let Both { a, b } = &builds.environment;
            a == b && find(ArmSide::A).zip(find(ArmSide::B)).is_some_and(|(a, b)| are_same_program(a, b))
        };
        let position = |rows: &[Workload], of: &Workload| {
            rows.iter().position(|row| is_benchmark(row) && row.id == of.id && row.kind == of.kind)
        };
        let Both { a, b } = &self.arms;
        for (index, row) in b.workloads.iter().enumerate().filter(|(_, row)| is_benchmark(row)) {
            match position(&a.workloads, row) {
                Some(_) if identical(&target_of(row)) => self.told.push(unmeasured(
                    row.id.clone(),
                    row.kind,
                    PairedVerdict::Identical,
                    "both sides run the same program".to_owned(),
                )),
                Some(there) => self.rows.push(Both { a: there, b: index }),
                None if broken.a.contains(&target_of(row)) => {}
                None => self.only.b.push(row.id.clone()),
            }
        }
        for row in a.workloads.iter().filter(|row| is_benchmark(row)) {
            if position(&b.workloads, row).is_none() && !broken.b.contains(&target_of(row)) {
                self.only.a.push(row.id.clone());
            }
        }
    }
}

/// Packages that measure: what they do around an iteration is part of what they state.
const HARNESSES: [&str; 2] = ["criterion", "divan"];
/// So many other packages are named.
const NAMED: usize = 3;

/// A remark on each package that both sides have in other versions, which is a change that their own source does not show:
/// the harness first.
fn tell_other_versions(builds: &mut Builds) {
    let remarks = other_versions(&builds.built.a.versions, &builds.built.b.versions);
    builds.arms.b.remarks.extend(remarks);
}

fn other_versions(a: &PackageVersions, b: &PackageVersions) -> Vec<String> {
    let list = |versions: &BTreeSet<String>| versions.iter().cloned().collect::<Vec<_>>().join(" and ");
    let differing = b.iter().filter_map(|(name, after)| {
        let before = a.get(name).filter(|before| *before != after)?;
        Some((name.as_str(), list(before), list(after)))
    });
    let (harnesses, others): (Vec<_>, Vec<_>) = differing.partition(|(name, ..)| HARNESSES.contains(name));
    let mut remarks: Vec<String> = harnesses
        .into_iter()
        .map(|(name, before, after)| {
            format!(
                "its benchmarks are measured by {name} {after}, those of the other side by {before}: what the harness does around an iteration may differ, too"
            )
        })
        .collect();
    if let [_, ..] = others[..] {
        let named: Vec<String> = others
            .iter()
            .take(NAMED)
            .map(|(name, before, after)| format!("{name} {before} -> {after}"))
            .collect();
        let more = others.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        remarks.push(format!(
            "its `Cargo.lock` has other versions of dependencies, which may be what changed: {}{more}",
            named.join(", ")
        ));
    }
    remarks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_harness_in_another_version_is_told_before_other_dependencies() {
        let versions = |all: &[(&str, &str)]| {
            let mut versions = PackageVersions::new();
            for (name, version) in all {
                versions.entry((*name).to_owned()).or_default().insert((*version).to_owned());
            }
            versions
        };
        let a = versions(&[("anes", "0.1.6"), ("criterion", "0.8.1"), ("serde", "1.0.1"), ("gone", "1.0.0")]);
        let b = versions(&[("anes", "0.1.6"), ("criterion", "0.8.2"), ("serde", "1.0.2"), ("new", "1.0.0")]);
        let [harness, others] = &other_versions(&a, &b)[..] else { panic!("{:?}", other_versions(&a, &b)) };
        assert!(harness.contains("by criterion 0.8.2, those of the other side by 0.8.1"), "{harness}");
        assert!(others.ends_with("serde 1.0.1 -> 1.0.2"), "{others}");
        assert_eq!(other_versions(&a, &a), Vec::<String>::new());
    }
}
