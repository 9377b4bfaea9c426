//! How far counted allocations can be trusted.

use perfaudit_cpu::analyse::Precision;
use perfaudit_result::{HeapCounts, Trust};

use super::{Taken, sampled};
use crate::flow::cpu::Judgement;

/// What speaks for and against counts.
pub(super) struct Case<'a> {
    pub(super) taken: &'a Taken,
    /// What was counted in all processes.
    pub(super) whole: &'a HeapCounts,
    /// How exactly the measured part is known; none for whole processes.
    pub(super) precision: Option<&'a Precision>,
    /// The share of blocks that are charged to a place without a line.
    pub(super) unplaced: f64,
    /// The peak of resident memory without counting, in bytes.
    pub(super) rss_peak: Option<f64>,
}

/// Above this share of allocations, unknown callers limit what sites tell, and mislead.
const UNKNOWN: (f64, f64) = (0.02, 0.25);
/// A lack of symbols below this share of allocations is not worth a line.
const WORTH_TELLING: f64 = 0.05;
/// Memory that a process occupies whatever it allocates: code, stacks, the C library's own.
const BESIDE_HEAP: f64 = 32e6;
/// Below this share of the peak memory, what was counted does not explain it.
const COVERED: f64 = 0.25;

/// The judgement, and what it rests on, each with its remedy.
#[expect(clippy::cast_precision_loss, reason = "counts of processes are below 2^53")]
pub(super) fn judge(case: &Case<'_>) -> (Trust, Vec<String>) {
    let mut judgement = Judgement::default();
    let Case { taken, whole, .. } = case;
    let of_all = |count: u64| count as f64 / whole.count.max(1) as f64;
    match case.precision {
        Some(Precision::BelowEntry(why)) => judgement
            .limited(format!("what is timed could not be told from what the harness does around it: {why}")),
        Some(Precision::NotFound) if !taken.heap.shows_harness() => judgement.unfit(
            "neither the measured function nor the harness is in any stack: debug information is missing"
                .to_owned(),
        ),
        Some(Precision::NotFound | Precision::Timed) | None => {}
    }
    for unseen in &taken.unseen {
        judgement.limited(format!("a process of it was not counted: {unseen}"));
    }
    if let Some(totals) = taken.sampled {
        judgement.limited(sampled::remark(totals));
    }
    taken.bypassed.iter().for_each(|library| judgement.limited(library.clone()));
    if taken.gaps.refused_processes > 0 {
        judgement.limited(format!(
            "{} processes could not be counted: they were killed as they started, or the file for what they allocate could not be made; give the temporary folder room, and lift limits of file size and address space (`ulimit -f`, `-v`)",
            taken.gaps.refused_processes
        ));
    }
    if taken.gaps.overflown > 0 {
        judgement.limited(format!(
            "{} allocations found no room for their stack: they are in the totals and in no site",
            taken.gaps.overflown
        ));
    }
    if taken.gaps.unaligned > 0 {
        judgement.limited(format!(
            "{} blocks have an address that is not a multiple of 16: when they were freed is not known, and peak and live bytes leave them out",
            taken.gaps.unaligned
        ));
    }
    let unknown = of_all(taken.heap.truncated);
    let remark = format!(
        "{:.1} % of the blocks have stacks that do not reach their root: their callers are unknown",
        100.0 * unknown
    );
    if unknown > UNKNOWN.1 {
        judgement.unfit(remark);
    } else if unknown > UNKNOWN.0 {
        judgement.limited(remark);
    }
    for remark in &taken.heap.remarks {
        // The innermost frames are an allocator's, and lack lines in every program: what counts is the line charged.
        if case.unplaced > WORTH_TELLING && of_all(remark.innermost) > WORTH_TELLING {
            judgement.limited(format!("{}: {}: {}", remark.module, remark.flaw, remark.flaw.remedy()));
        }
    }
    if let Some(rss) = case.rss_peak.filter(|rss| *rss > BESIDE_HEAP)
        && (whole.peak as f64) < COVERED * (rss - BESIDE_HEAP)
    {
        judgement.limited(format!(
            "at its peak the process had {:.1} MB allocated and occupied {:.1} MB: the rest is files that were mapped, thread stacks, memory that was freed and kept, or another allocator, none of which is counted",
            whole.peak as f64 / 1e6,
            rss / 1e6
        ));
    }
    judgement.finish()
}
