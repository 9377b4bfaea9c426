//! What findings cost in the profiles of the run.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use perfaudit_cpu::analyse::{PlaceBytes, PlaceShare, SourcePlace, place_bytes, place_shares};
use perfaudit_result::{
    ArtifactId, Cpu, CpuProfile, Figure, Granularity, Heap, HeapProfile, Heat, Trust, WorkloadId,
    WorkloadShare,
};

/// The profiles of a run.
#[derive(Clone, Copy)]
pub(crate) struct Profiles<'a> {
    pub(crate) cpu: Option<&'a Cpu>,
    pub(crate) stacks: &'a BTreeMap<ArtifactId, CpuProfile>,
    pub(crate) heap: Option<&'a Heap>,
    pub(crate) allocations: &'a BTreeMap<ArtifactId, HeapProfile>,
}

/// What is known of the cost of one finding.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cost {
    pub(super) heat: Heat,
    pub(super) granularity: Granularity,
    pub(super) share_of_cpu: Option<f64>,
    pub(super) share_of_alloc_bytes: Option<f64>,
    /// The workloads that show it, most first.
    pub(super) by_workload: Vec<Seen>,
    /// The share in the workload where it is largest, if it matters.
    pub(super) ceiling_gain: Option<Figure>,
    /// The profile that shows most of it.
    pub(super) artifact: Option<ArtifactId>,
    /// Of the workloads that show the function and no lines of it, the one that spends most of its CPU time there: a bound,
    /// and no price of a line.
    pub(super) of_function: Option<(WorkloadId, f64)>,
    /// Where nothing finer is known: the workload that spends most of its CPU time in the crate, and the share.
    pub(super) of_crate: Option<(WorkloadId, f64)>,
}

/// From this share of a workload on, a finding matters.
pub(super) const MATTERS: f64 = 0.01;

impl Cost {
    fn unknown() -> Self {
        Self {
            heat: Heat::NotMeasured,
            granularity: Granularity::NotMeasured,
            share_of_cpu: None,
            share_of_alloc_bytes: None,
            by_workload: Vec::new(),
            ceiling_gain: None,
            artifact: None,
            of_function: None,
            of_crate: None,
        }
    }

    /// Of what no profile shows with its lines: it takes no more than its function, or lies somewhere in its crate, as far
    /// as that is known.
    fn bounded(of_function: Option<(WorkloadId, f64)>, of_crate: Option<(WorkloadId, f64)>) -> Self {
        let unknown = Self::unknown();
        match (of_function, of_crate) {
            (Some(of_function), _) => {
                let heat = if of_function.1 < MATTERS { Heat::Cold } else { Heat::NotMeasured };
                let of_function = Some(of_function);
                Self { heat, granularity: Granularity::Function, of_function, ..unknown }
            }
            (None, Some(of_crate)) => {
                Self { granularity: Granularity::Crate, of_crate: Some(of_crate), ..unknown }
            }
            (None, None) => unknown,
        }
    }

    /// What findings are ranked by.
    pub(super) fn price(&self) -> Price<'_> {
        let most = |of: fn(&Seen) -> Option<f64>| {
            let known = self.by_workload.iter().filter_map(|seen| Some((of(seen)?, &seen.id)));
            known.max_by(|a, b| a.0.total_cmp(&b.0))
        };
        Price { cpu: most(Seen::of_cpu), bytes: most(|seen| seen.bytes) }
    }

    /// The largest share of CPU time in any workload.
    pub(super) fn largest_of_cpu(&self) -> f64 {
        self.price().cpu.map_or(0.0, |(share, _)| share)
    }
}

/// The largest share of the CPU time of one workload, which a remedy saves of it if it costs nothing then and the rest stays as it is, and of the bytes that
/// one allocates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Price<'a> {
    pub(super) cpu: Option<(f64, &'a WorkloadId)>,
    pub(super) bytes: Option<(f64, &'a WorkloadId)>,
}

impl Price<'_> {
    /// The most CPU time first; bytes decide among those that cost none, or of which it was not measured.
    pub(super) fn cmp(&self, other: &Self) -> Ordering {
        let share = |of: Option<(f64, &WorkloadId)>| of.map_or(0.0, |(share, _)| share);
        share(other.cpu)
            .total_cmp(&share(self.cpu))
            .then_with(|| share(other.bytes).total_cmp(&share(self.bytes)))
    }

    /// `39.3 % of the CPU time of WORKLOAD`.
    pub(super) fn told(&self) -> String {
        let percent = |share: f64| format!("{:.1} %", 100.0 * share);
        match (self.cpu, self.bytes) {
            (Some((share, id)), _) => format!("{} of the CPU time of {id}", percent(share)),
            (None, Some((share, id))) => {
                format!("{} of the bytes that {id} allocates: its CPU time was not measured", percent(share))
            }
            (None, None) => "not measured".to_owned(),
        }
    }
}

/// What one workload shows of a place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Seen {
    pub(super) id: WorkloadId,
    /// Share of its CPU time; none when it was not profiled.
    pub(super) cpu: Option<Figure>,
    /// Share of the bytes it allocates; none when they were not counted.
    pub(super) bytes: Option<f64>,
}

impl Seen {
    pub(super) fn largest(&self) -> f64 {
        self.of_cpu().unwrap_or(0.0).max(self.bytes.unwrap_or(0.0))
    }

    fn of_cpu(&self) -> Option<f64> {
        self.cpu.as_ref().and_then(Figure::value)
    }

    pub(super) fn told(&self) -> WorkloadShare {
        WorkloadShare {
            id: self.id.clone(),
            share_of_cpu: self.cpu.as_ref().and_then(Figure::value),
            share_of_alloc_bytes: self.bytes,
        }
    }
}

/// One workload with what its profiles say of all places.
struct InProfiles {
    id: WorkloadId,
    cpu: Option<(ArtifactId, Vec<PlaceShare>)>,
    /// Bytes, and those of all stacks.
    heap: Option<(Vec<PlaceBytes>, u64)>,
}

/// The cost of each place; places without lines cost what nobody knows.
pub(super) fn costs(profiles: Profiles<'_>, places: &[Option<SourcePlace>]) -> Vec<Cost> {
    let known: Vec<SourcePlace> = places.iter().flatten().cloned().collect();
    let seen = in_profiles(profiles, &known);
    let mut at = 0;
    places
        .iter()
        .map(|place| match place {
            None => Cost::unknown(),
            Some(_) => {
                at += 1;
                cost(&seen, at - 1)
            }
        })
        .collect()
}

fn in_profiles(profiles: Profiles<'_>, places: &[SourcePlace]) -> Vec<InProfiles> {
    let is_fit = |trust: Trust| matches!(trust, Trust::Sound | Trust::Limited);
    let mut seen: Vec<InProfiles> = Vec::new();
    for row in profiles.cpu.iter().flat_map(|cpu| &cpu.workloads).filter(|row| is_fit(row.trust)) {
        let stacks = row.profile.as_ref().and_then(|id| Some((id, profiles.stacks.get(id)?)));
        if let Some((id, profile)) = stacks.filter(|(_, profile)| profile.total() > 0) {
            let cpu = Some((id.clone(), place_shares(profile, places)));
            seen.push(InProfiles { id: row.id.clone(), cpu, heap: None });
        }
    }
    for row in profiles.heap.iter().flat_map(|heap| &heap.workloads).filter(|row| is_fit(row.trust)) {
        let stacks = row.profile.as_ref().and_then(|id| profiles.allocations.get(id));
        let heap = stacks.map(|profile| place_bytes(profile, places)).filter(|(_, total)| *total > 0);
        if heap.is_none() {
            continue;
        }
        match seen.iter_mut().find(|one| one.id == row.id) {
            Some(one) => one.heap = heap,
            None => seen.push(InProfiles { id: row.id.clone(), cpu: None, heap }),
        }
    }
    seen
}

/// The workload that spends most of its CPU time in the crate of a place, where a profile can tell no more.
fn of_crate(seen: &[InProfiles], at: usize) -> Option<(WorkloadId, f64)> {
    let known = seen.iter().filter_map(|one| {
        let (_, shares) = one.cpu.as_ref()?;
        Some((one.id.clone(), shares[at].package.as_ref()?.value()?))
    });
    known.max_by(|a, b| a.1.total_cmp(&b.1))
}

#[expect(clippy::cast_precision_loss, reason = "bytes and numbers of workloads are below 2^53")]
fn cost(seen: &[InProfiles], at: usize) -> Cost {
    let has_lines = |one: &InProfiles| {
        let of_cpu = one.cpu.as_ref().is_some_and(|(_, shares)| shares[at].is_seen && shares[at].has_lines);
        of_cpu || one.heap.as_ref().is_some_and(|(bytes, _)| bytes[at].function > 0 && bytes[at].has_lines)
    };
    let mut of_function: Option<(WorkloadId, f64)> = None;
    let mut by_workload: Vec<Seen> = Vec::new();
    let mut artifacts: Vec<(f64, ArtifactId)> = Vec::new();
    let (mut cpu, mut heap) = ((0.0, 0), (0.0, 0));
    for one in seen {
        let of_cpu = one.cpu.as_ref().map(|(id, shares)| (id, &shares[at]));
        let of_heap = one.heap.as_ref().map(|(bytes, total)| (bytes[at], *total as f64));
        let shows = of_cpu.is_some_and(|(_, share)| share.is_seen)
            || of_heap.is_some_and(|(bytes, _)| bytes.function > 0);
        if shows && !has_lines(one) {
            let share = of_cpu.and_then(|(_, share)| share.function.value());
            let more = share.filter(|share| of_function.as_ref().is_none_or(|(_, most)| most < share));
            of_function = more.map(|share| (one.id.clone(), share)).or(of_function);
            continue;
        }
        cpu.1 += usize::from(of_cpu.is_some());
        heap.1 += usize::from(of_heap.is_some());
        if !shows {
            continue;
        }
        let mut row = Seen { id: one.id.clone(), cpu: None, bytes: None };
        if let Some((id, share)) = of_cpu {
            cpu.0 += share.lines.value().unwrap_or(0.0);
            artifacts.push((share.lines.value().unwrap_or(0.0), id.clone()));
            row.cpu = Some(share.lines.clone());
        }
        if let Some((bytes, total)) = of_heap {
            heap.0 += bytes.lines as f64 / total;
            row.bytes = Some(bytes.lines as f64 / total);
        }
        by_workload.push(row);
    }
    if by_workload.is_empty() {
        return Cost::bounded(of_function, of_crate(seen, at));
    }
    // The workload that can gain most of its time first, as in the order of findings.
    let key = |seen: &Seen| (seen.of_cpu().unwrap_or(-1.0), seen.bytes.unwrap_or(-1.0));
    by_workload.sort_by(|a, b| {
        let (a, b) = (key(a), key(b));
        b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1))
    });
    artifacts.sort_by(|a, b| b.0.total_cmp(&a.0));
    // A profile of other workloads says nothing of what they do not run.
    let shows_cpu = by_workload.iter().any(|seen| seen.cpu.is_some());
    let shows_bytes = by_workload.iter().any(|seen| seen.bytes.is_some());
    let mean = |shows: bool, (sum, n): (f64, usize)| shows.then(|| sum / n.max(1) as f64);
    let heat =
        if by_workload.iter().any(|share| share.largest() >= MATTERS) { Heat::Hot } else { Heat::Cold };
    let hottest = by_workload
        .iter()
        .filter_map(|share| share.cpu.as_ref().map(|figure| (&share.id, figure)))
        .max_by(|a, b| a.1.value().unwrap_or(0.0).total_cmp(&b.1.value().unwrap_or(0.0)));
    let ceiling_gain = hottest
        .map(|(_, share)| share.clone())
        .filter(|share| share.value().is_some_and(|share| share >= MATTERS));
    Cost {
        heat,
        granularity: Granularity::Line,
        share_of_cpu: mean(shows_cpu, cpu),
        share_of_alloc_bytes: mean(shows_bytes, heap),
        by_workload,
        ceiling_gain,
        artifact: artifacts.into_iter().next().map(|(_, id)| id),
        of_function,
        of_crate: None,
    }
}

/// How many times as fast a workload is without a place that takes this share of its time.
pub(crate) fn speed_up(share: f64) -> f64 {
    1.0 / (1.0 - share.min(0.999))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_half_of_the_time_can_make_it_twice_as_fast_at_most() {
        assert_eq!((speed_up(0.5), speed_up(0.2), speed_up(0.0)), (2.0, 1.25, 1.0));
        assert!(speed_up(1.0).is_finite());
    }

    #[test]
    fn cpu_time_ranks_before_bytes_and_bytes_only_where_time_does_not_tell() {
        let id = WorkloadId("w".into());
        let price = |cpu: Option<f64>, bytes: Option<f64>| Price {
            cpu: cpu.map(|share| (share, &id)),
            bytes: bytes.map(|share| (share, &id)),
        };
        let mut prices = [
            price(Some(0.02), Some(0.9)),
            price(None, Some(0.5)),
            price(Some(0.3), Some(0.1)),
            price(None, None),
        ];
        prices.sort_by(Price::cmp);
        let first: Vec<_> = prices.iter().map(|price| price.cpu.or(price.bytes).map(|of| of.0)).collect();
        assert_eq!(first, [Some(0.3), Some(0.02), Some(0.5), None]);
        assert_eq!(prices[0].told(), "30.0 % of the CPU time of w");
    }

    #[test]
    fn a_function_and_a_crate_bound_what_a_place_takes_and_are_no_price_of_it() {
        let of = |share| Some((WorkloadId("w".into()), share));
        let hot = Cost::bounded(of(0.4), of(0.9));
        assert_eq!((hot.heat, hot.granularity), (Heat::NotMeasured, Granularity::Function));
        assert_eq!((hot.price().cpu, &hot.ceiling_gain), (None, &None));
        assert_eq!(Cost::bounded(of(0.001), None).heat, Heat::Cold, "it takes no more than that");
        assert_eq!(Cost::bounded(None, of(0.001)).granularity, Granularity::Crate);
        assert_eq!(Cost::bounded(None, None), Cost::unknown());
    }

    #[test]
    fn without_profiles_nothing_is_known_and_nothing_is_guessed() {
        let profiles =
            Profiles { cpu: None, stacks: &BTreeMap::new(), heap: None, allocations: &BTreeMap::new() };
        let place =
            SourcePlace { file: "a.rs".into(), lines: vec![(1, 2)], function: None, part: None, named: None };
        let costs = costs(profiles, &[Some(place), None]);
        assert_eq!(costs, [Cost::unknown(), Cost::unknown()]);
    }
}
