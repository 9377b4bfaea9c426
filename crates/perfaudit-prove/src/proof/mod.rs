//! What a patch must pass, and what follows from it; pure.

mod checklist;
mod claims;
mod gates;
mod row;
#[cfg(test)]
mod tests;

use perfaudit_result::{GateName, GateState, ProofGate, ProofVerdict};

pub use checklist::{Done, checklist};
pub use claims::judged;
pub use gates::{
    Limits, applied, changed_lines, compiled, dependencies, gain, no_regression, not_reached, output,
    refused_by_reader, tested,
};

/// The verdict, and the reason for it in one sentence without its full stop.
#[must_use]
pub fn verdict(gates: &[ProofGate]) -> (ProofVerdict, String) {
    let failed = |wanted: &[GateName]| {
        gates.iter().find(|gate| gate.state == GateState::Failed && wanted.contains(&gate.gate))
    };
    let refused = [GateName::Inside, GateName::Applies, GateName::ChangedLines, GateName::Dependencies];
    let broken = [GateName::Compiles, GateName::Tests, GateName::Output];
    let of_gates = [
        (ProofVerdict::Refused, &refused[..]),
        (ProofVerdict::Broken, &broken),
        (ProofVerdict::Refuted, &[GateName::NoRegression]),
    ];
    for (verdict, wanted) in of_gates {
        if let Some(gate) = failed(wanted) {
            return (verdict, gate.evidence.clone());
        }
    }
    let told = |gate: GateName| gates.iter().find(|one| one.gate == gate).map(|one| one.evidence.clone());
    match gates.iter().find(|gate| gate.state != GateState::Passed) {
        Some(gate) => (ProofVerdict::Inconclusive, gate.evidence.clone()),
        None => (ProofVerdict::Proven, told(GateName::Gain).unwrap_or_default()),
    }
}
