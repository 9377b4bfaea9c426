//! The answer of all certificates in one line.

use perfaudit_result::{ProofVerdict, Verdict, VerdictStatus};

use super::Judged;
use crate::exit::Exit;

/// What is broken goes before what is refuted or refused, and that before what is open.
pub(super) fn verdict(judged: &[Judged], interrupted: bool) -> Verdict {
    let with = |verdict| judged.iter().filter(|one| one.certificate.verdict == verdict).count();
    let status = if with(ProofVerdict::Broken) > 0 {
        VerdictStatus::ProjectFailed
    } else if with(ProofVerdict::Refuted) + with(ProofVerdict::Refused) > 0 {
        VerdictStatus::Regressed
    } else if with(ProofVerdict::Inconclusive) > 0 || interrupted {
        VerdictStatus::Inconclusive
    } else {
        VerdictStatus::Pass
    };
    // A single reason says it itself.
    let why = if interrupted && judged.len() > 1 { " (interrupted)" } else { "" };
    let said = match judged {
        [one] => {
            let certificate = &one.certificate;
            format!("{}: {}: {}", certificate.verdict.as_str(), certificate.patch.name, certificate.reason)
        }
        _ => {
            let alone = judged.iter().filter(|one| one.certificate.patch.stacked.is_empty());
            let of = |verdict| alone.clone().filter(|one| one.certificate.verdict == verdict).count();
            let parts = ProofVerdict::ALL.into_iter().filter_map(|verdict| {
                let n = of(verdict);
                (n > 0).then(|| format!("{n} {}", verdict.as_str()))
            });
            let stack = judged.iter().find(|one| !one.certificate.patch.stacked.is_empty());
            let stack = stack.map_or_else(String::new, |stack| {
                let stack = &stack.certificate;
                let n = stack.patch.stacked.len();
                format!("; {n} on top of each other: {}: {}", stack.verdict.as_str(), stack.reason)
            });
            format!("{}{stack}", parts.collect::<Vec<_>>().join(", "))
        }
    };
    Verdict { status, headline: format!("{said}{why}"), exit_code: Exit::of(status).code() }
}
