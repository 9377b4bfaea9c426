//! Results of `asv run`.

use perfaudit_import::{Grouping, MeasuredUnit, metric};
use perfaudit_result::Of;

use super::{agrees, import, named, of, pair, raw, sample, stated};

const WITH_SAMPLES: &str = "asv/words/7d34e2bc-with-samples.json";

#[test]
fn the_samples_of_asv_have_its_result_as_their_median() {
    let imported = import(WITH_SAMPLES);
    let is_count = |workload: &&perfaudit_import::ImportedWorkload| workload.name == "words.Count.time_count";
    let counts: Vec<_> = imported.workloads.iter().filter(is_count).collect();
    let results = [6.557_699_998_666_067e-7, 2.507_302_995_581_994_8e-5, 2.242_595_011_921_367e-5];
    for (workload, result) in counts.iter().zip(results) {
        let times = raw(workload, &metric::WALL_TIME);
        agrees(sample(times).median(), result * 1e9);
        assert_eq!((times.len(), times.grouping()), (10, Grouping::NotRecorded));
        assert_eq!(of(workload, &metric::WALL_TIME), Of::BatchMean);
        assert_eq!(workload.warnings, []);
    }
    let parameters: Vec<_> = counts.iter().map(|workload| workload.parameters.clone()).collect();
    let both = |words: &str, case: &str| vec![pair("words", words), pair("case", case)];
    assert_eq!(parameters, [both("16", "'lower'"), both("1024", "'lower'"), both("1024", "'upper'")]);
    assert_eq!(of(named(&imported, "words.time_one"), &metric::WALL_TIME), Of::Call);
}

#[test]
fn asv_without_samples_states_a_median_and_quartiles() {
    let imported = import("asv/words/7d34e2bc-without-samples.json");
    let summary = stated(named(&imported, "words.time_one"), &metric::WALL_TIME);
    agrees(summary.median.unwrap(), 1.297_949_893_341_865_4e-5 * 1e9);
    agrees(summary.lower_quartile.unwrap(), 12_734.0);
    agrees(summary.upper_quartile.unwrap(), 13_337.0);
    assert_eq!((summary.n, summary.mean), (Some(10), None));
}

#[test]
fn what_asv_skipped_and_what_failed_are_told_apart() {
    let imported = import(WITH_SAMPLES);
    let skipped: Vec<_> =
        imported.skipped.iter().map(|skipped| format!("{}: {}", skipped.what, skipped.reason)).collect();
    assert_eq!(
        skipped,
        [
            "words.Count.peakmem_count(words=16, case='upper'): not applicable: the benchmark skipped itself",
            "words.Count.time_count(words=16, case='upper'): not applicable: the benchmark skipped itself",
            "words.time_broken: failed: asv recorded no result",
        ]
    );
}

#[test]
fn memory_and_tracked_numbers_of_asv_have_their_units() {
    let imported = import(WITH_SAMPLES);
    let list = named(&imported, "words.mem_list");
    assert_eq!(raw(list, &metric::MEMORY).values().collect::<Vec<_>>(), [8056.0]);
    assert_eq!(of(named(&imported, "words.Count.peakmem_count"), &metric::RSS_PEAK), Of::Process);
    let ratio = named(&imported, "words.track_ratio").measurement(&metric::custom("value")).unwrap();
    assert_eq!(ratio.unit, MeasuredUnit::AsStated("share".to_owned()));
}
