use std::collections::BTreeMap;
use std::path::Path;
use std::{env, fs, io};

use serde::{Deserialize, Serialize};

use crate::NotesError;

/// The settings that can be given by a variable `NOTES_...` or a flag `--set`.
const KEYS: [&str; 4] = ["site-title", "base-url", "shortest-word", "results"];

/// What is in force: what the program sets by itself, under `notes.toml`, under the environment, under the flags.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// Title of all pages.
    pub site_title: String,
    /// What links between pages begin with.
    pub base_url: String,
    /// Shorter words are not indexed. In characters.
    pub shortest_word: usize,
    /// How many results a search shows.
    pub results: usize,
    /// File names that are left out; `*` stands for any text, `?` for one character.
    pub ignore: Vec<String>,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            site_title: "Notes".to_owned(),
            base_url: "/".to_owned(),
            shortest_word: 2,
            results: 10,
            ignore: Vec::new(),
        }
    }
}

/// Settings from the command line: `--set key=value`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides(BTreeMap<String, String>);

impl Overrides {
    /// Adds `key=value`; the last of the same key counts. False if there is no equals sign.
    pub fn add(&mut self, setting: &str) -> bool {
        let Some((key, value)) = setting.split_once('=') else { return false };
        self.0.insert(key.to_owned(), value.to_owned());
        true
    }
}

impl Config {
    /// Reads all layers.
    ///
    /// # Errors
    /// A layer that is not valid.
    pub fn load(root: &Path, overrides: &Overrides) -> Result<Config, NotesError> {
        let path = root.join("notes.toml");
        let mut config = match fs::read_to_string(&path) {
            Ok(text) => toml::from_str(&text)
                .map_err(|source| NotesError::ConfigFile { path, source: source.into() })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Config::default(),
            Err(error) => return Err(NotesError::read(&path)(error)),
        };
        for key in KEYS {
            let variable = format!("NOTES_{}", key.to_uppercase().replace('-', "_"));
            if let Ok(value) = env::var(variable) {
                config.set(key, &value)?;
            }
        }
        for (key, value) in &overrides.0 {
            config.set(key, value)?;
        }
        Ok(config)
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), NotesError> {
        let wrong = || NotesError::Setting { key: key.to_owned(), value: value.to_owned() };
        match key {
            "site-title" => self.site_title = value.to_owned(),
            "base-url" => self.base_url = value.to_owned(),
            "shortest-word" => self.shortest_word = value.parse().map_err(|_| wrong())?,
            "results" => self.results = value.parse().map_err(|_| wrong())?,
            _ => return Err(wrong()),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_go_before_the_file_and_the_file_before_the_defaults() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("notes.toml"), "results = 3\nshortest-word = 4\n").unwrap();
        let mut overrides = Overrides::default();
        assert!(overrides.add("results=7"));
        let config = Config::load(folder.path(), &overrides).unwrap();
        let expected = Config { results: 7, shortest_word: 4, ..Config::default() };
        assert_eq!(config, expected);
    }

    #[test]
    fn a_folder_without_a_file_has_the_defaults() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Config::load(folder.path(), &Overrides::default()).unwrap(), Config::default());
    }

    #[test]
    fn unknown_settings_and_values_that_are_no_numbers_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        for setting in ["colour=blue", "results=many"] {
            let mut overrides = Overrides::default();
            overrides.add(setting);
            let error = Config::load(folder.path(), &overrides).unwrap_err();
            assert!(matches!(error, NotesError::Setting { .. }), "{error}");
        }
        fs::write(folder.path().join("notes.toml"), "resluts = 3\n").unwrap();
        let error = Config::load(folder.path(), &Overrides::default()).unwrap_err();
        assert!(matches!(error, NotesError::ConfigFile { .. }), "{error}");
    }
}
