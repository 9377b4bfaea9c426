//! How benchmarks are built, beside what ships.

use perfaudit_result::{BuildProfile, Precondition, PreconditionStatus};

use super::{OPTIMISED_BUILD, SHIPPING_PROFILE, precondition, status};

/// The settings of a profile that change the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeSettings {
    /// The name of the profile.
    pub profile: String,
    /// Keys with their values as the manifest writes them; none when there is no such profile.
    pub settings: Option<Vec<(&'static str, String)>>,
}

pub(super) fn optimised(profile: &BuildProfile) -> Precondition {
    precondition(
        OPTIMISED_BUILD,
        status(profile.opt_level == "0"),
        format!("profile `{}` builds with opt-level {}", profile.name, profile.opt_level),
        "benchmarks of an unoptimised build say nothing about what ships: remove `opt-level = 0` from the profile",
    )
}

/// Whether benchmarks are built like what ships.
#[must_use]
pub fn like_shipped(measured: &CodeSettings, shipped: &CodeSettings) -> Precondition {
    let (Some(here), Some(there)) = (&measured.settings, &shipped.settings) else {
        let missing = if measured.settings.is_none() { measured } else { shipped };
        return precondition(
            SHIPPING_PROFILE,
            PreconditionStatus::Unknown,
            format!("there is no profile `{}` to compare with", missing.profile),
            "name the profile that ships as `shipped-profile` in `[bench]` of perfaudit.toml",
        );
    };
    let differing: Vec<_> =
        here.iter().zip(there).filter(|(here, there)| spelt(&here.1) != spelt(&there.1)).collect();
    let (measured, shipped) = (&measured.profile, &shipped.profile);
    if differing.is_empty() {
        let message = format!("profile `{measured}` builds the code like `{shipped}`, which ships");
        return precondition(SHIPPING_PROFILE, PreconditionStatus::Met, message, "");
    }
    let listed: Vec<String> = differing
        .iter()
        .map(|((key, here), (_, there))| format!("{key} is {here} instead of {there}"))
        .collect();
    let remedy = if differing.iter().all(|((key, _), _)| *key == "panic") {
        "cargo builds every benchmark with unwinding: measure the shipped program as a `[[command]]`, or allow this"
            .to_owned()
    } else if shipped == "release" {
        format!(
            "remove what differs from `[profile.{measured}]`, which then takes it from `[profile.release]`"
        )
    } else {
        format!("build the benchmarks with `--profile {shipped}`")
    };
    let message = format!("profile `{measured}` is unlike `{shipped}`, which ships: {}", listed.join(", "));
    precondition(SHIPPING_PROFILE, PreconditionStatus::Violated, message, &remedy)
}

/// `lto = true` is `lto = "fat"` (The Cargo Book, "Profiles").
fn spelt(value: &str) -> &str {
    if value == "fat" { "true" } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(profile: &str, lto: &str, panic: &str) -> CodeSettings {
        let settings = vec![("opt-level", "3".into()), ("lto", lto.into()), ("panic", panic.into())];
        CodeSettings { profile: profile.into(), settings: Some(settings) }
    }

    #[test]
    fn what_differs_from_what_ships_is_listed_with_both_values() {
        let found = like_shipped(&settings("bench", "false", "unwind"), &settings("release", "fat", "abort"));
        assert_eq!(found.status, PreconditionStatus::Violated);
        assert_eq!(
            found.message,
            "profile `bench` is unlike `release`, which ships: lto is false instead of fat, panic is unwind instead of abort"
        );
        assert!(found.remedy.unwrap().contains("`[profile.bench]`"));
        let custom = like_shipped(&settings("bench", "false", "unwind"), &settings("dist", "fat", "unwind"));
        assert_eq!(custom.remedy.unwrap(), "build the benchmarks with `--profile dist`");
    }

    #[test]
    fn another_spelling_is_no_difference() {
        let found = like_shipped(&settings("bench", "true", "unwind"), &settings("release", "fat", "unwind"));
        assert_eq!((found.status, found.remedy), (PreconditionStatus::Met, None));
    }

    #[test]
    fn what_no_profile_can_change_has_a_remedy_of_its_own() {
        let found = like_shipped(&settings("bench", "fat", "unwind"), &settings("release", "fat", "abort"));
        assert!(found.remedy.unwrap().contains("[[command]]"));
    }

    #[test]
    fn a_profile_that_does_not_exist_is_not_compared_with() {
        let missing = CodeSettings { profile: "dist".into(), settings: None };
        let found = like_shipped(&settings("bench", "true", "unwind"), &missing);
        assert_eq!(found.status, PreconditionStatus::Unknown);
        assert!(found.message.contains("`dist`"), "{}", found.message);
    }
}
