//! The answer, and the files of what is kept.

use std::collections::BTreeMap;

use perfaudit_result::{Applied, AuditResult, Certificate, Fixes, ProofVerdict, Verdict, VerdictStatus};

use super::series::Series;
use crate::exit::Exit;
use crate::flow::prove::certificate_file;

/// What is proven passes, whatever became of other patches: they are not part of the project.
pub(super) fn verdict(fixes: &Fixes, certificates: &[Certificate], interrupted: bool) -> Verdict {
    let with = |verdict| fixes.patches.iter().filter(|one| one.verdict == Some(verdict)).count();
    let together = certificates.iter().find(|one| !one.patch.stacked.is_empty());
    let tried = fixes.patches.iter().filter(|one| one.verdict.is_some()).count();
    let is_open = interrupted
        || with(ProofVerdict::Inconclusive) > 0
        || together.is_some_and(|one| one.verdict != ProofVerdict::Proven);
    let status = match with(ProofVerdict::Proven) {
        0 if is_open => VerdictStatus::Inconclusive,
        _ if interrupted || together.is_some_and(|one| one.verdict != ProofVerdict::Proven) => {
            VerdictStatus::Inconclusive
        }
        _ => VerdictStatus::Pass,
    };
    let parts = ProofVerdict::ALL.into_iter().filter_map(|verdict| {
        let n = with(verdict);
        (n > 0).then(|| format!("{n} {}", verdict.as_str()))
    });
    let parts: Vec<String> = parts.collect();
    let mut headline = match (fixes.patches.len(), parts.is_empty()) {
        (0, _) => "no patch could be made: there is nothing that is safe to mend by itself".to_owned(),
        (made, true) => format!("{} made, none was tried", patches(made)),
        (made, false) => format!("{} made, {tried} tried: {}", patches(made), parts.join(", ")),
    };
    let only = fixes.patches.iter().find(|one| one.kept.is_some());
    if let Some(together) = together {
        let n = together.patch.stacked.len();
        headline.push_str(&format!("; {n} together: {}: {}", together.verdict.as_str(), together.reason));
    } else if let Some(one) = only {
        headline.push_str(&format!("; {}: {}", one.name, one.reason));
    }
    if interrupted {
        headline.push_str(" (interrupted)");
    }
    Verdict { status, headline, exit_code: Exit::of(status).code() }
}

/// What was to be done and was interrupted is no success.
pub(super) fn interrupted(verdict: &mut Verdict) {
    verdict.headline.push_str(" (interrupted)");
    if verdict.status == VerdictStatus::Pass {
        verdict.status = VerdictStatus::Inconclusive;
        verdict.exit_code = Exit::of(verdict.status).code();
    }
}

fn patches(n: usize) -> String {
    if n == 1 { "1 patch".to_owned() } else { format!("{n} patches") }
}

/// What was asked for and not done is no success.
pub(super) fn after_applying(verdict: &mut Verdict, applied: &Applied) {
    match applied {
        Applied::NotAsked => {}
        Applied::Done { files } => {
            verdict.headline.push_str(&format!("; applied: `git restore {}` undoes it", files.join(" ")));
        }
        Applied::Refused { reason } => {
            verdict.headline.push_str(&format!("; not applied: {reason}"));
            if verdict.status == VerdictStatus::Pass {
                verdict.status = VerdictStatus::Inconclusive;
                verdict.exit_code = Exit::of(verdict.status).code();
            }
        }
    }
}

/// The files of the run by their paths within it: all patches; what is kept in its order, each with its certificate; and
/// the certificate of all that is kept together.
pub(super) fn files(result: &AuditResult, kept: Series) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let of = |name: &str| result.certificates.iter().find(|one| one.patch.name == name);
    let kept: BTreeMap<String, String> =
        kept.members.into_iter().map(|member| (format!("fixes/{}", member.file), member.patch)).collect();
    for made in result.fixes.iter().flat_map(|fixes| &fixes.patches) {
        files.push((made.path(), format!("perfaudit fix: {}\n\n{}", made.what, made.diff)));
        let Some((path, patch)) = made.kept.as_ref().and_then(|path| kept.get_key_value(path)) else {
            continue;
        };
        files.push((path.clone(), patch.clone()));
        if let Some(certificate) = of(&made.name) {
            files.extend(certificate_file(path.trim_end_matches(".patch"), certificate, result));
        }
    }
    if let Some(together) = result.certificates.iter().find(|one| !one.patch.stacked.is_empty()) {
        files.extend(certificate_file("fixes/together", together, result));
    }
    files
}
