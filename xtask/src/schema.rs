//! The published JSON schema of `result.json`.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

use crate::error::TaskError;
use crate::{say, workspace};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Only check that the committed file is up to date
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), TaskError> {
    if arguments.check {
        return check();
    }
    let text = serde_json::to_string_pretty(&current()).expect("a schema holds nothing that JSON cannot");
    workspace::write(&path(), &(text + "\n"))?;
    say(&format!("wrote {}", path().display()));
    Ok(())
}

/// The schema as it is committed.
pub(crate) fn committed() -> Result<Value, TaskError> {
    let path = path();
    let text = fs::read_to_string(&path).map_err(TaskError::file(&path))?;
    serde_json::from_str(&text).map_err(TaskError::json(path.display().to_string()))
}

fn path() -> PathBuf {
    workspace::root().join("crates/perfaudit-result/schema/result.schema.json")
}

fn current() -> Value {
    perfaudit_result::schema().to_value()
}

/// Compares values, not text: the order of keys depends on which features other crates of the build enable.
fn check() -> Result<(), TaskError> {
    if committed()? == current() {
        return Ok(());
    }
    Err(TaskError::Failed(format!("{} is out of date: run `cargo xtask schema`", path().display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_schema_is_up_to_date() {
        check().unwrap();
    }

    #[test]
    fn the_committed_schema_refuses_a_result_without_a_verdict() {
        let validator = jsonschema::validator_for(&committed().unwrap()).unwrap();
        let errors: Vec<String> =
            validator.iter_errors(&serde_json::json!({"schema_version": 1})).map(|e| e.to_string()).collect();
        assert!(errors.iter().any(|error| error.contains("verdict")), "{errors:?}");
    }
}
