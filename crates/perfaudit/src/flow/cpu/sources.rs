//! Whose code there is, as far as the plan knows it.

use std::path::PathBuf;

use perfaudit_cpu::symbols::{PackageSources, ProjectSources};
use perfaudit_project::CargoProject;

use crate::flow::Plan;

/// The packages of the project and where it is built.
pub(crate) fn of_plan(plan: &Plan) -> ProjectSources {
    let project = &plan.project;
    of_project(project, vec![plan.work.build(), project.target_directory.clone()])
}

/// The packages of a project that is built in these directories.
pub(crate) fn of_project(project: &CargoProject, built: Vec<PathBuf>) -> ProjectSources {
    let crate_name = |name: &str| name.replace('-', "_");
    let own = project
        .packages
        .iter()
        .map(|package| PackageSources {
            name: package.name.clone(),
            version: None,
            directory: package.directory.clone(),
            crates: std::iter::once(crate_name(&package.name))
                .chain(package.benches.iter().map(|bench| crate_name(&bench.name)))
                .collect(),
        })
        .collect();
    ProjectSources { root: project.build_root.clone(), own, dependencies: Vec::new(), built, program: None }
}
