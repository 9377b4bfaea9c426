//! What is told of allocations of which a part was counted.

use perfaudit_heap::{Estimated, SampledTotals, estimates, unseen_bytes};
use perfaudit_result::{
    ConfidenceLevel, Estimate, Figure, HeapCounts, HeapMethod, HeapSite, Interval, Method, Of, Unit,
    WorkloadHeap,
};
use perfaudit_stats::Level;

use super::Taken;

/// Puts into a row what is known: exact totals, and for each listed line estimates with their intervals.
pub(super) fn tell(row: &mut WorkloadHeap, taken: &Taken) {
    let Some(totals) = taken.sampled else { return };
    row.method = Some(HeapMethod::PreloadSampled);
    row.exact = false;
    row.totals = HeapCounts { count: totals.count, bytes: totals.bytes, ..row.totals };
    let known = estimates(&taken.heap, Level::P95);
    for site in &mut row.sites {
        let is_same = |site: &HeapSite, symbol: &str, file: &Option<String>, line| {
            site.symbol == symbol && site.file == *file && site.line == line
        };
        let Some(known) = known.iter().find(|known| is_same(site, &known.symbol, &known.file, known.line))
        else {
            continue;
        };
        site.bytes_estimate = figure(&known.bytes, known.sampled, Unit::Bytes);
        site.count_estimate = figure(&known.count, known.sampled, Unit::Count);
    }
}

/// What limits the trust.
pub(super) fn remark(totals: SampledTotals) -> String {
    format!(
        "a part was counted by stack: of the allocated bytes one in {} on average was struck, and its block counted; what lines allocate, peak, temporary blocks and what is left are estimates, growth is not known, and a line that is missing allocated less than {:.1} MB (95 %); count without `--sample` for all of it",
        totals.mean_bytes,
        unseen_bytes(totals.mean_bytes, Level::P95) / 1e6
    )
}

fn figure(estimated: &Estimated, sampled: u64, unit: Unit) -> Option<Figure> {
    let interval = Interval::new(estimated.interval.lower, estimated.interval.upper).ok()?;
    Some(Figure {
        estimate: Estimate::WithInterval { value: estimated.value, interval, level: ConfidenceLevel::P95 },
        unit,
        n: sampled,
        method: Method(
            "blocks sampled by bytes, each weighted by the inverse of its probability (Horvitz and Thompson); gamma interval (Fay and Feuer)".into(),
        ),
        of: Of::Process,
    })
}
