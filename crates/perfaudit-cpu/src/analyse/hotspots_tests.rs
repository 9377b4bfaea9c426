use super::*;
use crate::analyse::testing::{profile, repeated};
use crate::analyse::{View, fold};
use perfaudit_result::{ConfidenceLevel, Estimate, Interval, Method, Of, Unit};
use proptest::prelude::*;

fn median(value: f64, lower: f64, upper: f64) -> Figure {
    let interval = Interval::new(lower, upper).unwrap();
    Figure {
        estimate: Estimate::WithInterval { value, interval, level: ConfidenceLevel::P95 },
        unit: Unit::Nanoseconds,
        n: 100,
        method: Method("empirical quantile".into()),
        of: Of::BatchMean,
    }
}

fn row<'a>(rows: &'a [Hotspot], symbol: &str) -> &'a Hotspot {
    rows.iter().find(|row| row.symbol == symbol).unwrap()
}

#[test]
fn recursion_counts_once_in_total_shares_and_callers_and_callees_are_shares_of_them() {
    let sampled =
        repeated(20, &["t main;walk;walk;walk;leaf 4", "t main;walk;walk 2", "t main;other 3", "t main 1"]);
    let rows = hotspots(&sampled, None, HotspotLimits::default());
    let walk = row(&rows, "walk");
    assert_eq!(walk.total_share.value(), Some(0.6));
    assert_eq!(walk.self_share.value(), Some(0.2));
    assert_eq!(walk.callers[0], Neighbour { symbol: "main".into(), share: 1.0 });
    assert_eq!(walk.callees[0], Neighbour { symbol: "leaf".into(), share: 4.0 / 6.0 });
    assert_eq!(row(&rows, "main").total_share.reason(), Some("seen in all 200 samples"));
    assert_eq!(rows[0].symbol, "leaf");
    assert!(walk.self_share.interval().is_some(), "{:?}", walk.self_share);
}

#[test]
fn the_line_of_a_hotspot_is_that_with_most_of_its_own_samples() {
    let sampled = repeated(
        10,
        &["t own:mine|src/a.rs|10|f 3", "t own:mine|src/a.rs|12|f 5", "t own:mine|src/a.rs|20|f;leaf 9"],
    );
    assert_eq!(row(&hotspots(&sampled, None, HotspotLimits::default()), "f").line, Some(12));
}

#[test]
fn time_per_iteration_is_the_share_of_the_median_with_both_errors() {
    let sampled = repeated(50, &["t main;half 5", "t main;rest 5"]);
    let rows = hotspots(&sampled, Some(&median(1000.0, 900.0, 1100.0)), HotspotLimits::default());
    let half = row(&rows, "half");
    let time = half.time.as_ref().unwrap();
    assert_eq!((time.value(), time.unit), (Some(500.0), Unit::Nanoseconds));
    let interval = time.interval().unwrap();
    assert!(
        interval.lower() < 450.0 && interval.upper() > 550.0,
        "wider than the median alone: {interval:?}"
    );
}

#[test]
fn what_was_seen_twice_has_a_share_and_no_interval() {
    let mut lines: Vec<String> = (0..100).map(|block| format!("{block} t main 8")).collect();
    lines.push("3 t main;rare 2".into());
    let sampled = profile(100, &lines.iter().map(String::as_str).collect::<Vec<_>>());
    let rows = hotspots(&sampled, Some(&median(10.0, 9.0, 11.0)), HotspotLimits::default());
    let rare = row(&rows, "rare");
    assert!(rare.self_share.reason().unwrap().starts_with("seen in 2 of 802 samples"));
    assert!(rare.time.as_ref().unwrap().reason().unwrap().starts_with("its share: seen in 2"));
}

#[test]
fn self_time_is_told_by_whose_code_it_is() {
    let sampled = repeated(20, &["t main;std|||x 0".replace("|||x 0", "||1|core::x 6").as_str(), "t main 4"]);
    let shares = origin_shares(&sampled);
    assert_eq!((shares[0].name.as_str(), shares[0].share.value()), ("standard library", Some(0.6)));
    assert_eq!((shares[1].name.as_str(), shares[1].share.value()), ("own", Some(0.4)));
}

fn any_profile() -> impl Strategy<Value = CpuProfile> {
    let stack = prop::collection::vec(0_usize..6, 1..7);
    prop::collection::vec((stack, 0_u32..12, 1_u64..5), 1..40).prop_map(|runs| {
        let lines: Vec<String> = runs
            .into_iter()
            .map(|(stack, block, count)| {
                let names = ["a", "b", "c", "std||0|std::rt::go", "dep:rayon-core||1|rayon_core::job", "d"];
                let frames: Vec<&str> = stack.into_iter().map(|at| names[at]).collect();
                format!("{block} t{} {} {count}", block % 2, frames.join(";"))
            })
            .collect();
        profile(12, &lines.iter().map(String::as_str).collect::<Vec<_>>())
    })
}

proptest! {
    #[test]
    fn self_shares_sum_to_one_and_totals_are_at_least_them(sampled in any_profile()) {
        let rows = hotspots(&sampled, None, HotspotLimits::default());
        let sum: f64 = rows.iter().map(|row| row.self_share.value().unwrap()).sum();
        prop_assert!((sum - 1.0).abs() < 1e-9);
        for row in &rows {
            let (own, total) = (row.self_share.value().unwrap(), row.total_share.value().unwrap());
            prop_assert!(total >= own && total <= 1.0 + 1e-12);
            let callees: Vec<f64> = row.callees.iter().chain(&row.callers).map(|neighbour| neighbour.share).collect();
            prop_assert!(callees.iter().all(|share| *share > 0.0 && *share <= 1.0 + 1e-12));
        }
        let origins: f64 = origin_shares(&sampled).iter().map(|share| share.share.value().unwrap()).sum();
        prop_assert!((origins - 1.0).abs() < 1e-9);
    }

    #[test]
    fn totals_equal_those_found_by_walking_each_stack(sampled in any_profile()) {
        for row in hotspots(&sampled, None, HotspotLimits::default()) {
            let holds = |run: &&perfaudit_result::SampleRun| {
                sampled.stack(run.node).any(|frame| sampled.functions[frame.function as usize].name == row.symbol)
            };
            let count: u64 = sampled.samples.iter().filter(holds).map(|run| run.count).sum();
            let share = count as f64 / sampled.total() as f64;
            prop_assert!((row.total_share.value().unwrap() - share).abs() < 1e-12);
        }
    }

    #[test]
    fn folding_keeps_every_sample_in_its_thread_and_block(sampled in any_profile()) {
        for view in [View::PLAIN, View::READABLE] {
            let folded = fold(&sampled, &view);
            prop_assert!(folded.check().is_ok());
            prop_assert_eq!(folded.total(), sampled.total());
            for block in 0..12 {
                let of = |profile: &CpuProfile| -> u64 {
                    profile.samples.iter().filter(|run| run.block == block).map(|run| run.count).sum()
                };
                prop_assert_eq!(of(&folded), of(&sampled));
            }
        }
        prop_assert!(fold(&sampled, &View::PLAIN).nodes.len() <= sampled.nodes.len());
    }
}
