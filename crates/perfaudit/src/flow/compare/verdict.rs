//! The answer of a comparison in one line, and what it could not know.

use perfaudit_result::{Limit, PairedComparison, PairedRow, PairedVerdict, Verdict, VerdictStatus};

use crate::exit::Exit;

/// What became worse comes first, and what could not be measured before what is open.
pub(super) fn verdict(comparison: &PairedComparison, gate: bool, interrupted: bool) -> Verdict {
    let with = |verdict| comparison.rows.iter().filter(|row| row.verdict == verdict).count();
    let failed = with(PairedVerdict::NotMeasured);
    let open = with(PairedVerdict::Inconclusive);
    let nothing = comparison.rows.is_empty();
    // The report bounds the share of what is told by chance; a gate refuses nothing by chance, in no row.
    let is_worse = |row: &&PairedRow| row.verdict == PairedVerdict::Worse;
    let is_sure = |row: &&PairedRow| row.p_among_all.is_some_and(|p| p <= comparison.design.alpha);
    let (worse, unsure): (Vec<_>, Vec<_>) = comparison.rows.iter().filter(is_worse).partition(is_sure);
    let (worse, open) = (worse.len(), open + unsure.len());
    let status = if failed > 0 && !interrupted {
        VerdictStatus::ProjectFailed
    } else if gate && worse > 0 {
        VerdictStatus::Regressed
    } else if interrupted || nothing || (gate && open > 0) {
        VerdictStatus::Inconclusive
    } else {
        VerdictStatus::Pass
    };
    Verdict { status, headline: headline(comparison, interrupted), exit_code: Exit::of(status).code() }
}

pub(in super::super) fn headline(comparison: &PairedComparison, interrupted: bool) -> String {
    let parts: Vec<String> = PairedVerdict::ALL
        .into_iter()
        .filter_map(|verdict| {
            let n = comparison.rows.iter().filter(|row| row.verdict == verdict).count();
            (n > 0).then(|| format!("{n} {}", word(verdict)))
        })
        .collect();
    let why = if interrupted { " (interrupted)" } else { "" };
    if parts.is_empty() {
        return format!("nothing that both sides have could be compared{why}");
    }
    format!("{} against {}: {}{why}", comparison.after.name, comparison.before.name, parts.join(", "))
}

fn word(verdict: PairedVerdict) -> &'static str {
    match verdict {
        PairedVerdict::Worse => "slower",
        PairedVerdict::Better => "faster",
        PairedVerdict::Equivalent => "equivalent",
        PairedVerdict::Inconclusive => "inconclusive",
        PairedVerdict::Identical => "identical",
        PairedVerdict::NotMeasured => "not measured",
    }
}

/// What a reader must know of all rows.
pub(in super::super) fn limits(comparison: &PairedComparison) -> Vec<Limit> {
    let mut limits = Vec::new();
    let measured = |row: &&PairedRow| row.pairs > 0;
    if comparison.rows.iter().filter(measured).any(|row| row.layouts == 1) {
        limits.push(limit(
            "one-layout",
            "each program was measured in one layout: what the place of its code and data in memory does to times is part of each difference",
            None,
        ));
    }
    if comparison.rows.iter().any(|row| row.verdict == PairedVerdict::Inconclusive) {
        limits.push(limit(
            "inconclusive",
            "some rows are open: neither a change nor the absence of one was shown",
            Some("give them more pairs with `--mode full` or a larger `--budget`, or allow larger differences with `--delta`"),
        ));
    }
    for arm in [&comparison.before, &comparison.after] {
        limits
            .extend(arm.remarks.iter().map(|remark| limit("arm", &format!("{}: {remark}", arm.name), None)));
    }
    let toolchains = [&comparison.before, &comparison.after].map(|arm| arm.toolchain.as_ref());
    if let [Some(a), Some(b)] = toolchains
        && a.rustc != b.rustc
    {
        let said = format!("the sides were built by different compilers: {} and {}", a.rustc, b.rustc);
        limits.push(limit("unlike-toolchains", &said, None));
    }
    limits
}

/// That processes were left behind, if some were.
pub(super) fn left_behind(strays: usize) -> Option<Limit> {
    let said = format!(
        "benchmarks left {strays} processes behind while they were listed; they were ended, and may have disturbed what followed"
    );
    (strays > 0).then(|| {
        limit("processes-left-behind", &said, Some("let each benchmark wait for the processes it starts"))
    })
}

fn limit(code: &str, message: &str, remedy: Option<&str>) -> Limit {
    Limit { code: code.to_owned(), message: message.to_owned(), remedy: remedy.map(str::to_owned) }
}
