use perfaudit_result::Confidence;

use super::rule::{Check, ManifestHit, rule};
use crate::manifest::{Manifest, ProfileValue};

rule! {
    /// ## What it does
    ///
    /// Reads `[profile.release]` and `[profile.bench]` of the workspace and finds settings that make code slow: a low
    /// `opt-level`, assertions and overflow checks that are on, incremental compilation; and benchmarks that are built in
    /// another way than what is shipped.
    ///
    /// ## Why it matters
    ///
    /// One line can cost more than all patches together. `incremental` splits each crate into many parts that are optimised
    /// apart.
    ///
    /// ## Example
    ///
    ///     [profile.release]
    ///     opt-level = 1
    ///
    /// ## What to do
    ///
    /// Remove the line: the default is `opt-level = 3`. Whether `lto`, `codegen-units = 1` or another `panic` pay is measured,
    /// not guessed.
    ///
    /// ## When not to
    ///
    /// Where size matters more than speed (`opt-level = "z"`), or overflow checks are wanted for safety.
    id: "build-profile",
    title: "The build profile makes code slow",
    category: Build,
    severity: Warning,
    remedy: "remove the setting, and measure the difference",
    effort: Quick,
    check: Check::Manifest(check),
}

fn check(manifest: &Manifest, hits: &mut Vec<ManifestHit>) {
    for setting in manifest.profile("release").chain(manifest.profile("bench")) {
        let because = match (setting.key.as_str(), &setting.value) {
            ("opt-level", ProfileValue::Number(0..=2)) => "optimises less than it could",
            ("opt-level", ProfileValue::Text(level)) if matches!(level.as_str(), "s" | "z") => {
                "optimises for size"
            }
            ("debug-assertions", ProfileValue::Flag(true)) => "runs every `debug_assert!`",
            ("overflow-checks", ProfileValue::Flag(true)) => "checks every sum and product",
            ("incremental", ProfileValue::Flag(true)) => {
                "cuts each crate into many parts that are optimised apart"
            }
            _ => continue,
        };
        let confidence = if setting.key == "opt-level" && matches!(setting.value, ProfileValue::Number(_)) {
            Confidence::High
        } else {
            Confidence::Medium
        };
        hits.push(ManifestHit {
            line: setting.line,
            symbol: format!("profile.{}.{}", setting.profile, setting.key),
            message: format!(
                "`{} = {}` in `[profile.{}]` {because}",
                setting.key, setting.value, setting.profile
            ),
            confidence,
        });
    }
}
