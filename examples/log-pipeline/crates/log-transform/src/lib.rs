//! Turns log records into Arrow record batches.
//!
//! On the way, service names are brought to lower case, secrets are masked, frequent attributes become columns of
//! their own, and every record gets an alert score.

mod alerts;
mod columns;
mod mask;
mod row;
mod schema;
mod services;
mod transformer;
mod volume;

pub use alerts::{Alert, AlertScorer, severity_weight};
pub use mask::mask_secrets;
pub use schema::schema;
pub use transformer::{Transformed, Transformer};
pub use volume::Volume;

/// Why records could not be turned into a batch.
#[derive(Debug, thiserror::Error)]
pub enum TransformError {
    /// The columns do not fit together.
    #[error("the columns do not make a record batch; this is a mistake in the schema")]
    Arrow(#[from] arrow_schema::ArrowError),
    /// A point in time is too late for the column.
    #[error("time {unix_nano} ns after the epoch is later than 2262; correct the record")]
    TimeOutOfRange {
        /// Nanoseconds since the Unix epoch.
        unix_nano: u64,
    },
}
