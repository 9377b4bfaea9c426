//! The `clippy.toml` that asks.

use std::path::{Path, PathBuf};

use toml_edit::{Array, DocumentMut, InlineTable, Item, Value};

/// The methods whose calls are asked for.
const ASKED: [&str; 8] = [
    "core::clone::Clone::clone",
    "alloc::borrow::ToOwned::to_owned",
    "slice::to_vec",
    "slice::contains",
    "std::sync::Mutex::lock",
    "std::sync::RwLock::read",
    "std::sync::RwLock::write",
    "lock_api::Mutex::lock",
];

/// Why a configuration could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ConfigurationError {
    /// The project's own configuration cannot be read.
    #[error("{}: {reason}", path.display())]
    Own {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// The text of a `clippy.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configuration(pub String);

impl Configuration {
    /// What is asked, merged with the project's own configuration, which clippy would read from `root`: other lints depend
    /// on it.
    ///
    /// # Errors
    /// When the project's own configuration is there and no TOML.
    pub fn merged(root: &Path) -> Result<Self, ConfigurationError> {
        let own = ["clippy.toml", ".clippy.toml"]
            .into_iter()
            .map(|name| root.join(name))
            .find(|path| path.is_file());
        let Some(path) = own else { return Ok(Self(Self::over(DocumentMut::new()))) };
        let refused = |reason: String| ConfigurationError::Own { path: path.clone(), reason };
        let text = std::fs::read_to_string(&path).map_err(|error| refused(error.to_string()))?;
        let document = text.parse::<DocumentMut>().map_err(|error| refused(error.to_string()))?;
        Ok(Self(Self::over(document)))
    }

    fn over(mut document: DocumentMut) -> String {
        let list = document.entry("disallowed-methods").or_insert(Item::Value(Value::Array(Array::new())));
        if !list.is_array() {
            *list = Item::Value(Value::Array(Array::new()));
        }
        if let Some(list) = list.as_array_mut() {
            for path in ASKED {
                let mut entry = InlineTable::new();
                entry.insert("path", path.into());
                // Not every project uses every crate.
                entry.insert("allow-invalid", true.into());
                list.push(Value::InlineTable(entry));
            }
        }
        document.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_project_configures_stays_and_what_is_asked_is_added() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("clippy.toml"),
            "msrv = \"1.80\"\ndisallowed-methods = [\"std::env::set_var\"]\n",
        )
        .unwrap();
        let Configuration(text) = Configuration::merged(folder.path()).unwrap();
        let document: DocumentMut = text.parse().unwrap();
        assert_eq!(document["msrv"].as_str(), Some("1.80"));
        assert_eq!(document["disallowed-methods"].as_array().unwrap().len(), 1 + ASKED.len());
        assert!(text.contains("std::env::set_var") && text.contains("slice::contains"));
    }

    #[test]
    fn a_project_without_a_configuration_gets_one() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Configuration::merged(folder.path()).unwrap().0.contains("Clone::clone"));
    }

    #[test]
    fn a_configuration_that_is_no_toml_is_told_with_its_file() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".clippy.toml"), "[").unwrap();
        assert!(Configuration::merged(folder.path()).unwrap_err().to_string().contains(".clippy.toml"));
    }
}
