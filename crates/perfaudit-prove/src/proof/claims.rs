//! What a patch promises beside what was measured.

use perfaudit_result::{
    ClaimState, GateName, GateState, JudgedClaim, PairedComparison, PairedRow, ProofGate,
};

use super::row::{self, Trend};
use crate::patch::{Claim, ClaimedQuantity};

/// Sets promises against a comparison: one is kept where at least one workload gains as much.
#[must_use]
pub fn judged(
    claims: &[Claim],
    comparison: Option<&PairedComparison>,
    gates: &[ProofGate],
) -> Vec<JudgedClaim> {
    let claims = claims.iter();
    let judge = |claim: &Claim| {
        let (state, evidence) = match comparison {
            None => (ClaimState::Open, "nothing was measured".to_owned()),
            Some(comparison) => match claim.quantity {
                _ if claim.most == 0.0 => nothing_is_lost(gates),
                ClaimedQuantity::Time => of_time(claim, comparison),
                ClaimedQuantity::Memory => of_memory(claim, comparison),
            },
        };
        JudgedClaim { text: claim.text.clone(), saves: [claim.least, claim.most], state, evidence }
    };
    claims.map(judge).collect()
}

fn nothing_is_lost(gates: &[ProofGate]) -> (ClaimState, String) {
    let gate = gates.iter().find(|gate| gate.gate == GateName::NoRegression);
    let state = match gate.map(|gate| gate.state) {
        Some(GateState::Passed) => ClaimState::Kept,
        Some(GateState::Failed) => ClaimState::NotKept,
        _ => ClaimState::Open,
    };
    (state, gate.map_or_else(|| "nothing was measured".to_owned(), |gate| gate.evidence.clone()))
}

/// The workload that gains most decides: the prose rarely says which it means.
fn of_time(claim: &Claim, comparison: &PairedComparison) -> (ClaimState, String) {
    let known = comparison.rows.iter().filter_map(|row| {
        let (_, effect, what) = row::time(row, comparison.design.alpha);
        Some((row, effect, what, effect.value()?, effect.interval()?))
    });
    let best = known.min_by(|a, b| a.3.total_cmp(&b.3));
    let Some((row, effect, what, value, interval)) = best else {
        let same = comparison.rows.iter().all(|row| row::time(row, 0.0).0 == Trend::Level);
        return if same && !comparison.rows.is_empty() {
            (ClaimState::NotKept, "no workload runs another program".to_owned())
        } else {
            (ClaimState::Open, "no effect is known with an interval".to_owned())
        };
    };
    // The interval of an effect is one of B over A: a gain is negative.
    let (least, most) = (-interval.upper(), -interval.lower());
    let state = if least >= claim.least {
        ClaimState::Kept
    } else if most < claim.least {
        ClaimState::NotKept
    } else {
        ClaimState::Open
    };
    let way = if value > 0.0 { "more" } else { "less" };
    let said = format!(
        "measured {} {way} time{} in {}, which gains most",
        row::share(value),
        row::spread(effect, what),
        row.id
    );
    (state, said)
}

fn of_memory(claim: &Claim, comparison: &PairedComparison) -> (ClaimState, String) {
    let known = |row: &'_ PairedRow| row::bytes(row, comparison.design.delta).1;
    let counted = comparison.rows.iter().filter_map(|row| Some((row, known(row)?)));
    match counted.min_by(|a, b| a.1.total_cmp(&b.1)) {
        None => (ClaimState::Open, "allocated bytes were not counted, or do not repeat".to_owned()),
        Some((row, change)) => {
            let state = if -change >= claim.least { ClaimState::Kept } else { ClaimState::NotKept };
            let way = if change > 0.0 { "more" } else { "fewer" };
            (
                state,
                format!(
                    "counted {} {way} allocated bytes in {}, which saves most",
                    row::share(change),
                    row.id
                ),
            )
        }
    }
}
