//! The benchmarks on which a patch is measured.

use std::collections::{BTreeMap, BTreeSet};

use perfaudit_result::{AuditResult, MetricName, Mode, Severity, WorkloadId, WorkloadKind};
use regex::Regex;

use crate::flow::source::HotIn;

/// The median times of benchmarks for one iteration, in nanoseconds.
pub(super) type Times = BTreeMap<WorkloadId, f64>;

/// The benchmarks of a run whose figures nothing speaks against; commands are none.
pub(super) fn times(run: &AuditResult) -> Times {
    let doubts = run.findings.iter().filter(|one| one.severity != Severity::Note && one.code.is_none());
    let doubtful: BTreeSet<&WorkloadId> = doubts.flat_map(|one| &one.workloads).collect();
    let is_benchmark =
        |kind| matches!(kind, WorkloadKind::Criterion | WorkloadKind::Divan | WorkloadKind::Libtest);
    let benchmarks = run.workloads.iter().filter(|one| is_benchmark(one.kind) && !doubtful.contains(&one.id));
    let timed = benchmarks.filter_map(|one| {
        let median = one.metric(&MetricName::WALL_TIME_P50)?.figure.value()?;
        Some((one.id.clone(), median))
    });
    timed.collect()
}

/// How many benchmarks a patch is measured on; none where there is no bound.
fn most(mode: Mode) -> Option<usize> {
    match mode {
        Mode::Quick => Some(4),
        Mode::Standard => Some(8),
        Mode::Full => None,
    }
}

/// The benchmarks that a patch is measured on: those where its place takes at least half as much as where it takes most,
/// and of these the quickest, of which a budget buys most pairs. Two where there are two, be the place cold in one of them:
/// a gain on the only workload that is compared is all that is asked for, and what is left out is not the only one. None
/// stands for all: where nothing is known, and where all are wanted.
pub(super) fn measured_on(
    hot_in: &[HotIn],
    times: &Times,
    filter: Option<&Regex>,
    mode: Mode,
) -> Option<Vec<WorkloadId>> {
    let most = most(mode)?;
    let is_wanted = |id: &WorkloadId| filter.is_none_or(|filter| filter.is_match(&id.0));
    let wanted = hot_in.iter().filter(|one| is_wanted(&one.id));
    let mut hot: Vec<(&HotIn, f64)> = wanted.filter_map(|one| Some((one, *times.get(&one.id)?))).collect();
    hot.sort_by(|a, b| b.0.share.total_cmp(&a.0.share));
    let half = hot.first()?.0.share / 2.0;
    let enough = hot.iter().filter(|(one, _)| one.share >= half).count().max(2);
    hot.truncate(enough);
    hot.sort_by(|a, b| a.1.total_cmp(&b.1));
    hot.truncate(most);
    let mut chosen: Vec<WorkloadId> = hot.into_iter().map(|(one, _)| one.id.clone()).collect();
    if chosen.len() == 1 {
        let others = times.iter().filter(|(id, _)| is_wanted(id) && !chosen.contains(id));
        let quickest = others.min_by(|a, b| a.1.total_cmp(b.1)).map(|(id, _)| id.clone());
        chosen.extend(quickest);
    }
    Some(chosen)
}

/// The names of the benchmark targets that hold all of these; none where one of them stands for all benchmarks.
pub(super) fn targets(all: &[Option<Vec<WorkloadId>>]) -> Option<Vec<String>> {
    let mut targets = BTreeSet::new();
    for ids in all {
        for id in ids.as_ref()? {
            targets.insert(id.0.split('/').nth(1)?.to_owned());
        }
    }
    Some(targets.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hot_in(shares: &[(&str, f64)]) -> Vec<HotIn> {
        shares.iter().map(|(id, share)| HotIn { id: WorkloadId((*id).into()), share: *share }).collect()
    }

    fn times(all: &[(&str, f64)]) -> Times {
        all.iter().map(|(id, time)| (WorkloadId((*id).into()), *time)).collect()
    }

    fn names(chosen: Option<Vec<WorkloadId>>) -> Vec<String> {
        chosen.unwrap().into_iter().map(|id| id.0).collect()
    }

    #[test]
    fn of_the_benchmarks_that_run_a_place_for_long_the_quickest_are_taken() {
        let hot = hot_in(&[
            ("p/t/slow", 0.5),
            ("p/t/a", 0.4),
            ("p/t/b", 0.3),
            ("p/t/c", 0.3),
            ("p/t/d", 0.26),
            ("p/t/little", 0.2),
        ]);
        let times = times(&[
            ("p/t/slow", 1e9),
            ("p/t/a", 4.0),
            ("p/t/b", 3.0),
            ("p/t/c", 2.0),
            ("p/t/d", 1.0),
            ("p/t/little", 0.1),
        ]);
        assert_eq!(names(measured_on(&hot, &times, None, Mode::Quick)), ["p/t/d", "p/t/c", "p/t/b", "p/t/a"]);
        let filter = Regex::new("slow|little").unwrap();
        let two = names(measured_on(&hot, &times, Some(&filter), Mode::Quick));
        assert_eq!(two, ["p/t/little", "p/t/slow"], "one alone is not enough");
        assert_eq!(measured_on(&hot, &times, None, Mode::Full), None);
    }

    #[test]
    fn what_is_hot_in_one_of_several_benchmarks_is_not_measured_on_that_one_alone() {
        let hot = hot_in(&[("p/t/a", 0.9)]);
        let several = times(&[("p/t/a", 9.0), ("p/t/b", 3.0), ("p/t/c", 1.0)]);
        assert_eq!(names(measured_on(&hot, &several, None, Mode::Quick)), ["p/t/a", "p/t/c"]);
        assert_eq!(names(measured_on(&hot, &times(&[("p/t/a", 9.0)]), None, Mode::Quick)), ["p/t/a"]);
    }

    #[test]
    fn what_is_hot_in_no_benchmark_is_measured_on_all() {
        let hot = hot_in(&[("command/whole", 0.9)]);
        assert_eq!(measured_on(&hot, &times(&[("p/t/a", 1.0)]), None, Mode::Quick), None);
        assert_eq!(measured_on(&[], &times(&[("p/t/a", 1.0)]), None, Mode::Quick), None);
    }

    #[test]
    fn only_targets_that_hold_what_is_measured_are_built() {
        let ids = |ids: &[&str]| Some(ids.iter().map(|id| WorkloadId((*id).into())).collect());
        let both = [ids(&["p/t/a/b", "q/u/c"]), ids(&["p/t/d"])];
        assert_eq!(targets(&both), Some(vec!["t".to_owned(), "u".to_owned()]));
        assert_eq!(targets(&[ids(&["p/t/a"]), None]), None);
    }
}
