//! Two sides against each other in words, the same in every format.

mod beside;

use std::collections::BTreeMap;

use perfaudit_result::{
    Arm, ArmKind, Estimate, Figure, MetricName, PairedComparison, PairedRow, PairedVerdict,
};

use crate::quantity;

pub(crate) use beside::Functions;

/// What every reader of a comparison has to know.
pub(crate) const METHOD: &str = "Both sides ran by turns, each process fresh, so that what changed on the machine meanwhile hit both alike.";

/// One row of the table.
pub(crate) struct Row<'a> {
    pub(crate) verdict: PairedVerdict,
    pub(crate) workload: &'a str,
    /// `1.20 ms`, or `-`.
    pub(crate) before: String,
    pub(crate) after: String,
    /// `+5.1 % (+4.2 % to +6.0 %)`; empty where nothing was measured.
    pub(crate) effect: String,
    /// `16 pairs, p 0.0012 among all`.
    pub(crate) evidence: String,
    /// What else there is to know, each a sentence without its full stop.
    pub(crate) remarks: Vec<String>,
    /// What else was measured of the same processes: `cpu.time slower: +4.1 % (+3.0 % to +5.2 %), 12 ms -> 12.5 ms`.
    pub(crate) metrics: Vec<String>,
    /// What else could not be told, each with its reason and what it would take.
    pub(crate) untold: Vec<String>,
    /// The functions behind the change.
    pub(crate) functions: Option<Functions<'a>>,
}

/// The heading of the rows with a verdict.
pub(crate) fn heading(verdict: PairedVerdict) -> &'static str {
    match verdict {
        PairedVerdict::Worse => "Slower",
        PairedVerdict::Better => "Faster",
        PairedVerdict::NotMeasured => "Not measured",
        PairedVerdict::Inconclusive => "Inconclusive: neither a change nor the absence of one was shown",
        PairedVerdict::Equivalent => "Equivalent: whatever the difference is, it does not matter",
        PairedVerdict::Identical => "Identical: both sides run the same program, nothing was timed",
    }
}

/// The rows of one verdict, the largest effects first.
pub(crate) fn with(comparison: &PairedComparison, verdict: PairedVerdict) -> Vec<Row<'_>> {
    let mut found: Vec<&PairedRow> = comparison.rows.iter().filter(|row| row.verdict == verdict).collect();
    let size = |row: &PairedRow| row.effect.value().map_or(0.0, f64::abs);
    found.sort_by(|a, b| size(b).total_cmp(&size(a)).then_with(|| a.id.cmp(&b.id)));
    found.into_iter().map(|found| row(found, comparison)).collect()
}

/// A side: `main~1, commit 0123456789ab`.
pub(crate) fn arm(arm: &Arm) -> String {
    let short = |commit: &String| commit.chars().take(12).collect::<String>();
    let commit = arm.commit.as_ref().map(short);
    // Patches stand behind the name.
    let patches =
        arm.name.strip_prefix("work").filter(|_| arm.kind == ArmKind::WorkingTree).unwrap_or_default();
    let said = match (arm.kind, commit) {
        (ArmKind::Revision, Some(commit)) => format!("{}, commit {commit}", arm.name),
        (ArmKind::WorkingTree, Some(commit)) if arm.dirty => {
            format!("the working tree, commit {commit} with changes")
        }
        (ArmKind::WorkingTree, Some(commit)) => format!("the working tree, commit {commit} without changes"),
        (ArmKind::WorkingTree, None) => "the working tree, before its first commit".to_owned(),
        (ArmKind::Folder, _) => format!("the folder {}", arm.name),
        (ArmKind::Revision | ArmKind::Binary | ArmKind::Command | ArmKind::Settings, _) => arm.name.clone(),
    };
    format!("{said}{patches}")
}

/// How it was decided: `Differences up to 2 % do not matter; ...`.
pub(crate) fn design(comparison: &PairedComparison) -> String {
    let design = &comparison.design;
    let floor = design.noise_floor_errors.map_or_else(String::new, |errors| {
        format!(
            ", and only one above the noise floor counts as a change: as many standard errors as this machine shows between a program and itself ({errors:.1} for the fewest pairs)"
        )
    });
    let looks: Vec<String> = design.looks.iter().map(ToString::to_string).collect();
    let level = quantity::percent(1.0 - design.alpha);
    let together = if design.family < 2 {
        format!("intervals hold for all looks together at {level}")
    } else {
        format!(
            "of the changes that are told among {} rows, {} are none on average (false discovery rate); the intervals of the other rows hold for all looks and rows together at {level}; each further metric is judged among as many",
            design.family,
            quantity::percent(design.alpha),
        )
    };
    format!(
        "Differences up to {} do not matter{floor}. Judged at {} pairs; {together}.",
        quantity::percent(design.delta),
        looks.join(", "),
    )
}

/// What only one side has: `only in A: x, y`.
pub(crate) fn one_sided(comparison: &PairedComparison) -> Vec<String> {
    [("A", &comparison.only_before), ("B", &comparison.only_after)]
        .into_iter()
        .filter(|(_, ids)| !ids.is_empty())
        .map(|(side, ids)| {
            let names: Vec<&str> = ids.iter().map(|id| id.0.as_str()).collect();
            format!("only in {side}: {}", names.join(", "))
        })
        .collect()
}

fn row<'a>(row: &'a PairedRow, comparison: &PairedComparison) -> Row<'a> {
    let value = |figure: &Figure| {
        figure.value().map_or_else(|| "-".to_owned(), |value| quantity::value(value, figure.unit))
    };
    Row {
        verdict: row.verdict,
        workload: &row.id.0,
        before: value(&row.before),
        after: value(&row.after),
        effect: effect(&row.effect),
        evidence: evidence(row),
        remarks: remarks(row, comparison),
        metrics: row.metrics.iter().filter_map(beside::metric).collect(),
        untold: row.metrics.iter().filter_map(beside::untold).collect(),
        functions: row.functions.as_ref().map(Functions::of),
    }
}

pub(crate) fn effect(figure: &Figure) -> String {
    match &figure.estimate {
        Estimate::WithInterval { value, interval, .. } => {
            format!(
                "{} ({} to {})",
                quantity::signed_percent(*value),
                quantity::signed_percent(interval.lower()),
                quantity::signed_percent(interval.upper())
            )
        }
        Estimate::WithoutInterval { value, .. } => {
            format!("{} (no interval)", quantity::signed_percent(*value))
        }
        Estimate::AtMost { .. } | Estimate::NotEstimable { .. } => String::new(),
    }
}

fn evidence(row: &PairedRow) -> String {
    if row.pairs == 0 {
        return String::new();
    }
    let again = if row.discarded > 0 { format!(", {} measured again", row.discarded) } else { String::new() };
    let p = row.p_among_all.map_or_else(String::new, |p| {
        if p < 0.001 { ", p below 0.001 among all".to_owned() } else { format!(", p {p:.3} among all") }
    });
    let pairs = quantity::counted(row.pairs as usize, "pair");
    let layouts = if row.layouts > 1 { format!(" in {} layouts", row.layouts) } else { String::new() };
    format!("{pairs}{layouts}{again}{p}")
}

fn remarks(row: &PairedRow, comparison: &PairedComparison) -> Vec<String> {
    let mut remarks: Vec<String> = Vec::new();
    let delta = comparison.design.delta;
    let floor = row.noise_floor.filter(|floor| *floor > delta);
    let is_distinct = row.effect.interval().is_some_and(|ci| ci.lower() > 0.0 || ci.upper() < 0.0);
    if let Some(why) = &row.unsettled {
        remarks.push(why.clone());
    } else if row.verdict == PairedVerdict::Inconclusive && is_distinct {
        remarks.push(match floor {
            Some(floor) => format!(
                "there is a difference, but one within the noise floor of {} that this machine shows when it compares a program with itself by as many pairs: more pairs or a quieter machine lower it",
                quantity::percent(floor)
            ),
            None => format!(
                "there is a difference, but whether it reaches {}, up to which differences do not matter, is open",
                quantity::percent(delta)
            ),
        });
    } else if row.verdict == PairedVerdict::Inconclusive {
        remarks.extend(row.minimum_detectable_effect.map(|least| {
            format!("a change of {} would have been found nine times of ten", quantity::percent(least))
        }));
        remarks.extend(row.pairs_needed.map(|pairs| {
            format!(
                "to tell {} from nothing takes about {pairs} pairs with this noise",
                quantity::percent(delta)
            )
        }));
    }
    // What is identical stands under a heading that says so.
    remarks.extend(row.message.clone().filter(|_| row.verdict != PairedVerdict::Identical));
    if row.same_output == Some(false) {
        remarks.push("both sides print different things: they may not do the same work".to_owned());
    }
    let told = row.witnesses.iter().filter(|one| is_first(row, &one.metric, comparison));
    remarks.extend(told.filter_map(|one| beside::witness(one, row)));
    let shared = shared(comparison);
    remarks.extend(row.remarks.iter().filter(|remark| !shared.contains_key(remark.as_str())).cloned());
    remarks
}

/// Remarks that stand in so many rows that they are told once, with the number of their rows.
fn shared(comparison: &PairedComparison) -> BTreeMap<&str, usize> {
    const SHARED_BY: usize = 3;
    let mut rows: BTreeMap<&str, usize> = BTreeMap::new();
    for remark in comparison.rows.iter().flat_map(|row| &row.remarks) {
        *rows.entry(remark).or_default() += 1;
    }
    rows.retain(|_, n| *n >= SHARED_BY);
    rows
}

/// What holds of several rows, each once: `5 of 14 rows: allocations were not counted: the budget was spent`.
pub(crate) fn shared_remarks(comparison: &PairedComparison) -> Vec<String> {
    let all = comparison.rows.len();
    shared(comparison).into_iter().map(|(remark, n)| format!("{n} of {all} rows: {remark}")).collect()
}

/// Whether no row before it has the same figure: the size of a program, and what is compiled of a package, need to be
/// told once.
fn is_first(row: &PairedRow, metric: &MetricName, comparison: &PairedComparison) -> bool {
    // `package/target/benchmark`
    let shared = if *metric == MetricName::BINARY_SIZE {
        2
    } else if [MetricName::IR_LINES, MetricName::IR_COPIES].contains(metric) {
        1
    } else {
        return true;
    };
    let of = |row: &PairedRow| row.id.0.splitn(3, '/').take(shared).map(str::to_owned).collect::<Vec<_>>();
    let here = of(row);
    let is_measured = |one: &&PairedRow| one.witnesses.iter().any(|one| one.metric == *metric);
    let mut rows = comparison.rows.iter().filter(is_measured);
    rows.find(|one| of(one) == here).is_none_or(|first| first.id == row.id)
}
