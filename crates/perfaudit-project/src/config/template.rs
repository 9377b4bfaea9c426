//! A first `perfaudit.toml` for a project.

use std::fmt::Write as _;

use super::toml_text::{string, strings};
use crate::discover::CargoProject;

/// A commented `perfaudit.toml` for a project: as it stands it means the defaults. Lines that begin with `#` and no
/// space become valid settings when that `#` is removed.
#[must_use]
pub fn template(project: &CargoProject) -> String {
    let packages: Vec<String> = project.packages.iter().map(|package| package.name.clone()).collect();
    let benches: Vec<(&str, &str)> = project
        .packages
        .iter()
        .flat_map(|package| package.benches.iter().map(|bench| (package.name.as_str(), bench.name.as_str())))
        .collect();
    let names: Vec<String> = benches.iter().map(|(_, bench)| (*bench).to_owned()).collect();
    let workload = benches.first().map_or_else(|| "*".to_owned(), |(package, bench)| literal(package, bench));
    let program = string(&format!("./target/release/{}", project.name));
    let (packages, names, workload) = (strings(&packages), strings(&names), string(&workload));
    let mut text = String::new();
    write!(
        text,
        r#"# How perfaudit measures this project, and what it must hold. As it stands, this file means the defaults.
# To use a setting, remove the `#` before it.

# Defaults of the command line; environment variables and options go before them.
[audit]
# How much time to take: "quick", "standard" or "full".
#mode = "standard"
# The most time to spend on measuring; not limited unless set.
#budget = "10m"
# How many runs are kept.
#keep = 20
# Preconditions that are not held against a run.
#allow = ["stolen-time"]
# Keep cargo from using the network.
#offline = false
# How far the machine differs from itself: "auto" measures it when it is not known or a week old, "stored" never does,
# "fresh" always.
#noise-floor = "auto"
# Stages that are left out: "bench", "commands", "delivery" (builds, tests, sizes), "cpu", "heap",
# "size" (where the bytes of programs are; in quick mode only when it is asked for) or "source".
#skip = []

# Which benchmarks are measured: all, unless set.
[bench]
#packages = {packages}
#benches = {names}
# A regular expression on package/target/title.
#filter = "."
#features = []
#all-features = false
#no-default-features = false
#profile = "bench"
# The profile that ships; a run says what benchmarks are built with that it is not.
# Objectives on build.clean, binary.size, ir.lines and ir.copies are about it too.
#shipped-profile = "release"
# The profile that is built after each change, of objectives on build.incremental.
#incremental-profile = "dev"

# What is looked for in source (`perfaudit rules` lists it), and how it is told.
[source]
# Paths that are left out, as in .gitignore.
#exclude = ["vendor/"]
# Rules that are not applied, that are never more than notes, and that are warnings even where nothing was measured.
#off = ["tuning-constant"]
#note = ["siphash"]
#warning = ["regex-per-call"]
# Whether the compiler is asked about types, for which the project is checked with clippy.
#types = true

# What a patch must pass that `perfaudit prove` judges.
[prove]
# The command that runs the tests, in the project's folder.
#test = "cargo test --workspace"
# How many workloads must gain; where fewer are compared, all of them.
#workloads = 2
# How many lines it may change.
#changed-lines = 50
# New runtime dependencies that it may add.
#dependencies = []
# A slowdown of a workload up to this needs not be ruled out.
#tolerance = 0.05
# Whether a project without tests passes.
#allow-untested = false

# What a workload must hold. `workload` is a pattern over package/target/title and command/NAME in which `*` matches
# everything. From `warn` of the limit on it is a warning.
#[[slo]]
#name = "fast enough"
#metric = "wall_time.mean"
#workload = {workload}
#limit = "100 ms"
#warn = 0.5

#[[slo]]
#metric = "rss.peak"
#workload = "command/*"
#limit = "64 MiB"

# What building, testing and shipping the project costs is measured only where an objective names it: build.clean
# (workload build/clean), build.incremental (build/incremental/PACKAGE), test_suite.time (tests/all, or one target as
# tests/PACKAGE/TARGET), binary.size (binary/PACKAGE/NAME), ir.lines and ir.copies (ir/PACKAGE: what the compiler hands to LLVM).
#[[slo]]
#metric = "build.clean"
#limit = "2 min"

#[[slo]]
#metric = "build.incremental"
#limit = "10 s"

#[[slo]]
#metric = "test_suite.time"
#workload = "tests/all"
#limit = "1 min"

#[[slo]]
#metric = "binary.size"
#limit = "10 MB"

#[[slo]]
#metric = "ir.lines"
#limit = "500 k lines"

# A whole command as a workload for each combination of its parameters: command/help/--help and so on. `run` is a text
# for the shell, or an array without one.
#[[command]]
#name = "help"
#run = [{program}, "{{option}}"]
#parameters = {{ option = ["--help", "--version"] }}
#warmup = 1
#cold = false
#exit-codes = [0]
#timeout = "60s"
#output = "hash"
"#
    )
    .expect("writing to a string cannot fail");
    text
}

/// A pattern for all benchmarks of a target.
fn literal(package: &str, bench: &str) -> String {
    let mut pattern = String::new();
    for character in format!("{package}/{bench}").chars() {
        if "*?[]{}\\!".contains(character) {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern + "/*"
}
