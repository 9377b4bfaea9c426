//! From counted allocations to rows, metrics and artifacts.

use std::collections::BTreeMap;

use perfaudit_cpu::analyse::{Precision, Scope};
use perfaudit_heap::{MeasuredHeap, Part, SiteLimits, Sites, measured_heap, per_iteration, sites};
use perfaudit_result::{
    ArtifactId, ArtifactKind, ConfidenceLevel, Direction, Estimate, Figure, Heap, HeapCounts, HeapMethod,
    HeapProfile, HeapScope, Interval, Method, Metric, MetricName, Of, Trust, Unit, Workload, WorkloadHeap,
    WorkloadId,
};
use perfaudit_run::{RunDirectory, RunDirectoryError};

use super::trust::{Case, judge};
use super::{CountedWorkload, Taken, sampled};
use crate::flow::cpu::harness_source::{harness, timed_lines};

/// Everything that is read from counted allocations.
#[derive(Debug, Default)]
pub(crate) struct Summarised {
    pub(crate) heap: Option<Heap>,
    pub(crate) profiles: BTreeMap<ArtifactId, HeapProfile>,
}

/// Cuts the measured parts out, reads them, keeps them as artifacts, and adds metrics to the workloads.
pub(crate) fn summarise(
    counted: Vec<CountedWorkload>,
    workloads: &mut [Workload],
    directory: &mut RunDirectory,
) -> Result<Summarised, RunDirectoryError> {
    let mut summarised = Summarised::default();
    if counted.is_empty() {
        return Ok(summarised);
    }
    let mut heap = Heap::default();
    for (number, one) in counted.into_iter().enumerate() {
        let workload = workloads.iter_mut().find(|workload| workload.id == one.id);
        let (Ok(taken), Some(workload)) = (&one.outcome, workload) else {
            let why = one.outcome.err().unwrap_or_else(|| "it was not measured".to_owned());
            heap.workloads.push(not_counted(one.id, why));
            continue;
        };
        let (mut row, profile) = row(taken, workload);
        if row.trust != Trust::Unfit {
            workload.metrics.extend(metrics(&row, taken.is_complete()));
        }
        let json = serde_json::to_vec(&profile).expect("a profile has only whole numbers and string keys");
        let path = format!("artifacts/heap/{number:04}.json.gz");
        let artifact = directory.add(ArtifactKind::HeapProfile, &path, &json)?;
        summarised.profiles.insert(artifact.clone(), profile);
        row.profile = Some(artifact);
        heap.workloads.push(row);
    }
    heap.workloads.sort_by_key(|row| workloads.iter().position(|workload| workload.id == row.id));
    summarised.heap = Some(heap);
    Ok(summarised)
}

fn not_counted(id: WorkloadId, why: String) -> WorkloadHeap {
    WorkloadHeap {
        id,
        trust: Trust::NotProfiled,
        remarks: vec![why],
        method: None,
        exact: false,
        scope: HeapScope::WholeRun,
        iterations: None,
        processes: 0,
        totals: HeapCounts::default(),
        excluded: HeapCounts::default(),
        per_iteration: None,
        slowdown: None,
        sites: Vec::new(),
        other_sites: HeapCounts::default(),
        profile: None,
    }
}

/// What is told of one workload: its measured part is cut out.
pub(crate) fn row(taken: &Taken, workload: &Workload) -> (WorkloadHeap, HeapProfile) {
    let whole = taken.heap.whole();
    let in_all = whole.totals();
    let mut remarks = Vec::new();
    let mut each = None;
    let mut precision = None;
    let (profile, excluded, all_sites) = match harness(workload.kind) {
        None => {
            let all_sites = sites(&whole);
            (whole, HeapCounts::default(), all_sites)
        }
        Some(harness) => {
            let scope = Scope { harness, timed: timed_lines(harness, taken.heap.functions()) };
            let part =
                |heap: &MeasuredHeap| Part { totals: heap.profile.totals(), sites: sites(&heap.profile).all };
            let first = measured_heap(&taken.heap, &scope);
            let many =
                taken.many.as_ref().map(|(many, iterations)| (measured_heap(many, &scope), *iterations));
            let mut of_first = part(&first);
            let mut of_many = many.as_ref().map(|(many, iterations)| (part(many), *iterations));
            let told = per_iteration(&mut of_first, of_many.as_mut().map(|(part, n)| (part, *n)));
            let (shown, part) = match (many, of_many) {
                (Some((many, _)), Some((part, _))) if told.iterations > 1 => (many, part),
                _ => (first, of_first),
            };
            if shown.precision == Precision::NotFound && part.totals.count == 0 {
                remarks.push(
                    "no allocation has the measured function on its stack: the routine allocates nothing"
                        .to_owned(),
                );
            }
            remarks.extend(told.remark.clone());
            remarks.extend(shown.remarks);
            each = Some(told);
            precision = Some(shown.precision);
            (shown.profile, shown.excluded, Sites { all: part.sites })
        }
    };
    if let Some(failure) = &taken.failure {
        remarks.push(format!("it ended with {failure} while it was counted"));
    }
    if taken.processes.len() > 1 {
        remarks.push(format!(
            "{} processes were counted: blocks and bytes are those of all, the peak is that of `{}` alone, which had most at a time",
            taken.processes.len(),
            taken.processes[0].name()
        ));
    }
    let is_command = precision.is_none();
    let rss_peak = workload.metric(&MetricName::RSS_PEAK).and_then(|metric| metric.figure.value());
    let (trust, reasons) = judge(&Case {
        taken,
        whole: &in_all,
        precision: precision.as_ref(),
        rss_peak,
        unplaced: all_sites.without_line(),
    });
    remarks.splice(0..0, reasons);
    let (listed, other_sites) = all_sites.listed(SiteLimits::default());
    let mut row = WorkloadHeap {
        id: workload.id.clone(),
        trust,
        remarks,
        method: Some(HeapMethod::Preload),
        exact: taken.is_complete(),
        scope: if is_command { HeapScope::WholeRun } else { HeapScope::Iterations },
        iterations: each.as_ref().map(|each| each.iterations),
        processes: taken.processes.len() as u64,
        totals: profile.totals(),
        excluded,
        per_iteration: each.map(|each| each.per_iteration),
        slowdown: if is_command { slowdown(taken, workload) } else { None },
        sites: listed,
        other_sites,
        profile: None,
    };
    sampled::tell(&mut row, taken);
    (row, profile)
}

/// CPU time while counted over that without. It contains what the library does at the start of each process.
#[expect(clippy::cast_precision_loss, reason = "commands run for less than 2^53 ns")]
fn slowdown(taken: &Taken, workload: &Workload) -> Option<Figure> {
    let cpu = |name| workload.metric(name).and_then(|metric| metric.figure.value());
    let without = cpu(&MetricName::CPU_USER)? + cpu(&MetricName::CPU_SYSTEM)?;
    let counted = (taken.usage.user + taken.usage.system).as_nanos() as f64;
    (without > 0.0).then(|| Figure {
        estimate: Estimate::WithoutInterval {
            value: counted / without,
            reason: "it was counted once".to_owned(),
        },
        unit: Unit::Ratio,
        n: 1,
        method: Method(
            "CPU time while counted over the sum of the median user and system time without".into(),
        ),
        of: Of::Process,
    })
}

/// `alloc.bytes` and `alloc.count`: for each iteration of a benchmark, of a whole command.
#[expect(clippy::cast_precision_loss, reason = "counts of processes are below 2^53")]
fn metrics(row: &WorkloadHeap, is_complete: bool) -> [Metric; 2] {
    let of_run = |value: u64, unit| {
        let value = value as f64;
        let interval = Interval::new(value, value).expect("a count is finite");
        let (estimate, method) = if is_complete {
            (
                Estimate::WithInterval { value, interval, level: ConfidenceLevel::P95 },
                "exact: every allocation of one run with all its processes was counted; other runs may differ",
            )
        } else {
            (
                Estimate::WithoutInterval {
                    value,
                    reason: "not every process could be counted: it is at least that".to_owned(),
                },
                "every allocation of the processes that could be counted, in one run",
            )
        };
        Figure { estimate, unit, n: 1, method: Method(method.into()), of: Of::Process }
    };
    let (bytes, count) = match &row.per_iteration {
        Some(each) => (each.bytes.clone(), each.count.clone()),
        None => (of_run(row.totals.bytes, Unit::Bytes), of_run(row.totals.count, Unit::Count)),
    };
    let metric = |name, figure| Metric { name, direction: Direction::LowerIsBetter, figure };
    [metric(MetricName::ALLOC_BYTES, bytes), metric(MetricName::ALLOC_COUNT, count)]
}
