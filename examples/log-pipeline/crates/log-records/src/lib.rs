//! Log records as the pipeline passes them on, and the protobuf messages they travel in.

mod body;
mod record;
mod severity;
pub mod wire;

pub use body::{Body, HttpAccess};
pub use record::{LogRecord, TraceContext};
pub use severity::Severity;
