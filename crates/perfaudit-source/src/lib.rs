//! Reads Rust source. Nothing is run, and only the named files are read.
//!
//! - [`tree`]: a lossless syntax tree of a file, with positions, that tolerates broken code; source that would exhaust
//!   the stack is refused.
//! - [`LibrarySource::read`]: the modules of a library as files, attributes and `cfg` make them.
//! - [`LibrarySource::public_functions`]: what a user of the library can call, and by which path.
//! - [`function_lines`]: which lines of a file are of which function.
//! - [`Mentions`]: what the source of a benchmark names.
//! - [`skeleton`]: benchmarks with synthetic input for public functions.
//! - [`scan`]: all files of a project, in parallel and with a cache: what they hold and what [`rules`] find in them.
//! - [`fix`]: changes that mend what rules found, where the syntax says that they are safe.
//! - [`oracle`]: the compiler's word on what syntax leaves open.

mod api;
mod cfg;
mod clippy;
mod error;
mod facts;
pub mod fix;
mod flat;
mod functions;
mod items;
mod manifest;
mod mentions;
mod nesting;
pub mod oracle;
pub mod rules;
pub mod scan;
pub mod skeleton;
pub mod tree;

pub use api::{LeftOut, PublicFunction};
pub use cfg::CfgSet;
pub use error::SourceError;
pub use functions::{FunctionLines, function_lines};
pub use items::{LibrarySource, Location};
pub use mentions::{Mention, Mentions};
pub use ra_ap_syntax::Edition;
