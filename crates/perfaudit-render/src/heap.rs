//! Allocations in words and in order, the same in every format.

use perfaudit_result::{AuditResult, Heap, HeapScope, HeapSite, Trust, Unit, WorkloadHeap, WorkloadId};

use crate::quantity;

/// The workloads that were counted, those that allocate most, or most for each iteration, first; each with its place in the result.
#[expect(clippy::cast_precision_loss, reason = "only the order counts")]
pub(crate) fn by_bytes(result: &AuditResult) -> Vec<(usize, &WorkloadHeap)> {
    let mut rows: Vec<(usize, &WorkloadHeap)> = result
        .heap
        .iter()
        .flat_map(|heap| heap.workloads.iter().enumerate())
        .filter(|(_, row)| row.trust != Trust::NotProfiled)
        .collect();
    let bytes = |row: &WorkloadHeap| match &row.per_iteration {
        Some(each) => each.bytes.value().unwrap_or(0.0),
        None => row.totals.bytes as f64,
    };
    let misleads = |row: &WorkloadHeap| row.trust == Trust::Unfit;
    rows.sort_by(|(_, a), (_, b)| misleads(a).cmp(&misleads(b)).then(bytes(b).total_cmp(&bytes(a))));
    rows
}

/// The workloads that were not counted, with the reasons.
pub(crate) fn not_counted(heap: &Heap) -> Vec<(&[String], Vec<&WorkloadId>)> {
    let mut groups: Vec<(&[String], Vec<&WorkloadId>)> = Vec::new();
    for row in heap.workloads.iter().filter(|row| row.trust == Trust::NotProfiled) {
        match groups.iter_mut().find(|(remarks, _)| *remarks == row.remarks) {
            Some((_, ids)) => ids.push(&row.id),
            None => groups.push((&row.remarks, vec![&row.id])),
        }
    }
    groups
}

/// What a workload allocates, in one sentence: `824 B in 2 blocks per iteration (2474 iterations, exact)`.
pub(crate) fn totals(row: &WorkloadHeap) -> String {
    if let Some(each) = &row.per_iteration {
        let iterations = match each.bytes.n {
            1 => "1 iteration".to_owned(),
            n => format!("{n} iterations"),
        };
        let how = if each.bytes.interval().is_some() { "exact" } else { "mean" };
        let value = |figure: &perfaudit_result::Figure| figure.value().unwrap_or(0.0);
        let once = each.once_bytes.filter(|bytes| *bytes >= 1.0);
        let once = once.map_or_else(String::new, |bytes| {
            format!("; {} more in the first one", quantity::value(bytes, Unit::Bytes))
        });
        return format!(
            "{} in {} per iteration ({how}, {iterations}){once}",
            quantity::value(value(&each.bytes), Unit::Bytes),
            blocks(value(&each.count)),
        );
    }
    let totals = &row.totals;
    format!(
        "{} in {}; peak {}; still allocated at exit {} in {}",
        quantity::bytes(totals.bytes),
        quantity::counted(usize::try_from(totals.count).unwrap_or(usize::MAX), "block"),
        quantity::bytes(totals.peak),
        quantity::bytes(totals.live),
        quantity::counted(usize::try_from(totals.live_count).unwrap_or(usize::MAX), "block"),
    )
}

/// What became of the blocks: `12 % freed at once, 8 % made by growing others (4.1 kB may have been copied)`.
pub(crate) fn fate(row: &WorkloadHeap) -> String {
    let totals = &row.totals;
    let mut text = format!(
        "{} of the blocks were temporary (freed before anything else was allocated), {} grew from smaller ones",
        of_blocks(totals.temporary, totals.count),
        of_blocks(totals.grow_count, totals.count),
    );
    if totals.grow_bytes > 0 && row.scope == HeapScope::WholeRun {
        text.push_str(&format!(", by which {} may have been copied", quantity::bytes(totals.grow_bytes)));
    }
    if let Some(slowdown) = row.slowdown.as_ref().and_then(perfaudit_result::Figure::value) {
        text.push_str(&format!("; counting took {slowdown:.1} times the CPU time"));
    }
    text
}

fn blocks(count: f64) -> String {
    let value = quantity::value(count, Unit::Count);
    let value = value.trim_end();
    if (count - 1.0).abs() < f64::EPSILON { format!("{value} block") } else { format!("{value} blocks") }
}

/// A share of blocks in per cent: what is there and rounds to nothing is `< 0.1 %`.
#[expect(clippy::cast_precision_loss, reason = "shown to three digits")]
fn of_blocks(part: u64, all: u64) -> String {
    crate::cpu::share(part as f64 / all.max(1) as f64)
}

/// The heads of the columns of a table of sites, all but the last two numbers.
pub(crate) fn heads(row: &WorkloadHeap) -> [&'static str; 5] {
    match row.scope {
        HeapScope::WholeRun => ["bytes", "blocks", "peak", "temp", "grown"],
        HeapScope::Iterations => ["bytes/iter", "blocks/iter", "share", "temp", "grown"],
    }
}

/// The numbers of a site, as many as there are heads.
#[expect(clippy::cast_precision_loss, reason = "shown to three digits")]
pub(crate) fn cells(row: &WorkloadHeap, site: &HeapSite) -> [String; 5] {
    let counts = &site.counts;
    let ends = [of_blocks(counts.temporary, counts.count), of_blocks(counts.grow_count, counts.count)];
    let [temporary, grown] = ends;
    match row.scope {
        HeapScope::WholeRun => [
            quantity::bytes(counts.bytes),
            quantity::value(counts.count as f64, Unit::Count).trim_end().to_owned(),
            quantity::bytes(counts.peak),
            temporary,
            grown,
        ],
        HeapScope::Iterations => {
            let each = |value: Option<f64>, unit| {
                value.map_or_else(
                    || "-".to_owned(),
                    |value| quantity::value(value, unit).trim_end().to_owned(),
                )
            };
            [
                each(site.bytes_per_iteration, Unit::Bytes),
                each(site.count_per_iteration, Unit::Count),
                crate::cpu::share(counts.bytes as f64 / row.totals.bytes.max(1) as f64),
                temporary,
                grown,
            ]
        }
    }
}

/// `src/parse.rs:41`, `src/parse.rs`, or nothing where it is not known.
pub(crate) fn place(site: &HeapSite) -> String {
    match (&site.file, site.line) {
        (Some(file), Some(line)) => format!("{file}:{line}"),
        (Some(file), None) => file.clone(),
        (None, _) => String::new(),
    }
}
