//! Findings of audits and of rules on source that mean the same line.

use perfaudit_result::{Evidence, Finding};

/// Each names the other: the audit says what a line allocates, the rule why and what to write instead.
pub(crate) fn name_each_other(findings: &mut [Finding]) {
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (of_audit, audit) in findings.iter().enumerate().filter(|(_, finding)| finding.code.is_none()) {
        for (of_rule, _) in
            findings.iter().enumerate().filter(|(_, rule)| rule.code.is_some() && means_lines_of(audit, rule))
        {
            pairs.push((of_audit, of_rule));
        }
    }
    for (of_audit, of_rule) in pairs {
        let (audit, rule) = (findings[of_audit].rule.clone(), findings[of_rule].rule.clone());
        findings[of_audit]
            .evidence
            .push(told(format!("`{rule}` names a cause at the same line, and what to write instead")));
        let message = findings[of_audit].message.clone();
        findings[of_rule].evidence.push(told(format!("`{audit}` means the same line: {message}")));
    }
}

fn told(text: String) -> Evidence {
    Evidence { artifact: None, text }
}

/// Whether the audit blames a line that the rule found.
fn means_lines_of(audit: &Finding, rule: &Finding) -> bool {
    rule.locations.iter().any(|found| {
        let (Some(first), last) = (found.line, found.end_line) else { return false };
        audit.locations.iter().any(|blamed| {
            blamed.file == found.file
                && blamed.line.is_some_and(|line| (first..=last.unwrap_or(first)).contains(&line))
        })
    })
}

#[cfg(test)]
mod tests {
    use perfaudit_result::{
        CodeFinding, CodeKind, Confidence, Effort, Granularity, Heat, KnownBy, Location, Severity,
        Verification,
    };

    use super::*;

    fn finding(rule: &str, line: u32, code: Option<CodeFinding>) -> Finding {
        let location = Location { file: "a.rs".into(), line: Some(line), column: None, end_line: None };
        Finding {
            rule: rule.into(),
            title: String::new(),
            message: format!("{rule} at {line}"),
            remedy: String::new(),
            fingerprint: String::new(),
            severity: Severity::Note,
            confidence: Confidence::High,
            locations: vec![location],
            evidence: Vec::new(),
            workloads: Vec::new(),
            share_of_cpu: None,
            share_of_alloc_bytes: None,
            by_workload: Vec::new(),
            granularity: Granularity::Line,
            ceiling_gain: None,
            verification: Verification::default(),
            code,
        }
    }

    #[test]
    fn an_audit_and_a_rule_that_mean_one_line_name_each_other_and_others_do_not() {
        let code = CodeFinding {
            symbol: "f".into(),
            category: "preparation".into(),
            kind: CodeKind::Production,
            heat: Heat::Hot,
            known_by: KnownBy::Syntax,
            effort: Effort::Quick,
            rank_key: String::new(),
            instead: String::new(),
            snippet: None,
        };
        let mut findings = [
            finding("frequent-allocation", 12, None),
            finding("frequent-allocation", 13, None),
            finding("regex-per-call", 12, Some(code)),
        ];
        name_each_other(&mut findings);
        assert!(findings[0].evidence[0].text.starts_with("`regex-per-call` names a cause"));
        assert!(findings[1].evidence.is_empty());
        assert_eq!(
            findings[2].evidence[0].text,
            "`frequent-allocation` means the same line: frequent-allocation at 12"
        );
    }
}
