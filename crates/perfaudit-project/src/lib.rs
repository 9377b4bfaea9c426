//! What a cargo project holds, and where perfaudit may write for it.
//!
//! [`ProjectRoot::locate`] finds the workspace and [`CargoProject::discover`] its packages and their benchmark targets without touching the
//! project: where `cargo` would write a `Cargo.lock`, the project is built in a copy. Apart from `cargo
//! metadata`, `cargo locate-project`, the version queries of the toolchain and read-only `git` queries nothing
//! is run. [`config`] reads what a project says about how it is measured.

mod build_profile;
mod cargo;
mod changes;
pub mod config;
mod discover;
mod error;
mod manifest;
mod places;
mod scratch_copy;
mod selection;
mod targets;
mod toolchain;
mod unloaded;
mod vcs;

pub use build_profile::{benchmark_settings, effective_profile, shipped_settings};
pub use cargo::Cargo;
pub use changes::{ChangeError, ChangedFile, ChangedLines, changed_files, text_at};
pub use discover::{BenchTarget, CargoPackage, CargoProject, Copied, CopyReason, Library, ProjectRoot};
pub use error::ProjectError;
pub use places::{WorkDirectory, WorkPlace, comparison_directory, project_key};
pub use scratch_copy::EditableCopy;
pub use selection::{Features, Selection};
pub use targets::{PackageTarget, TargetRole};
pub use toolchain::InstalledToolchain;
pub use unloaded::Loading;
pub use vcs::vcs_state;
