//! What kind of code a file is.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::ScannedFile;

/// What kind of code a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// What the project ships.
    Production,
    /// Tests and what only they use.
    Test,
    /// Benchmarks.
    Bench,
    /// Examples.
    Example,
    /// Build scripts.
    BuildScript,
    /// Written by a program.
    Generated,
}

/// By the path within the project and that within the package, and by what the file says of itself. A whole package may lie
/// in a folder of benchmarks or examples.
pub(super) fn of(within_project: &str, path: &str, is_generated: bool) -> Place {
    let mut folders = path.split('/').rev();
    let file = folders.next().unwrap_or_default();
    let stem = file.strip_suffix(".rs").unwrap_or(file);
    if is_generated {
        return Place::Generated;
    }
    let is_in = |names: &[&str]| {
        within_project
            .rsplit_once('/')
            .is_some_and(|(folders, _)| folders.split('/').any(|folder| names.contains(&folder)))
    };
    if path == "build.rs" {
        Place::BuildScript
    } else if path.starts_with("benches/") || path.starts_with("bench/") || is_in(&["benches", "benchmarks"])
    {
        Place::Bench
    } else if path.starts_with("examples/") || is_in(&["examples"]) {
        Place::Example
    } else if is_in(&["tests", "test", "testing", "test_util", "test_utils", "fixtures", "testdata", "fuzz"])
        || matches!(stem, "tests" | "test" | "testing" | "test_util" | "test_utils" | "test_helpers")
        || stem.ends_with("_test")
        || stem.ends_with("_tests")
    {
        Place::Test
    } else {
        Place::Production
    }
}

/// Files of modules that another file declares as `#[cfg(test)] mod name;` are test code, and so is what is below them.
pub(super) fn spread_tests(files: &mut [ScannedFile]) {
    let mut tests: HashSet<String> = HashSet::new();
    for file in files.iter() {
        for module in &file.analysis.test_modules {
            let folder = module_folder(&file.path);
            tests.insert(format!("{folder}{module}.rs"));
            tests.insert(format!("{folder}{module}/"));
        }
    }
    for file in files.iter_mut().filter(|file| file.place == Place::Production) {
        let in_folder = file.path.match_indices('/').any(|(at, _)| tests.contains(&file.path[..=at]));
        if in_folder || tests.contains(&file.path) {
            file.place = Place::Test;
        }
    }
}

/// The folder of the modules that a file declares, with a slash at its end.
fn module_folder(path: &str) -> String {
    let (folder, file) = path.rsplit_once('/').map_or(("", path), |(folder, file)| (folder, file));
    let folder = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    match file {
        "lib.rs" | "main.rs" | "mod.rs" => folder,
        _ => format!("{folder}{}/", file.trim_end_matches(".rs")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_tell_what_code_is_for() {
        let cases = [
            ("src/lib.rs", Place::Production),
            ("src/parser/mod.rs", Place::Production),
            ("src/contest.rs", Place::Production),
            ("src/parser/tests.rs", Place::Test),
            ("tests/end.rs", Place::Test),
            ("src/tests/a.rs", Place::Test),
            ("benches/decode.rs", Place::Bench),
            ("examples/demo.rs", Place::Example),
            ("build.rs", Place::BuildScript),
            ("src/build.rs", Place::Production),
        ];
        for (path, place) in cases {
            assert_eq!(of(path, path, false), place, "{path}");
        }
        assert_eq!(of("src/lib.rs", "src/lib.rs", true), Place::Generated);
        assert_eq!(of("benches/copy.rs", "copy.rs", false), Place::Bench);
        assert_eq!(of("crates/one/build.rs", "build.rs", false), Place::BuildScript);
    }

    #[test]
    fn modules_of_a_file_lie_in_its_folder() {
        assert_eq!(module_folder("a/src/lib.rs"), "a/src/");
        assert_eq!(module_folder("a/src/parser.rs"), "a/src/parser/");
        assert_eq!(module_folder("main.rs"), "");
    }
}
