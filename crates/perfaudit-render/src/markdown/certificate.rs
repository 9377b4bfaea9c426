//! Certificates of patches, to be pasted into a pull request.

use perfaudit_result::{AuditResult, Certificate};

use super::escape::{code, fenced, prose, strong, table};
use super::paired::comparison;
use crate::{certificate, shell};

/// One certificate as a document of its own.
#[must_use]
pub fn certificate_document(one: &Certificate, result: &AuditResult) -> String {
    let mut out = format!("# {}\n\n", prose(&certificate::about(one)));
    out.push_str(&body(one));
    out.push_str(&format!("\nMeasured on {}.\n", prose(&certificate::machine(&result.host))));
    out.push_str(&format!(
        "\nRun {} by perfaudit {}. To judge it again:\n\n{}",
        code(&result.run.id),
        prose(&result.tool.version),
        fenced("sh", &[shell::command(&one.command)])
    ));
    out
}

/// All certificates of a run.
pub(super) fn certificates(result: &AuditResult) -> String {
    let all = result.certificates.iter();
    let told = all.map(|one| format!("### {}\n\n{}", prose(&certificate::about(one)), body(one)));
    told.collect::<Vec<_>>().join("\n")
}

fn body(one: &Certificate) -> String {
    let mut out = format!("{}\n\n", strong(&certificate::verdict(one)));
    let gates: Vec<Vec<String>> = one
        .gates
        .iter()
        .map(|gate| {
            vec![
                certificate::gate(gate.gate).to_owned(),
                certificate::state(gate.state).to_owned(),
                prose(&gate.evidence.replace('\n', " ")),
            ]
        })
        .collect();
    out.push_str(&table(&["gate", "passed", "evidence"], &[false, false, false], &gates));
    out.push('\n');
    for step in &one.checklist {
        let mark = if step.done { "x" } else { " " };
        let (name, evidence) = (certificate::step(step.step), prose(&step.evidence));
        out.push_str(&format!("- [{mark}] {name}: {evidence}\n"));
    }
    for claim in &one.claims {
        out.push_str(&format!("\nClaim {}.\n", prose(&certificate::claim(claim))));
    }
    for remark in &one.remarks {
        out.push_str(&format!("\n{}.\n", prose(remark)));
    }
    if let Some(compared) = &one.comparison {
        out.push('\n');
        out.push_str(&comparison(compared));
    }
    out
}
