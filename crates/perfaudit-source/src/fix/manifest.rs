//! A release profile that optimises across crates.

use toml_edit::{Document, Item};

use super::{Edit, Fix, NoFix};

/// Settings that make code faster and builds slower, with the values that change most.
const SETTINGS: [(&str, &str); 2] = [("lto", "\"fat\""), ("codegen-units", "1")];

/// Adds `lto` and `codegen-units` to `[profile.release]` of the workspace's `Cargo.toml`, which benchmarks inherit, where
/// they are not set.
///
/// # Errors
/// When there is nothing to change, or the profile is not written as a table of its own.
pub fn release_profile(text: &str) -> Result<Fix, NoFix> {
    let document = Document::parse(text).map_err(|_| NoFix::Changed { line: 1 })?;
    let release = document.get("profile").and_then(|profiles| profiles.get("release"));
    let missing: Vec<String> = SETTINGS
        .iter()
        .filter(|(key, _)| release.and_then(|profile| profile.get(key)).is_none())
        .map(|(key, value)| format!("{key} = {value}\n"))
        .collect();
    if missing.is_empty() {
        return Err(NoFix::NotSafe("the release profile sets `lto` and `codegen-units` by itself"));
    }
    let missing = missing.concat();
    let edit = match release {
        None => {
            let gap = if text.is_empty() || text.ends_with("\n\n") {
                ""
            } else if text.ends_with('\n') {
                "\n"
            } else {
                "\n\n"
            };
            Edit { start: text.len(), end: text.len(), text: format!("{gap}[profile.release]\n{missing}") }
        }
        Some(Item::Table(_)) => {
            let head =
                text.find("[profile.release]").ok_or(NoFix::NotSafe("the profile is written another way"))?;
            let at = text[head..].find('\n').map_or(text.len(), |line| head + line + 1);
            let gap = if text[..at].ends_with('\n') { "" } else { "\n" };
            Edit { start: at, end: at, text: format!("{gap}{missing}") }
        }
        Some(_) => return Err(NoFix::NotSafe("the profile is written another way")),
    };
    let what = "optimise across crates (`lto`, `codegen-units = 1`); building takes longer".to_owned();
    Ok(Fix { what, edits: vec![edit] })
}

/// Removes a setting of a profile that makes code slow.
///
/// # Errors
/// When the line is none with a setting.
pub fn without_line(text: &str, line: u32) -> Result<Fix, NoFix> {
    let mut start = 0;
    for (at, one) in text.split_inclusive('\n').enumerate() {
        if at + 1 == line as usize && one.contains('=') && !one.trim_start().starts_with('[') {
            let edit = Edit { start, end: start + one.len(), text: String::new() };
            return Ok(Fix { what: format!("remove `{}`", one.trim()), edits: vec![edit] });
        }
        start += one.len();
    }
    Err(NoFix::Changed { line })
}
