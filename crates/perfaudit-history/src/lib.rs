//! What is kept of earlier runs.
//!
//! - [`Store`]: named baselines of a project, outside of its target directory, so that `cargo clean` loses nothing.
//! - [`NoiseFloors`]: how far a machine's measurements of the same program lie apart.
//! - [`unlike`]: what two runs do not share and should, before they are compared.
//! - [`compare`]: two runs side by side, and how little that proves.

mod compare;
mod error;
mod noise;
mod store;
mod unlike;

pub use compare::compare;
pub use error::StoreError;
pub use noise::{KeptFloor, MachineState, NoiseFloors};
pub use store::{Baseline, BaselineName, Store};
pub use unlike::unlike;
