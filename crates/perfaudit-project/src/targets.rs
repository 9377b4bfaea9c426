//! What cargo makes of a package besides its benchmarks.

use std::path::PathBuf;

use cargo_metadata::{Target, TargetKind};

/// A library, program or test of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageTarget {
    /// Its name.
    pub name: String,
    /// What it is.
    pub role: TargetRole,
    /// The root of its source, absolute, in the tree that is built.
    pub source: PathBuf,
    /// Whether `cargo test` runs it.
    pub is_tested: bool,
    /// Whether `cargo test` runs the examples in its documentation.
    pub has_doc_tests: bool,
}

/// What a target is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetRole {
    /// A library, or a procedural macro.
    Library {
        /// Whether one of its forms is a shared library for programs in any language.
        is_shared: bool,
    },
    /// A program.
    Program,
    /// An integration test.
    Test,
}

impl PackageTarget {
    /// Examples, benchmarks and build scripts are none.
    pub(crate) fn of(target: &Target) -> Option<Self> {
        let is = |kind: &TargetKind| target.kind.contains(kind);
        const LIBRARIES: [TargetKind; 6] = [
            TargetKind::Lib,
            TargetKind::RLib,
            TargetKind::DyLib,
            TargetKind::CDyLib,
            TargetKind::StaticLib,
            TargetKind::ProcMacro,
        ];
        let role = if is(&TargetKind::Bin) {
            TargetRole::Program
        } else if is(&TargetKind::Test) {
            TargetRole::Test
        } else if LIBRARIES.iter().any(is) {
            TargetRole::Library { is_shared: is(&TargetKind::CDyLib) }
        } else {
            return None;
        };
        Some(Self {
            name: target.name.clone(),
            role,
            source: target.src_path.clone().into_std_path_buf(),
            is_tested: target.test,
            has_doc_tests: target.doctest,
        })
    }
}
