//! Certificates of patches: the verdict, what stopped or carried it, and the comparison behind it.

use perfaudit_result::{AuditResult, Certificate, ClaimState, GateState, ProofVerdict};

use super::page::{CRITICAL, FAINT, GOOD, PLAIN, Page, WARNING};
use super::paired::comparison;
use crate::{certificate, shell, text};

pub(super) fn certificates(page: &mut Page, result: &AuditResult, verbose: bool) {
    let is_alone = result.certificates.len() == 1;
    for one in &result.certificates {
        self::one(page, one, verbose, is_alone);
    }
}

fn one(page: &mut Page, one: &Certificate, verbose: bool, is_alone: bool) {
    page.heading(&text::one_line(&certificate::about(one)));
    if !is_alone {
        let style = match one.verdict {
            ProofVerdict::Proven => GOOD,
            ProofVerdict::Inconclusive => WARNING,
            _ => CRITICAL,
        };
        page.paragraph("  ", 4, style, &text::one_line(&certificate::verdict(one)));
    }
    for gate in &one.gates {
        let style = match gate.state {
            GateState::Passed => PLAIN,
            GateState::Failed => CRITICAL,
            GateState::Open => WARNING,
            GateState::NotReached => FAINT,
        };
        // What was not looked at follows from what stopped it.
        if gate.state != GateState::NotReached || verbose {
            let (name, state) = (certificate::gate(gate.gate), certificate::state(gate.state));
            page.paragraph("  ", 4, style, &format!("{name}: {state}, {}", text::one_line(&gate.evidence)));
        }
    }
    for claim in &one.claims {
        let style = match claim.state {
            ClaimState::Kept => GOOD,
            ClaimState::NotKept => CRITICAL,
            ClaimState::Open => WARNING,
        };
        page.paragraph("  ", 4, style, &format!("claim {}", text::one_line(&certificate::claim(claim))));
    }
    if let Some(compared) = &one.comparison {
        let steps: Vec<String> = one
            .checklist
            .iter()
            .map(|step| format!("[{}] {}", if step.done { "x" } else { " " }, certificate::step(step.step)))
            .collect();
        page.paragraph("  ", 4, PLAIN, &steps.join("  "));
        if verbose || is_alone {
            for step in one.checklist.iter().filter(|step| verbose || !step.done) {
                let line = format!("{}: {}", certificate::step(step.step), text::one_line(&step.evidence));
                page.paragraph("      ", 8, FAINT, &line);
            }
            page.blank();
            comparison(page, compared, verbose);
        }
    }
    for remark in &one.remarks {
        page.paragraph("  ", 4, FAINT, &text::one_line(remark));
    }
    if verbose {
        page.command("  ", &shell::command(&one.command));
    }
}
