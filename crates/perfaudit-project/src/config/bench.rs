//! `[bench]`: which benchmarks are measured.

use regex::Regex;

use super::origin::Setting;
use super::problem::{Complaint, quote};
use super::section::{Report, Section};
use super::value::{boolean, parsed, process_text, texts};
use crate::selection::{Features, Selection};

/// A longer expression can take seconds to compile.
const LONGEST_FILTER: usize = 10_000;

/// `[bench]`: which benchmarks are measured. Empty lists mean all.
#[derive(Debug, Clone)]
pub struct BenchSettings {
    /// Names of packages.
    pub packages: Setting<Vec<String>>,
    /// Names of benchmark targets.
    pub benches: Setting<Vec<String>>,
    /// Only benchmarks whose `package/target/title` matches.
    pub filter: Setting<Option<Regex>>,
    /// Features to enable.
    pub features: Setting<Vec<String>>,
    /// Whether all features are enabled.
    pub all_features: Setting<bool>,
    /// Whether the default features are left out.
    pub no_default_features: Setting<bool>,
    /// The profile to build with instead of `bench`.
    pub profile: Setting<Option<String>>,
    /// The profile that ships, which benchmarks should be built like.
    pub shipped_profile: Setting<String>,
    /// The profile that is built after each change, of objectives on `build.incremental`.
    pub incremental_profile: Setting<String>,
}

impl Default for BenchSettings {
    fn default() -> Self {
        Self {
            packages: Setting::default_of(Vec::new()),
            benches: Setting::default_of(Vec::new()),
            filter: Setting::default_of(None),
            features: Setting::default_of(Vec::new()),
            all_features: Setting::default_of(false),
            no_default_features: Setting::default_of(false),
            profile: Setting::default_of(None),
            shipped_profile: Setting::default_of("release".to_owned()),
            incremental_profile: Setting::default_of("dev".to_owned()),
        }
    }
}

impl BenchSettings {
    /// The part of the project that is meant.
    #[must_use]
    pub fn selection(&self) -> Selection {
        Selection {
            packages: self.packages.value.clone(),
            benches: self.benches.value.clone(),
            features: Features {
                named: self.features.value.clone(),
                all: self.all_features.value,
                no_default: self.no_default_features.value,
            },
            profile: self.profile.value.clone(),
        }
    }

    /// Lays the section of a file over what is there.
    pub(super) fn apply(&mut self, mut section: Section<'_>, report: &mut Report<'_>) {
        self.packages.over(section.read("packages", report, texts(name)));
        self.benches.over(section.read("benches", report, texts(name)));
        self.filter.over(section.read("filter", report, parsed(regex)));
        self.features.over(section.read("features", report, texts(name)));
        self.all_features.over(section.read("all-features", report, boolean));
        self.no_default_features.over(section.read("no-default-features", report, boolean));
        self.profile.over(section.read("profile", report, parsed(name)));
        self.shipped_profile.over(section.read("shipped-profile", report, parsed(name)));
        self.incremental_profile.over(section.read("incremental-profile", report, parsed(name)));
        section.finish(report);
    }
}

/// A name that becomes an argument of cargo: it must not look like an option.
fn name(text: &str) -> Result<String, Complaint> {
    if text.starts_with('-') {
        return Err(Complaint::new(format!("{} is no name", quote(text))));
    }
    process_text(text)
}

fn regex(text: &str) -> Result<Regex, Complaint> {
    if text.len() > LONGEST_FILTER {
        return Err(Complaint::new(format!("the expression is longer than {LONGEST_FILTER} bytes")));
    }
    Regex::new(text).map_err(|error| {
        // The last line says what is wrong; those before it draw the place.
        let text = error.to_string();
        let reason = text.lines().last().unwrap_or_default();
        Complaint::new(format!("not a regular expression: {}", reason.trim_start_matches("error: ")))
    })
}
