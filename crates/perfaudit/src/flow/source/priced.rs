//! What lines cost that no rule has found.

use perfaudit_cpu::analyse::SourcePlace;
use perfaudit_result::{Heat, WorkloadId};

use super::join::{MATTERS, Profiles, costs};

/// What lines cost.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Priced {
    pub(crate) heat: Heat,
    /// The largest share of the CPU time of one workload; none when it was not measured.
    pub(crate) cpu: Option<f64>,
    /// The largest share of the bytes that one workload allocates; none when they were not counted.
    pub(crate) bytes: Option<f64>,
    /// The workloads of which they take enough to matter.
    pub(crate) hot_in: Vec<HotIn>,
}

/// A workload that spends time or bytes in a place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct HotIn {
    pub(crate) id: WorkloadId,
    /// The larger of both shares, 0 to 1.
    pub(crate) share: f64,
}

impl HotIn {
    /// None where so little does not matter.
    pub(crate) fn new(id: &WorkloadId, cpu: Option<f64>, bytes: Option<f64>) -> Option<Self> {
        let share = cpu.unwrap_or(0.0).max(bytes.unwrap_or(0.0));
        (share >= MATTERS).then(|| Self { id: id.clone(), share })
    }
}

/// What lines of files cost with what they call.
pub(crate) fn priced(profiles: Profiles<'_>, places: &[(&str, (u32, u32))]) -> Vec<Priced> {
    let places: Vec<Option<SourcePlace>> = places
        .iter()
        .map(|(file, lines)| {
            Some(SourcePlace {
                file: (*file).to_owned(),
                lines: vec![*lines],
                function: None,
                part: None,
                named: None,
            })
        })
        .collect();
    let told = costs(profiles, &places).into_iter().map(|cost| {
        let price = cost.price();
        let hot_in = cost.by_workload.iter().map(super::join::Seen::told);
        let hot_in = hot_in.filter_map(|one| HotIn::new(&one.id, one.share_of_cpu, one.share_of_alloc_bytes));
        Priced {
            heat: cost.heat,
            cpu: price.cpu.map(|of| of.0),
            bytes: price.bytes.map(|of| of.0),
            hot_in: hot_in.collect(),
        }
    });
    told.collect()
}
