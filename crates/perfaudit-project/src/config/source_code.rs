//! `[source]`: what is found in source, and how it is told.

use super::origin::Setting;
use super::problem::{Complaint, quote};
use super::section::{Report, Section};
use super::value::{boolean, process_text, texts};

/// `[source]`: what is found in source, and how it is told. Whether there is such a rule is not checked here.
#[derive(Debug, Clone)]
pub struct SourceSettings {
    /// Patterns of paths that are left out, as in `.gitignore`.
    pub exclude: Setting<Vec<String>>,
    /// Rules that are not applied.
    pub off: Setting<Vec<String>>,
    /// Rules whose findings are never more than notes.
    pub note: Setting<Vec<String>>,
    /// Rules whose findings are warnings, measured or not.
    pub warning: Setting<Vec<String>>,
    /// Whether the compiler is asked about types, for which the project is checked with clippy.
    pub types: Setting<bool>,
}

impl Default for SourceSettings {
    fn default() -> Self {
        let none = || Setting::default_of(Vec::new());
        Self { exclude: none(), off: none(), note: none(), warning: none(), types: Setting::default_of(true) }
    }
}

impl SourceSettings {
    /// Lays the section of a file over what is there.
    pub(super) fn apply(&mut self, mut section: Section<'_>, report: &mut Report<'_>) {
        self.exclude.over(section.read("exclude", report, texts(process_text)));
        self.off.over(section.read("off", report, texts(rule)));
        self.note.over(section.read("note", report, texts(rule)));
        self.warning.over(section.read("warning", report, texts(rule)));
        self.types.over(section.read("types", report, boolean));
        section.finish(report);
    }
}

/// The name of a rule: lower-case words with hyphens.
fn rule(text: &str) -> Result<String, Complaint> {
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !text.is_empty() && text.chars().all(is_name) {
        Ok(text.to_owned())
    } else {
        Err(Complaint::new(format!("{} is no rule", quote(text))).hint("`perfaudit rules` lists all of them"))
    }
}
