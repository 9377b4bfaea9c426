//! Settings in the configuration of cargo of a tree: what it says wins over the manifest, and no manifest is changed.

use std::fs;
use std::path::{Path, PathBuf};

use toml_edit::{Array, DocumentMut, Item, Table, Value};

use super::cells::{Key, MatrixCellName};
use crate::error::CommandError;

/// Lets cargo build a tree with settings of a profile, and with a flag for the compiler, in addition to what its
/// configuration says.
pub(super) fn write(
    tree: &Path,
    profile: &str,
    cell: &MatrixCellName,
    flag: Option<&str>,
) -> Result<(), CommandError> {
    let folder = tree.join(".cargo");
    let file = configuration(&folder);
    let text = match fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(source) => return Err(CommandError::Read { path: file, source }),
    };
    let configured = with(&text, profile, cell, flag)
        .map_err(|said| CommandError::Read { path: file.clone(), source: std::io::Error::other(said) })?;
    let written = fs::create_dir_all(&folder).and_then(|()| fs::write(&file, configured));
    written.map_err(|source| CommandError::Write { path: file, source })
}

/// Of two files cargo reads the one with the older name.
fn configuration(folder: &Path) -> PathBuf {
    let older = folder.join("config");
    if older.is_file() { older } else { folder.join("config.toml") }
}

fn with(text: &str, profile: &str, cell: &MatrixCellName, flag: Option<&str>) -> Result<String, String> {
    let mut document: DocumentMut = text.parse().map_err(|error| format!("it is no TOML: {error}"))?;
    for (key, value) in cell.settings() {
        if key == Key::TargetCpu {
            add_flag(table(document.as_table_mut(), "build")?, &format!("-Ctarget-cpu={value}"))?;
            continue;
        }
        let profiles = table(document.as_table_mut(), "profile")?;
        table(profiles, profile)?.insert(key.name(), Item::Value(typed(value)));
    }
    if let Some(flag) = flag {
        add_flag(table(document.as_table_mut(), "build")?, flag)?;
    }
    Ok(document.to_string())
}

/// Cargo wants numbers and truth values unquoted.
fn typed(value: &str) -> Value {
    if let Ok(number) = value.parse::<i64>() {
        return number.into();
    }
    match value {
        "true" => true.into(),
        "false" => false.into(),
        text => text.into(),
    }
}

fn table<'a>(within: &'a mut Table, name: &str) -> Result<&'a mut Table, String> {
    let mut missing = Table::new();
    missing.set_implicit(true);
    let item = within.entry(name).or_insert(Item::Table(missing));
    if let Item::Value(Value::InlineTable(inline)) = item {
        *item = Item::Table(std::mem::take(inline).into_table());
    }
    item.as_table_mut().ok_or_else(|| format!("`{name}` is no table"))
}

/// Flags may be words of one text.
fn add_flag(build: &mut Table, flag: &str) -> Result<(), String> {
    let mut flags = match build.get("rustflags") {
        None => Array::new(),
        Some(item) => match item.as_value() {
            Some(Value::Array(flags)) => flags.clone(),
            Some(Value::String(words)) => words.value().split_whitespace().collect(),
            _ => return Err("`build.rustflags` is neither a text nor a list".to_owned()),
        },
    };
    flags.push(flag);
    build.insert("rustflags", Item::Value(Value::Array(flags)));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn configured(text: &str, cell: &str) -> toml_edit::DocumentMut {
        with(text, "bench", &cell.parse().unwrap(), None).unwrap().parse().unwrap()
    }

    #[test]
    fn settings_have_the_types_that_cargo_wants() {
        let document = configured("", "opt-level=s+lto=fat+codegen-units=1+panic=abort");
        let profile = &document["profile"]["bench"];
        assert_eq!(profile["opt-level"].as_str(), Some("s"));
        assert_eq!(profile["lto"].as_str(), Some("fat"));
        assert_eq!(profile["codegen-units"].as_integer(), Some(1));
        assert_eq!(profile["panic"].as_str(), Some("abort"));
        assert_eq!(configured("", "opt-level=2")["profile"]["bench"]["opt-level"].as_integer(), Some(2));
        assert_eq!(configured("", "lto=false")["profile"]["bench"]["lto"].as_bool(), Some(false));
    }

    #[test]
    fn what_is_configured_stays() {
        let text = "[net]\noffline = true\n[profile.bench]\ndebug = 1\n[build]\nrustflags = \"-Cforce-frame-pointers=yes --cfg x\"\n";
        let document = configured(text, "lto=thin+target-cpu=native");
        assert_eq!(document["net"]["offline"].as_bool(), Some(true));
        assert_eq!(document["profile"]["bench"]["debug"].as_integer(), Some(1));
        let flags: Vec<_> =
            document["build"]["rustflags"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert_eq!(flags, ["-Cforce-frame-pointers=yes", "--cfg", "x", "-Ctarget-cpu=native"]);
        let inline = configured("profile = { bench = { lto = 'off' } }\n", "opt-level=1");
        assert_eq!(inline["profile"]["bench"]["lto"].as_str(), Some("off"));
    }

    #[test]
    fn a_flag_stands_behind_those_that_are_there() {
        let text = "[build]\nrustflags = \"--cfg x\"\n";
        let written = with(text, "bench", &"pgo".parse().unwrap(), Some("-Cprofile-use=/a b")).unwrap();
        let document: DocumentMut = written.parse().unwrap();
        let flags: Vec<_> =
            document["build"]["rustflags"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert_eq!(flags, ["--cfg", "x", "-Cprofile-use=/a b"]);
    }

    #[test]
    fn a_configuration_that_is_none_is_refused() {
        for text in ["[profile", "profile = 3\n", "[build]\nrustflags = 3\n"] {
            assert!(
                with(text, "bench", &"lto=fat+target-cpu=native".parse().unwrap(), None).is_err(),
                "{text}"
            );
        }
    }
}
