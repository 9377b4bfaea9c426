//! The profiles that a `Cargo.toml` sets.

use std::collections::BTreeSet;
use std::fmt;

use toml_edit::{Document, Item, Table, Value};

/// What analysis reads of a `Cargo.toml`.
#[derive(Debug, Default)]
pub(crate) struct Manifest {
    settings: Vec<ProfileSetting>,
    /// The names of what it depends on, for building and running what ships.
    pub(crate) dependencies: BTreeSet<String>,
}

/// One line of a profile.
#[derive(Debug)]
pub(crate) struct ProfileSetting {
    pub(crate) profile: String,
    pub(crate) key: String,
    pub(crate) value: ProfileValue,
    /// From 1.
    pub(crate) line: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ProfileValue {
    Number(i64),
    Text(String),
    Flag(bool),
}

impl fmt::Display for ProfileValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Flag(flag) => write!(f, "{flag}"),
        }
    }
}

impl Manifest {
    /// Reads the text of a `Cargo.toml`; the error is the parser's own, with its line.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let document = Document::parse(text).map_err(|error| error.to_string())?;
        let profiles = document.get("profile").and_then(Item::as_table_like);
        let mut settings = Vec::new();
        for (profile, item) in profiles.into_iter().flat_map(toml_edit::TableLike::iter) {
            if let Some(table) = item.as_table() {
                settings.extend(read(profile, table, text));
            }
        }
        let dependencies = document.get("dependencies").and_then(Item::as_table_like);
        let dependencies =
            dependencies.into_iter().flat_map(toml_edit::TableLike::iter).map(|(name, _)| name.to_owned());
        Ok(Self { settings, dependencies: dependencies.collect() })
    }

    pub(crate) fn profile<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a ProfileSetting> {
        self.settings.iter().filter(move |setting| setting.profile == name)
    }
}

fn read<'a>(profile: &'a str, table: &'a Table, text: &'a str) -> impl Iterator<Item = ProfileSetting> + 'a {
    table.iter().filter_map(move |(key, item)| {
        let value = match item.as_value()? {
            Value::Integer(number) => ProfileValue::Number(*number.value()),
            Value::String(words) => ProfileValue::Text(words.value().clone()),
            Value::Boolean(flag) => ProfileValue::Flag(*flag.value()),
            _ => return None,
        };
        let before = &text[..item.span()?.start];
        let line = u32::try_from(before.matches('\n').count() + 1).unwrap_or(u32::MAX);
        Some(ProfileSetting { profile: profile.to_owned(), key: key.to_owned(), value, line })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{self, Check};

    fn found(text: &str) -> Vec<(u32, String)> {
        let manifest = Manifest::parse(text).unwrap();
        let Check::Manifest(check) = rules::find("build-profile").unwrap().check else {
            panic!("it reads manifests")
        };
        let mut hits = Vec::new();
        check(&manifest, &mut hits);
        hits.into_iter().map(|hit| (hit.line, hit.symbol)).collect()
    }

    #[test]
    fn settings_that_make_code_slow_are_found_at_their_lines() {
        let text = "[package]\nname = \"a\"\n\n[profile.release]\nopt-level = 1\nlto = true\nincremental = true\n[profile.bench]\ndebug-assertions = true\n";
        let expected = [
            (5, "profile.release.opt-level"),
            (7, "profile.release.incremental"),
            (9, "profile.bench.debug-assertions"),
        ];
        assert_eq!(found(text), expected.map(|(line, symbol)| (line, symbol.to_owned())));
    }

    #[test]
    fn profiles_that_only_help_are_left_alone() {
        assert_eq!(
            found(
                "[profile.release]\nopt-level = 3\nlto = \"fat\"\ncodegen-units = 1\ndebug = true\nincremental = false\n"
            ),
            []
        );
        assert_eq!(found("[profile.dev]\nopt-level = 0\n[profile.dev.package.x]\nopt-level = 1\n"), []);
        assert_eq!(found(""), []);
    }

    #[test]
    fn a_manifest_that_is_no_toml_is_refused_with_its_line() {
        assert!(Manifest::parse("[package\n").unwrap_err().contains("line 1"));
    }
}
