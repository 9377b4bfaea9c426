//! Reading a result that this or another version of perfaudit wrote.

use serde::Deserialize;

use crate::{AuditResult, SCHEMA_VERSION};

/// Reads `result.json`.
///
/// # Errors
/// When the text is not JSON, comes from a newer version, or does not hold a result.
pub fn from_json(text: &str) -> Result<AuditResult, ReadError> {
    let Header { schema_version } = serde_json::from_str(text).map_err(ReadError::NotAResult)?;
    if schema_version > SCHEMA_VERSION {
        return Err(ReadError::Newer { found: schema_version });
    }
    serde_json::from_str(text).map_err(ReadError::NotAResult)
}

#[derive(Deserialize)]
struct Header {
    schema_version: u32,
}

/// Why a result could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file comes from a newer perfaudit.
    #[error(
        "the result has schema version {found}; this perfaudit reads up to {SCHEMA_VERSION}: use the version that wrote it, or a newer one"
    )]
    Newer {
        /// The version in the file.
        found: u32,
    },
    /// The text is not a result.
    #[error("not a perfaudit result: {0}")]
    NotAResult(#[source] serde_json::Error),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_of_a_future_version_is_named_as_such() {
        let error = from_json(r#"{"schema_version": 99, "shape": "unknown"}"#).unwrap_err().to_string();
        assert!(error.contains("schema version 99"), "{error}");
    }

    #[test]
    fn text_that_is_no_result_is_an_error_with_line_and_column() {
        let error = from_json("{\n  \"schema_version\": 1,\n}").unwrap_err().to_string();
        assert!(error.contains("line 3"), "{error}");
    }
}
