//! The answer of a comparison in one line, and what it could not know.

use perfaudit_host::addresses_are_fixed;
use perfaudit_result::{
    ArmKind, Limit, PairedComparison, PairedRow, PairedVerdict, Verdict, VerdictStatus, WorkloadKind,
};

use super::settling::UNKNOWN;
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
            (n > 0).then(|| format!("{n} {}", verdict.label()))
        })
        .collect();
    let why = if interrupted { " (interrupted)" } else { "" };
    if parts.is_empty() {
        return format!("nothing that both sides have could be compared{why}");
    }
    format!("{} against {}: {}{why}", comparison.after.name, comparison.before.name, parts.join(", "))
}

/// What a reader must know of all rows.
pub(in super::super) fn limits(comparison: &PairedComparison) -> Vec<Limit> {
    let mut limits = Vec::new();
    let measured = |row: &&PairedRow| row.pairs > 0;
    let is_unsettled = |row: &PairedRow| row.unsettled.is_some();
    let is_built = matches!(
        comparison.before.kind,
        ArmKind::Revision | ArmKind::WorkingTree | ArmKind::Folder | ArmKind::Settings
    );
    let one_layout = |row: &&PairedRow| row.layouts == 1;
    let mut in_one = comparison.rows.iter().filter(measured).filter(one_layout).peekable();
    if in_one.peek().is_some() {
        let is_linked_by_us = is_built && in_one.all(|row| row.kind != WorkloadKind::Command);
        limits.push(limit(
            "one-layout",
            if is_linked_by_us {
                "each program was measured in one layout: what the place of its code and data in memory does to times is part of each difference"
            } else {
                "each program was measured in the layout that it was linked with: processes differ in where their stack, heap and pages lie, not in where code lies within a page, which is part of each difference"
            },
            is_linked_by_us.then_some("leave out `--layouts 1`; where a linker does not shuffle, build with LLVM's: RUSTFLAGS=\"-Clink-arg=-fuse-ld=lld\""),
        ));
    }
    let is_unknown =
        |row: &PairedRow| row.verdict.is_change() && row.remarks.iter().any(|said| said.starts_with(UNKNOWN));
    if comparison.rows.iter().any(is_unknown) {
        limits.push(limit(
            "change-or-layout",
            "instructions could not be counted for some changes: whether the place of code in memory makes them is not known",
            Some(
                "install `valgrind`, which is then asked of itself, or look at why it could not count, which stands beside each row",
            ),
        ));
    }
    if comparison.rows.iter().any(is_unsettled) {
        limits.push(limit(
            "layout-or-change",
            "some differences are told as open and not as changes, since the place of code in memory may have made them",
            Some(if is_built && comparison.rows.iter().all(|row| row.kind != WorkloadKind::Command) {
                "let each pair have a layout of its own: leave out `--layouts`; where a linker does not shuffle, build with LLVM's: RUSTFLAGS=\"-Clink-arg=-fuse-ld=lld\""
            } else {
                "compare benchmarks of both source trees, which perfaudit links in several layouts; or build each side in further layouts, as with RUSTFLAGS=\"-Clink-arg=-Wl,--shuffle-sections=.text*=1\" (then 2, 3, ...), and compare those of equal number: what the place of code makes changes with them"
            }),
        ));
    }
    if addresses_are_fixed() && comparison.rows.iter().any(|row| row.pairs > 0) {
        limits.push(limit(
            "fixed-addresses",
            "addresses are not randomised here: all processes of a program have their pages and heap at the same places, which is part of each difference, and only environments of random length move their stacks",
            Some("run perfaudit without `setarch -R`, or write 2 to /proc/sys/kernel/randomize_va_space as the machine's administrator"),
        ));
    }
    let is_open = |row: &PairedRow| row.verdict == PairedVerdict::Inconclusive && !is_unsettled(row);
    if comparison.rows.iter().any(is_open) {
        limits.push(limit(
            "inconclusive",
            "some rows are open: neither a change nor the absence of one was shown",
            Some("give them more pairs with `--mode full` or a larger `--budget`, or allow larger differences with `--delta`"),
        ));
    }
    for arm in [&comparison.before, &comparison.after] {
        limits
            .extend(arm.remarks.iter().map(|remark| limit("side", &format!("{}: {remark}", arm.name), None)));
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
