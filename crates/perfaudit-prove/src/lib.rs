//! Two builds, programs or commands against each other.
//!
//! - [`source`]: what stands on the two sides, and their trees, taken out of a repository without touching it.
//! - [`Tree`]: the source of an arm, written where it is built.
//! - [`Workbench`]: both arms at one and the same path, by turns.
//! - [`build_arm`]: an arm with its programs; [`binary`] tells one program from another.
//! - [`TreeCommand`]: a command that is run in the tree of an arm.
//! - [`Layouts`]: the same programs in further layouts.
//! - [`contest`]: pairs of fresh processes in balanced random order, with sequential looks.
//! - [`rows`]: what pairs say; pure. [`witness`], [`testify`]: what counts say beside them. [`grounds_of_changes`]: which
//!   of them may come from where code lies.
//! - [`patch`]: patches, whether they fit a tree, and what they claim.
//! - [`Suite`]: the tests of a project, run in the tree of an arm.
//! - [`proof`]: what a patch must pass, and what follows from it; pure.
//! - [`Search`]: halving a history until one commit is left; pure.
//!
//! Nothing here prints, and nothing is written but into the workbench.

mod arm;
mod contest;
mod figures;
mod grounds;
mod layouts;
mod loaded;
mod metrics;
mod pair;
pub mod patch;
pub mod proof;
mod rows;
mod schedule;
mod search;
pub mod source;
mod subject;
mod suite;
mod tree;
mod tree_command;
mod witnesses;
mod workbench;

pub use arm::{ArmError, ArmRequest, BuiltArm, PackageVersions, adopt_products, build_arm, share_products};
pub use contest::{ContestRequest, Contested, Ended, PADDING_BELOW, STOLEN_LIMIT, Standing, contest, judge};
pub use grounds::{grounds_of_changes, in_words, leave_open, not_borne_out};
pub use layouts::{LayoutError, Layouts};
pub use loaded::{ProgramError, are_same_program, binary};
pub use pair::{Observation, Pair, PairRecord};
pub use rows::{RowArtifacts, among_all, rows, unmeasured};
pub use search::{Found, Mark, Search};
pub use subject::{ArmBenchmarks, Environment, Means, ObserveError, PairedCommand, Subject};
pub use suite::{Suite, SuiteEnd, SuiteRun};
pub use tree::{Origin, PlacedPatch, Tree, TreeError};
pub use tree_command::{TreeCommand, TreeCommandError};
pub use witnesses::{testify, witness};
pub use workbench::{Both, Side, Workbench, WorkbenchError};
