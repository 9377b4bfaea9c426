//! Whose code there is, as far as the plan knows it.

use perfaudit_cpu::symbols::{PackageSources, ProjectSources};

use crate::flow::Plan;

/// The packages of the project and where it is built.
pub(crate) fn of_plan(plan: &Plan) -> ProjectSources {
    let project = &plan.project;
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
    ProjectSources {
        root: project.build_root.clone(),
        own,
        dependencies: Vec::new(),
        built: vec![plan.work.path.join("build"), project.target_directory.clone()],
        program: None,
    }
}
