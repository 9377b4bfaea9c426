//! How far what was seen of a workload can be trusted, the same of CPU time and of allocations.

use std::collections::HashMap;

use perfaudit_result::{Trust, WorkloadCpu, WorkloadHeap, WorkloadId};

/// What was seen, or not, of one workload.
pub(crate) trait Seen {
    fn id(&self) -> &WorkloadId;
    fn trust(&self) -> Trust;
    /// What limits the trust.
    fn remarks(&self) -> &[String];
}

impl Seen for WorkloadCpu {
    fn id(&self) -> &WorkloadId {
        &self.id
    }

    fn trust(&self) -> Trust {
        self.trust
    }

    fn remarks(&self) -> &[String] {
        &self.remarks
    }
}

impl Seen for WorkloadHeap {
    fn id(&self) -> &WorkloadId {
        &self.id
    }

    fn trust(&self) -> Trust {
        self.trust
    }

    fn remarks(&self) -> &[String] {
        &self.remarks
    }
}

/// The trust in a word or two.
pub(crate) fn word(trust: Trust) -> &'static str {
    match trust {
        Trust::Sound => "sound",
        Trust::Limited => "limited",
        Trust::Unfit => "unfit",
        Trust::NotProfiled => "not profiled",
    }
}

/// The word with what separates it from the workload's name; nothing where nothing is known against it.
pub(crate) fn suffix(separator: &str, trust: Trust) -> String {
    if trust == Trust::Sound { String::new() } else { format!("{separator}{}", word(trust)) }
}

/// Those of which something was seen, each with its place in the result.
pub(crate) fn seen<T: Seen>(rows: &[T]) -> Vec<(usize, &T)> {
    rows.iter().enumerate().filter(|(_, row)| row.trust() != Trust::NotProfiled).collect()
}

/// Workloads of which nothing was seen for the same reasons.
pub(crate) struct Unseen<'a> {
    /// The reasons.
    pub(crate) remarks: &'a [String],
    /// At least one.
    pub(crate) ids: Vec<&'a WorkloadId>,
}

impl Unseen<'_> {
    /// The first one, as `shown`, and how many others there are.
    pub(crate) fn names(&self, shown: impl Fn(&str) -> String) -> String {
        let first = self.ids.first().map_or_else(String::new, |id| shown(&id.0));
        if self.ids.len() > 1 { format!("{first} and {} more", self.ids.len() - 1) } else { first }
    }
}

/// The workloads of which nothing was seen, those with the same remarks together.
pub(crate) fn unseen<T: Seen>(rows: &[T]) -> Vec<Unseen<'_>> {
    let mut groups: Vec<Unseen<'_>> = Vec::new();
    let mut places: HashMap<&[String], usize> = HashMap::new();
    for row in rows.iter().filter(|row| row.trust() == Trust::NotProfiled) {
        let place = *places.entry(row.remarks()).or_insert_with(|| {
            groups.push(Unseen { remarks: row.remarks(), ids: Vec::new() });
            groups.len() - 1
        });
        groups[place].ids.push(row.id());
    }
    groups
}
