//! What the examples say of themselves: `TRUTH.toml` cites places in their source, and `patches/TRUTH.toml` tells what
//! becomes of each patch. Not among the examples' own tests: a patch that mends a defect moves what is cited, and would
//! fail them.

mod found;
#[path = "../../src/kinds.rs"]
mod kinds;
mod patches;
mod truth;

use std::fs;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

/// An example.
struct Example {
    name: &'static str,
    /// The least number of kinds of defects.
    kinds: usize,
    /// Whether each defect says how its weight was measured.
    tells_measurement: bool,
    /// Whether groups of benchmarks have the names of their targets.
    groups_are_targets: bool,
    /// The packages that have benchmarks, with their folders.
    packages: &'static [(&'static str, &'static str)],
}

const EXAMPLES: [Example; 2] = [
    Example {
        name: "cli-app",
        kinds: 16,
        tells_measurement: true,
        groups_are_targets: false,
        packages: &[("notes", "")],
    },
    Example {
        name: "log-pipeline",
        kinds: 13,
        tells_measurement: false,
        groups_are_targets: true,
        packages: &[
            ("log-decode", "crates/log-decode"),
            ("log-pipeline", "crates/log-pipeline"),
            ("log-transform", "crates/log-transform"),
            ("log-write", "crates/log-write"),
        ],
    },
];

impl Example {
    fn root(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(self.name)
    }

    fn text(&self, file: impl AsRef<Path>) -> String {
        let path = self.root().join(file);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    fn read<T: DeserializeOwned>(&self, file: &str) -> T {
        toml::from_str(&self.text(file)).unwrap_or_else(|error| panic!("{}/{file}: {error}", self.name))
    }

    /// The benchmark target of a package, relative to the root.
    fn bench(&self, package: &str, target: &str) -> Option<PathBuf> {
        let (_, folder) = self.packages.iter().find(|(name, _)| *name == package)?;
        Some(Path::new(folder).join("benches").join(format!("{target}.rs")))
    }

    /// The text of every benchmark target.
    fn benches(&self) -> Vec<String> {
        let folders = self.packages.iter().map(|(_, folder)| self.root().join(folder).join("benches"));
        let files = folders.flat_map(|folder| fs::read_dir(folder).expect("there are benchmarks"));
        let paths = files.map(|file| file.expect("the folder can be read").path());
        let sources = paths.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
        sources.map(|path| fs::read_to_string(path).expect("it is text")).collect()
    }
}
