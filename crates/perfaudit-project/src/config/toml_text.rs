//! Writing values as TOML on one line.

use std::fmt::Write as _;

/// A basic string. The writer of the `toml` crate would spread text with line breaks over several lines.
pub(super) fn string(text: &str) -> String {
    let mut written = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => written.extend(['\\', character]),
            _ if character.is_control() => {
                write!(written, "\\u{:04X}", u32::from(character)).expect("writing to a string cannot fail");
            }
            _ => written.push(character),
        }
    }
    written.push('"');
    written
}

pub(super) fn strings<'a>(texts: impl IntoIterator<Item = &'a String>) -> String {
    array(texts.into_iter().map(|text| string(text)))
}

pub(super) fn array(values: impl IntoIterator<Item = String>) -> String {
    format!("[{}]", values.into_iter().collect::<Vec<_>>().join(", "))
}

/// An inline table of values that are already written.
pub(super) fn table<'a>(entries: impl IntoIterator<Item = (&'a String, String)>) -> String {
    let entries: Vec<String> =
        entries.into_iter().map(|(key, value)| format!("{} = {value}", self::key(key))).collect();
    if entries.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", entries.join(", ")) }
}

fn key(text: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !text.is_empty() && text.chars().all(is_bare) { text.to_owned() } else { string(text) }
}
