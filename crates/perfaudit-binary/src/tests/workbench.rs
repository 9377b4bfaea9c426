//! Compiles programs, and weighs them.

use std::path::{Path, PathBuf};
use std::process::Command;

use perfaudit_result::{BinarySize, PackageSize};
use tempfile::TempDir;

use crate::{Detail, weigh};

/// A program with generics, panics, statics and strings.
pub(super) const SHOP: &str = r#"
use std::collections::BTreeMap;
mod cart {
    pub static PRICES: [u32; 300] = { let mut all = [1; 300]; all[7] = 9; all };
    #[inline(never)]
    pub fn total<T: Copy + Into<u64>>(items: &[T]) -> u64 {
        items.iter().map(|item| (*item).into() * u64::from(PRICES[items.len() % 300])).sum()
    }
}
fn main() {
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    for argument in std::env::args() {
        let bytes = argument.as_bytes();
        let wide: Vec<u32> = bytes.iter().map(|byte| u32::from(*byte)).collect();
        *seen.entry(argument.clone()).or_default() += cart::total(bytes) + cart::total(&wide);
    }
    println!("{seen:?}");
}
"#;

/// A folder with the sources and builds of one test.
pub(super) struct Workbench {
    folder: TempDir,
}

impl Workbench {
    pub(super) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(super) fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn write(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.at(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// Runs a tool in the folder.
    pub(super) fn run(&self, program: &str, arguments: &[&str]) -> String {
        // Stable compilers offer the older mangling to those who ask like this.
        let leave = ("RUSTC_BOOTSTRAP", "1");
        let run = Command::new(program)
            .args(arguments)
            .current_dir(self.folder.path())
            .env(leave.0, leave.1)
            .output();
        let run = run.unwrap_or_else(|error| panic!("{program}: {error}"));
        assert!(run.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
        String::from_utf8(run.stdout).unwrap()
    }

    pub(super) fn rustc(&self, arguments: &[&str]) {
        let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
        self.run(&rustc, &[&["--edition=2021"][..], arguments].concat());
    }

    /// Compiles a Rust program.
    pub(super) fn rust(&self, source: &str, flags: &[&str]) -> PathBuf {
        self.write("main.rs", source.as_bytes());
        self.rustc(&[&["--crate-name=shop", "main.rs", "-o", "program"][..], flags].concat());
        self.at("program")
    }

    /// Compiles a C program.
    pub(super) fn c(&self, source: &str, flags: &[&str]) -> PathBuf {
        self.write("main.c", source.as_bytes());
        self.run("cc", &[&["-O2", "main.c", "-o", "program"][..], flags].concat());
        self.at("program")
    }
}

/// Weighs a file, whose parts must sum to it.
pub(super) fn weighed(path: &Path, detail: Detail) -> BinarySize {
    let size = weigh(path, "program", detail).unwrap();
    let length = std::fs::metadata(path).unwrap().len();
    assert_eq!(size.file_bytes, length);
    assert_eq!(size.sections.iter().map(|section| section.bytes).sum::<u64>(), length);
    let packages: u64 = size.packages.iter().map(|package| package.bytes).sum();
    assert_eq!(packages + size.remainder_bytes, length);
    for section in &size.sections {
        assert_eq!(section.bytes, section.named_bytes + section.padding_bytes + section.unnamed_bytes);
    }
    assert_eq!(size.totals.function_bytes + size.totals.static_bytes, packages);
    for package in &size.packages {
        let PackageSize { text_bytes, data_bytes, unwind_bytes, relocation_bytes, name_bytes, .. } = package;
        assert_eq!(package.bytes, text_bytes + data_bytes + unwind_bytes + relocation_bytes + name_bytes);
    }
    size
}

/// The bytes of a section.
pub(super) fn section(size: &BinarySize, name: &str) -> u64 {
    size.sections.iter().find(|section| section.name == name).map_or(0, |section| section.bytes)
}

/// A package.
pub(super) fn package<'a>(size: &'a BinarySize, name: &str) -> &'a PackageSize {
    let found = size.packages.iter().find(|package| package.name.as_deref() == Some(name));
    found.unwrap_or_else(|| panic!("no package {name} in {:?}", size.packages))
}
