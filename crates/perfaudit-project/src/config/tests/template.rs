use std::path::{Path, PathBuf};

use cargo_metadata::PackageId;
use perfaudit_result::{Toolchain, WorkloadId};

use super::super::{Config, template};
use super::{parse, shown, values};
use crate::cargo::Cargo;
use crate::discover::{BenchTarget, CargoPackage, CargoProject};
use crate::toolchain::InstalledToolchain;

/// A project with these benchmark targets in one package.
fn project(package: &str, benches: &[&str]) -> CargoProject {
    let root = PathBuf::from("project");
    let bench = |name: &&str| BenchTarget {
        name: (*name).to_owned(),
        source: PathBuf::new(),
        standard_harness: false,
        missing_features: Vec::new(),
    };
    let package = CargoPackage {
        name: package.to_owned(),
        version: "0.1.0".to_owned(),
        id: PackageId { repr: package.to_owned() },
        directory: root.clone(),
        relative: PathBuf::new(),
        library: None,
        benches: benches.iter().map(bench).collect(),
        targets: Vec::new(),
    };
    CargoProject {
        name: package.name.clone(),
        build_root: root.clone(),
        copied: None,
        packages: vec![package],
        target_directory: root.join("target"),
        toolchain: InstalledToolchain {
            versions: Toolchain { rustc: String::new(), cargo: String::new(), host: String::new() },
            standard_library: PathBuf::new(),
        },
        cargo: Cargo::new(Path::new("project"), true),
        loading: crate::Loading::Whole,
        root,
    }
}

/// The template with the settings of all lines, or of one, in force.
fn uncommented(template: &str, wanted: impl Fn(usize) -> bool) -> String {
    let line = |(index, line): (usize, &str)| {
        let is_setting = line.starts_with('#') && !line.starts_with("# ");
        let line = if is_setting && wanted(index) { &line[1..] } else { line };
        format!("{line}\n")
    };
    template.lines().enumerate().map(line).collect()
}

#[test]
fn the_template_means_the_defaults() {
    let text = template(&project("pipeline", &["decode", "encode"]));
    assert_eq!(values(&parse(&text).unwrap()), values(&Config::default()));
    insta::assert_snapshot!(text);
}

#[test]
fn the_template_is_valid_with_all_its_settings_in_force() {
    let text = template(&project("pipeline", &["decode", "encode"]));
    let config = parse(&uncommented(&text, |_| true)).unwrap();
    assert_eq!(config.bench.benches.value, ["decode", "encode"]);
    assert!(config.slos[0].workload.matches(&WorkloadId("pipeline/decode/small".to_owned())));
    assert_eq!(config.commands[0].workloads[1].id.0, "command/help/--version");
    insta::assert_snapshot!(shown(&config));
}

#[test]
fn each_setting_of_a_section_is_valid_alone() {
    let text = template(&project("pipeline", &["decode"]));
    let sections = text.lines().position(|line| line == "#[[slo]]").unwrap();
    for only in 0..sections {
        let text = uncommented(&text, |index| index == only);
        assert!(parse(&text).is_ok(), "{text}");
    }
}

#[test]
fn a_project_without_benchmarks_has_a_valid_template() {
    let text = template(&project("empty", &[]));
    assert!(parse(&uncommented(&text, |_| true)).is_ok());
}

#[test]
fn names_cannot_break_out_of_the_comments() {
    let name = "a\"\n[bench]\nx = \u{7f}1\\{*[";
    let text = template(&project(name, &[name]));
    assert_eq!(values(&parse(&text).unwrap()), values(&Config::default()));
    let config = parse(&uncommented(&text, |_| true)).unwrap();
    assert_eq!(config.bench.packages.value, [name]);
    assert!(config.slos[0].workload.matches(&WorkloadId(format!("{name}/{name}/title"))));
}
