//! What the replay has to show.

use perfaudit_stats::Verdict;

use crate::replay::{Comparison, Precision, change, design, replay};
use crate::reports::{Row, reports};
use crate::traces::{Source, recorded};

/// All comparisons that all traces give; the benchmarks of a source are judged together, or each alone.
fn all(slowdown: f64, together: bool) -> Vec<Comparison> {
    let mut all = Vec::new();
    for source in Source::ALL {
        let traces = recorded(source);
        let design = design(if together { traces.len() } else { 1 });
        all.extend(traces.iter().flat_map(|trace| replay(trace, slowdown, &design)));
    }
    all
}

fn share(comparisons: &[Comparison], holds: impl Fn(&Comparison) -> bool) -> f64 {
    comparisons.iter().filter(|one| holds(one)).count() as f64 / comparisons.len() as f64
}

#[test]
fn a_program_beside_itself_is_not_changed_in_hundreds_of_recorded_comparisons() {
    let together = all(0.0, true);
    assert!(together.len() >= 299, "{}", together.len());
    assert_eq!(share(&together, |one| one.is(Verdict::Changed)), 0.0);
    // Each alone errs as often as it says.
    assert!(share(&all(0.0, false), |one| one.is(Verdict::Changed)) <= 0.01);
}

#[test]
fn injected_slowdowns_are_found_where_the_noise_allows_it() {
    for (slowdown, least) in [(0.01, 0.80), (0.02, 0.95), (0.05, 0.99)] {
        let mut allowed = all(slowdown, false);
        allowed.retain(|one| one.detectable <= change(slowdown));
        assert!(allowed.len() >= 299, "{slowdown}: {}", allowed.len());
        let found = share(&allowed, |one| one.is(Verdict::Changed) && one.judgement.effect > change(0.0));
        assert!(found >= least, "{slowdown}: {found}");
    }
}

#[test]
fn intervals_are_narrower_than_those_of_ranks_without_a_cap() {
    let traces = Source::ALL.into_iter().flat_map(recorded);
    let precisions = traces.map(|trace| Precision::of(&trace, &design(1)));
    let mut ratios: Vec<f64> = precisions.map(|of| of.half / of.half_of_wilcoxon).collect();
    ratios.sort_unstable_by(f64::total_cmp);
    assert!(ratios[ratios.len() / 2] < 0.7 && ratios[ratios.len() - 1] < 1.14, "{ratios:?}");
}

#[test]
fn intervals_hold_the_injected_slowdown_99_times_of_100() {
    for slowdown in [0.0, 0.02, 0.05] {
        let held = share(&all(slowdown, false), |one| one.holds_truth);
        assert!(held >= 0.99, "{slowdown}: {held}");
    }
}

/// The rows of all reports of all sources, where all benchmarks are slowed down alike.
fn told(slowdown: f64) -> Vec<Row> {
    let sources = Source::ALL.into_iter().map(recorded);
    sources.flat_map(|traces| reports(&traces, |_| slowdown)).flatten().collect()
}

#[test]
fn reports_of_programs_beside_themselves_tell_no_change() {
    let rows = told(0.0);
    assert!(rows.len() >= 299, "{}", rows.len());
    assert_eq!(rows.iter().filter(|row| row.is_changed()).count(), 0);
}

#[test]
fn reports_tell_injected_slowdowns_where_the_noise_allows_it() {
    for (slowdown, least) in [(0.01, 0.80), (0.02, 0.95), (0.05, 0.99)] {
        let rows = told(slowdown);
        let allowed: Vec<&Row> = rows.iter().filter(|row| row.is_allowed()).collect();
        assert!(allowed.len() >= 299, "{slowdown}: {}", allowed.len());
        let found = allowed.iter().filter(|row| row.is_found()).count() as f64 / allowed.len() as f64;
        assert!(found >= least, "{slowdown}: {found}");
        let held = rows.iter().filter(|row| row.holds_truth()).count() as f64 / rows.len() as f64;
        assert!(held >= 0.99, "{slowdown}: {held}");
    }
}

#[test]
fn a_change_of_some_benchmarks_does_not_make_others_of_the_report_changed() {
    let every_second = |number: usize| if number.is_multiple_of(2) { 0.05 } else { 0.0 };
    let sources = Source::ALL.into_iter().map(recorded);
    let rows: Vec<Row> = sources.flat_map(|traces| reports(&traces, every_second)).flatten().collect();
    let told = rows.iter().filter(|row| row.is_changed()).count();
    let unslowed = rows.iter().filter(|row| row.is_null()).count();
    let falsely = rows.iter().filter(|row| row.is_null() && row.is_changed()).count();
    assert!(unslowed >= 299, "{unslowed}");
    assert!(falsely as f64 <= 0.01 * told as f64, "{falsely} of {told}");
}
