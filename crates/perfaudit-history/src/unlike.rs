//! Whether two runs may be compared at all.

use perfaudit_result::{AuditResult, BuildProfile, Host};

/// What the two runs do not share and should: the machine, the build profile, how long was measured. Each entry reads
/// `what: there, here`. Source and compiler may differ: that is what one compares.
#[must_use]
pub fn unlike(baseline: &AuditResult, run: &AuditResult) -> Vec<String> {
    let host = |host: &Host| {
        vec![
            ("CPU", host.cpu.clone()),
            ("cores", host.cores.to_string()),
            ("operating system", format!("{} {}", host.os, host.arch)),
            ("kernel", host.kernel.clone()),
        ]
    };
    let profile = |profile: &BuildProfile| {
        vec![
            ("profile", profile.name.clone()),
            ("opt-level", profile.opt_level.clone()),
            ("lto", profile.lto.clone()),
            ("codegen-units", profile.codegen_units.clone()),
            ("panic", profile.panic.clone()),
        ]
    };
    let all = |result: &AuditResult| {
        let mut facts = host(&result.host);
        facts.extend(profile(&result.project.profile));
        facts.push(("mode", result.run.mode.as_str().to_owned()));
        facts
    };
    all(baseline)
        .into_iter()
        .zip(all(run))
        .filter(|((_, there), (_, here))| there != here)
        .map(|((what, there), (_, here))| format!("{what}: {there} there, {here} here"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::tests::run;

    #[test]
    fn another_machine_and_another_profile_are_named() {
        let (before, mut after) = (run(&[]), run(&[]));
        assert_eq!(unlike(&before, &after), [""; 0]);
        after.host.cpu = "other".into();
        after.project.profile.lto = "fat".into();
        after.project.toolchain.rustc = "rustc 2.0.0".into();
        assert_eq!(unlike(&before, &after), ["CPU: cpu there, other here", "lto: off there, fat here"]);
    }
}
