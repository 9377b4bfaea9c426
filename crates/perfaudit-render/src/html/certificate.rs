//! Certificates of patches.

use maud::{Markup, html};
use perfaudit_result::{Certificate, GateState, ProofVerdict};

use super::context::Context;
use super::paired::comparison;
use super::text::{Line, Prose, Remark};
use super::words::{Tone, badge};
use crate::{certificate, quantity, rows};

/// The part of the summary; nothing where no patch was judged.
pub(super) fn certificates(context: &Context<'_>) -> Markup {
    let all = html! { @for one in &context.result.certificates { (self::one(context, one)) } };
    let count = context.result.certificates.len();
    html! {
        @if count > 0 && rows::is_audit(context.result) {
            details {
                summary { (quantity::counted(count, "certificate")) }
                (all)
            }
        } @else { (all) }
    }
}

fn one(context: &Context<'_>, one: &Certificate) -> Markup {
    html! {
        h3 { (Prose(&certificate::about(one))) }
        p { (badge((one.verdict.as_str(), tone(one.verdict)))) " " (Remark(&one.reason)) }
        div.scroll tabindex="0" { table.plain {
            caption { "What a patch must pass" }
            thead { tr { th scope="col" { "Gate" } th scope="col" { "Passed" } th scope="col" { "Evidence" } } }
            tbody { @for gate in &one.gates {
                tr {
                    th scope="row" { (certificate::gate(gate.gate)) }
                    td { (badge((certificate::state(gate.state), tone_of_gate(gate.state)))) }
                    td { (Remark(&gate.evidence)) }
                }
            } }
        } }
        ul { @for step in &one.checklist {
            li { (if step.done { "\u{2713} " } else { "not " }) (certificate::step(step.step)) ": " (Remark(&step.evidence)) }
        } }
        @for claim in &one.claims { p { "Claim " (Line(&certificate::claim(claim))) } }
        @for remark in &one.remarks { p { (Prose(remark)) } }
        @if let Some(compared) = &one.comparison { (comparison(context, compared)) }
    }
}

fn tone(verdict: ProofVerdict) -> Tone {
    match verdict {
        ProofVerdict::Proven => Tone::Good,
        ProofVerdict::Inconclusive => Tone::Warn,
        ProofVerdict::Refuted | ProofVerdict::Broken | ProofVerdict::Refused => Tone::Bad,
    }
}

fn tone_of_gate(state: GateState) -> Tone {
    match state {
        GateState::Passed => Tone::Good,
        GateState::Failed => Tone::Bad,
        GateState::Open => Tone::Warn,
        GateState::NotReached => Tone::Quiet,
    }
}
