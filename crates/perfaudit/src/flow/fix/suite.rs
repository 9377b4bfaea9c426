//! What tests patches that are made from findings where nobody says it.

use perfaudit_bench::{DEBUG, STRIP};
use perfaudit_project::config::{Origin, Setting};
use perfaudit_project::{Cargo, effective_profile};

/// The project's tests, built with the profile of its benchmarks, so that dependencies that were built for these serve
/// both; the project's own code gets back the assertions and the checks for overflow that this profile leaves out. None
/// where something else is configured, and where programs are optimised as a whole when they are linked, which would
/// take long for each of many.
pub(super) fn line(cargo: &Cargo, profile: &str, configured: &Setting<String>) -> Option<String> {
    let of_profile = effective_profile(cargo, profile, DEBUG, STRIP);
    let is_linked_as_built = ["false", "off"].contains(&of_profile.lto.as_str());
    (configured.origin == Origin::Default && is_linked_as_built)
        .then(|| with_profile(&configured.value, profile))
}

fn with_profile(line: &str, profile: &str) -> String {
    let settings = [
        format!("debug='{DEBUG}'"),
        format!("strip='{STRIP}'"),
        "debug-assertions=true".to_owned(),
        "overflow-checks=true".to_owned(),
        "package.'*'.debug-assertions=false".to_owned(),
        "package.'*'.overflow-checks=false".to_owned(),
    ];
    let settings = settings.iter().map(|setting| format!(" --config \"profile.{profile}.{setting}\""));
    format!("{line} --profile {profile}{}", settings.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_have_the_profile_of_benchmarks_with_the_checks_that_it_leaves_out() {
        let line = with_profile("cargo test --workspace", "bench");
        assert!(line.starts_with(
            "cargo test --workspace --profile bench --config \"profile.bench.debug='limited'\""
        ));
        assert!(line.contains("\"profile.bench.overflow-checks=true\""));
        assert!(line.contains("\"profile.bench.package.'*'.overflow-checks=false\""));
    }
}
