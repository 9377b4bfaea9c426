//! Allocations in words and in order, the same in every format.

use perfaudit_result::{
    AuditResult, HeapCounts, HeapScope, HeapSite, SIZE_CLASSES, Trust, Unit, WorkloadHeap,
};

use crate::{quantity, trust};

/// The workloads that were counted, those that allocate most, or most for each iteration, first; each with its place in the result.
#[expect(clippy::cast_precision_loss, reason = "only the order counts")]
pub(crate) fn by_bytes(result: &AuditResult) -> Vec<(usize, &WorkloadHeap)> {
    let mut rows: Vec<(usize, &WorkloadHeap)> =
        result.heap.as_ref().map_or_else(Vec::new, |heap| trust::seen(&heap.workloads));
    let bytes = |row: &WorkloadHeap| match &row.per_iteration {
        Some(each) => each.bytes.value().unwrap_or(0.0),
        None => row.totals.bytes as f64,
    };
    let misleads = |row: &WorkloadHeap| row.trust == Trust::Unfit;
    rows.sort_by(|(_, a), (_, b)| misleads(a).cmp(&misleads(b)).then(bytes(b).total_cmp(&bytes(a))));
    rows
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

/// What a workload allocates, in a few words: `824 B per iteration`.
pub(crate) fn in_brief(row: &WorkloadHeap) -> String {
    match row.per_iteration.as_ref().and_then(|each| each.bytes.value()) {
        Some(bytes) => format!("{} per iteration", quantity::value(bytes, Unit::Bytes)),
        None => quantity::bytes(row.totals.bytes),
    }
}

/// Blocks of a class of sizes.
pub(crate) struct SizeClass {
    /// `17 to 64 B`.
    pub(crate) name: &'static str,
    /// How many.
    pub(crate) count: u64,
    /// Of all blocks, in per cent.
    pub(crate) share: String,
}

/// The classes of sizes from the smallest to the largest that has blocks; empty where sizes were not counted.
pub(crate) fn size_classes(counts: &HeapCounts) -> Vec<SizeClass> {
    let used = |class: &usize| counts.sizes[*class] > 0;
    let Some(last) = (0..counts.sizes.len()).rfind(used) else { return Vec::new() };
    let first = (0..last).find(used).unwrap_or(last);
    let all: u64 = counts.sizes.iter().fold(0, |all, count| all.saturating_add(*count));
    let class = |class: usize| SizeClass {
        name: SIZE_NAMES[class],
        count: counts.sizes[class],
        share: of_blocks(counts.sizes[class], all),
    };
    (first..=last).map(class).collect()
}

/// The classes in words, those of [`HeapCounts::largest_of_class`].
const SIZE_NAMES: [&str; SIZE_CLASSES] = [
    "up to 16 B",
    "17 to 64 B",
    "65 to 256 B",
    "257 to 1024 B",
    "1 to 4 KiB",
    "4 to 16 KiB",
    "16 to 64 KiB",
    "64 to 256 KiB",
    "256 KiB to 1 MiB",
    "1 to 4 MiB",
    "4 to 16 MiB",
    "more than 16 MiB",
];

/// The sizes of most blocks: `all: 17 to 64 B`, `71 %: 17 to 64 B`; empty where they were not counted.
pub(crate) fn sizes(counts: &HeapCounts) -> String {
    let most = size_classes(counts).into_iter().max_by_key(|class| class.count);
    most.map_or_else(String::new, |class| {
        let share = if class.count == counts.count { "all".to_owned() } else { class.share };
        format!("{share}: {}", class.name)
    })
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
