//! What the tests share: projects in folders of their own, and the command under test.

mod audited;
mod invocation;
mod processes;
mod project;
mod text;
mod tree;

pub(crate) use audited::Audited;
pub(crate) use invocation::{Invocation, Outcome};
pub(crate) use project::{FAKE_CRITERION, MANIFEST, Project, bench_section, fake_bench};
pub(crate) use text::redacted;
pub(crate) use tree::Tree;

use std::path::{Path, PathBuf};

/// The folder of the fixture projects.
pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/projects")
}
