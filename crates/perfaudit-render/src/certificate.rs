//! Certificates of patches in words, the same in every format.

use perfaudit_result::{Certificate, ClaimState, GateName, GateState, Host, JudgedClaim, StepName};

use crate::quantity;

/// A gate in words.
pub(crate) fn gate(gate: GateName) -> &'static str {
    match gate {
        GateName::Inside => "stays in the tree",
        GateName::Applies => "applies",
        GateName::ChangedLines => "is short",
        GateName::Dependencies => "adds no dependency",
        GateName::Compiles => "compiles",
        GateName::Tests => "passes the tests",
        GateName::Output => "prints the same",
        GateName::Gain => "gains",
        GateName::NoRegression => "makes nothing worse",
    }
}

/// The state of a gate in words.
pub(crate) fn state(state: GateState) -> &'static str {
    match state {
        GateState::Passed => "yes",
        GateState::Failed => "no",
        GateState::Open => "open",
        GateState::NotReached => "not looked at",
    }
}

/// A step in words.
pub(crate) fn step(step: StepName) -> &'static str {
    match step {
        StepName::Profiled => "profiled",
        StepName::Benchmarked => "benchmarked",
        StepName::Measured => "measured",
        StepName::Targeted => "targeted",
        StepName::Tested => "tested",
        StepName::Verified => "verified",
    }
}

/// A promise beside what was measured, without its full stop.
pub(crate) fn claim(claim: &JudgedClaim) -> String {
    let says = match claim.state {
        ClaimState::Kept => "kept",
        ClaimState::NotKept => "not kept",
        ClaimState::Open => "open",
    };
    format!("\"{}\" {says}: {}", claim.text, claim.evidence)
}

/// What it is about: the name with the subject, and what lies beneath.
pub(crate) fn about(certificate: &Certificate) -> String {
    let patch = &certificate.patch;
    let subject = patch.subject.as_ref().map_or_else(String::new, |subject| format!(": {subject}"));
    let lines = patch.changed_lines.map_or_else(String::new, |lines| {
        format!(
            " ({} in {})",
            quantity::counted(lines as usize, "changed line"),
            quantity::counted(patch.files.len(), "file")
        )
    });
    let beneath = if certificate.on_top_of.is_empty() {
        String::new()
    } else {
        format!(", on top of {}", certificate.on_top_of.join(", "))
    };
    let stacked =
        if patch.stacked.is_empty() { String::new() } else { format!(": {}", patch.stacked.join(", ")) };
    format!("{}{subject}{stacked}{lines}{beneath}", patch.name)
}

/// The verdict with its reason.
pub(crate) fn verdict(certificate: &Certificate) -> String {
    format!("{}: {}", certificate.verdict.as_str(), certificate.reason)
}

/// The machine in one line.
pub(crate) fn machine(host: &Host) -> String {
    let kind = match host.virtualised {
        Some(true) => ", virtual",
        Some(false) => "",
        None => ", perhaps virtual",
    };
    let floor = host.noise_floor.as_ref().map_or_else(
        || "noise floor not established".to_owned(),
        |floor| format!("noise floor {}", quantity::percent(floor.ratio)),
    );
    let cores = quantity::counted(host.cores as usize, "core");
    format!("{}, {cores}{kind}, {} {}, {floor}", host.cpu, host.os, host.kernel)
}
