//! Cases for the tests of audits, made by hand.

use std::collections::BTreeMap;

use perfaudit_result::{
    ArtifactId, AuditState, Axis, Cell, CodeOrigin, ConfidenceLevel, Direction, Estimate, Figure, Finding,
    GroupShape, Heap, HeapCounts, HeapMethod, HeapScope, HeapSite, Host, Interval, Method, Metric,
    MetricName, Of, OriginKind, Samples, Sampling, SamplingMode, Throughput, Trust, Unit, Workload,
    WorkloadGroup, WorkloadHeap, WorkloadId, WorkloadKind, WorkloadState, WorkloadTarget,
};
use perfaudit_stats::{EffectiveSize, Level, Probability, QuantileEstimate, Sample, quantile_estimate};

use crate::evidence::{ActivityShare, CpuEvidence, Evidence};
use crate::outcome::run;

/// Workloads with their batches; titles `NAME/NUMBER` form one sweep.
pub(crate) struct Case {
    workloads: Vec<Workload>,
    samples: BTreeMap<ArtifactId, Samples>,
    groups: Vec<WorkloadGroup>,
    cpu: BTreeMap<WorkloadId, CpuEvidence>,
    heap: Option<Heap>,
    host: Host,
}

impl Case {
    /// One workload for each title, with the times of its batches per iteration in nanoseconds. A cycle and an
    /// empty loop take 0.3 ns.
    pub(crate) fn new(benchmarks: &[(&str, &[f64])]) -> Self {
        let mut case = Self {
            workloads: Vec::new(),
            samples: BTreeMap::new(),
            groups: Vec::new(),
            cpu: BTreeMap::new(),
            heap: None,
            host: host(),
        };
        for (title, times) in benchmarks {
            case.add(title, times);
        }
        case.groups.extend(sweep(&case.workloads));
        case
    }

    fn add(&mut self, title: &str, times: &[f64]) {
        const ITERATIONS: u64 = 10;
        let id = ArtifactId(format!("samples/{}", self.workloads.len()));
        let batches = times.iter().map(|time| time * ITERATIONS as f64).collect();
        let samples = Samples::new(WorkloadId(title.into()), vec![ITERATIONS; times.len()], batches).unwrap();
        let mut workload = without_figures(title, WorkloadState::Measured);
        workload.samples = Some(id.clone());
        workload.sampling = Some(Sampling {
            mode: SamplingMode::Flat,
            batches: times.len() as u64,
            least_iterations: ITERATIONS,
            most_iterations: ITERATIONS,
            effective_batches: times.len() as f64,
            stated: None,
        });
        workload.metrics.push(median(times));
        self.workloads.push(workload);
        self.samples.insert(id, samples);
    }

    pub(crate) fn add_without_figures(&mut self, title: &str, state: WorkloadState) {
        self.workloads.push(without_figures(title, state));
    }

    pub(crate) fn forget_units(&mut self) {
        for metric in self.workloads.iter_mut().flat_map(|workload| &mut workload.metrics) {
            metric.figure.unit = Unit::Unknown;
        }
    }

    pub(crate) fn declare_elements(&mut self, elements: &[u64]) {
        for (workload, elements) in self.workloads.iter_mut().zip(elements) {
            workload.throughput = Some(Throughput::Elements(*elements));
        }
    }

    /// Makes each sample the median that a process of divan states.
    pub(crate) fn by_processes(&mut self) {
        for workload in &mut self.workloads {
            workload.kind = WorkloadKind::Divan;
            workload.sampling.as_mut().unwrap().mode = SamplingMode::Processes;
        }
    }

    /// Counts what a workload allocates at these lines, in so many iterations, or, without, as a whole command.
    pub(crate) fn allocates(&mut self, index: usize, iterations: Option<u64>, sites: Vec<HeapSite>) {
        let mut totals = HeapCounts::default();
        sites.iter().for_each(|site| totals.add(&site.counts));
        let scope = if iterations.is_some() { HeapScope::Iterations } else { HeapScope::WholeRun };
        self.heap.get_or_insert_default().workloads.push(WorkloadHeap {
            id: self.workloads[index].id.clone(),
            trust: Trust::Sound,
            remarks: Vec::new(),
            method: Some(HeapMethod::Preload),
            exact: true,
            scope,
            iterations,
            processes: 1,
            totals,
            excluded: HeapCounts::default(),
            per_iteration: None,
            slowdown: None,
            sites,
            other_sites: HeapCounts::default(),
            profile: None,
        });
    }

    /// Profiles a workload: samples with library code of all samples, and the bound of that share.
    pub(crate) fn profile(&mut self, index: usize, library: u64, samples: u64, library_upper: f64) {
        let evidence = CpuEvidence { samples, library, library_upper, composition: Vec::new() };
        self.cpu.insert(self.workloads[index].id.clone(), evidence);
    }

    /// What the profiled routine of a workload spends its time on.
    pub(crate) fn spends(&mut self, index: usize, name: &str, is_around: bool, [lower, upper]: [f64; 2]) {
        let share = Figure {
            estimate: Estimate::WithInterval {
                value: (lower + upper) / 2.0,
                interval: Interval::new(lower, upper).unwrap(),
                level: ConfidenceLevel::P95,
            },
            unit: Unit::Ratio,
            n: 1000,
            method: Method("share of samples".into()),
            of: Of::Sample,
        };
        let evidence = self.cpu.get_mut(&self.workloads[index].id).unwrap();
        evidence.composition.push(ActivityShare { name: name.to_owned(), is_around, share });
    }

    pub(crate) fn effective(&mut self, batches: &[f64]) {
        for (workload, batches) in self.workloads.iter_mut().zip(batches) {
            workload.sampling.as_mut().unwrap().effective_batches = *batches;
        }
    }

    fn evidence(&self) -> Evidence<'_> {
        Evidence {
            workloads: &self.workloads,
            samples: &self.samples,
            groups: &self.groups,
            cpu: &self.cpu,
            heap: self.heap.as_ref(),
            host: &self.host,
            seed: 1,
        }
    }
}

/// A line of `src/NAME.rs` in a function `p::NAME` that allocates this itself.
pub(crate) fn site(name: &str, line: u32, counts: HeapCounts) -> HeapSite {
    HeapSite {
        symbol: format!("p::{name}"),
        file: Some(format!("src/{name}.rs")),
        line: Some(line),
        origin: CodeOrigin { kind: OriginKind::Own, name: Some("p".into()) },
        calls: Some("alloc::vec::Vec<T>::push".into()),
        counts,
        direct: counts,
        direct_temporary_bytes: if counts.temporary == counts.count { counts.bytes } else { 0 },
        count_per_iteration: None,
        bytes_per_iteration: None,
        count_estimate: None,
        bytes_estimate: None,
    }
}

/// What findings say, to be read.
pub(crate) fn told(findings: &[Finding]) -> String {
    let places = |finding: &Finding| -> Vec<String> {
        let place = |at: &perfaudit_result::Location| format!("{}:{}", at.file, at.line.unwrap_or(0));
        finding.locations.iter().map(place).collect()
    };
    let lines = findings.iter().map(|finding| {
        let evidence: Vec<&str> = finding.evidence.iter().map(|evidence| evidence.text.as_str()).collect();
        format!(
            "{}\n{}\nDo: {}\nAt: {}\nEvidence: {}\nShare: {:?}, of {:?}\nGain: {:?}\n",
            finding.title,
            finding.message,
            finding.remedy,
            places(finding).join(", "),
            evidence.join(" | "),
            finding.share_of_alloc_bytes,
            finding
                .by_workload
                .iter()
                .map(|of| (of.id.0.as_str(), of.share_of_alloc_bytes))
                .collect::<Vec<_>>(),
            finding.ceiling_gain.as_ref().map(|gain| (gain.value(), gain.unit, gain.n)),
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The titles that an audit flags, in order.
pub(crate) fn flagged(case: &Case, rule: &str) -> Vec<String> {
    let audited = run(&case.evidence());
    let flagged = audited.remarks.iter().zip(&case.workloads).filter(|(remarks, _)| {
        remarks.iter().any(|remark| remark.rule == rule && remark.state == AuditState::Flagged)
    });
    let titles: Vec<String> = flagged.map(|(_, workload)| workload.title.clone()).collect();
    assert_eq!(
        titles.is_empty(),
        findings(case, rule).is_empty(),
        "a flag needs a finding, and a finding a flag"
    );
    titles
}

/// What an audit says of each workload, in order.
pub(crate) fn states(case: &Case, rule: &str) -> Vec<AuditState> {
    let remarks = run(&case.evidence()).remarks;
    remarks.iter().flatten().filter(|remark| remark.rule == rule).map(|remark| remark.state).collect()
}

pub(crate) fn findings(case: &Case, rule: &str) -> Vec<Finding> {
    run(&case.evidence()).findings.into_iter().filter(|finding| finding.rule == rule).collect()
}

/// 0..n in an order without pattern.
pub(crate) fn scrambled(n: u32) -> Vec<f64> {
    let mut values: Vec<f64> = (0..n).map(f64::from).collect();
    perfaudit_stats::shuffle(&mut values, 7);
    values
}

fn without_figures(title: &str, state: WorkloadState) -> Workload {
    let target = WorkloadTarget { package: "p", target: "t", source: "benches/t.rs" };
    Workload { duration_s: Some(10.0), ..Workload::new(WorkloadKind::Criterion, &target, title, state) }
}

fn median(times: &[f64]) -> Metric {
    let sample = Sample::new(times.to_vec()).unwrap();
    let effective = EffectiveSize::all(times.len());
    let estimate = match quantile_estimate(&sample, Probability::MEDIAN, Level::P95, effective) {
        QuantileEstimate::Estimated { value, interval, .. } => Estimate::WithInterval {
            value,
            interval: Interval::new(interval.lower, interval.upper).unwrap(),
            level: ConfidenceLevel::P95,
        },
        QuantileEstimate::NotEstimable { .. } => {
            Estimate::WithoutInterval { value: sample.median(), reason: "too few".into() }
        }
    };
    let figure = Figure {
        estimate,
        unit: Unit::Nanoseconds,
        n: times.len() as u64,
        method: Method("quantile".into()),
        of: Of::BatchMean,
    };
    Metric { name: MetricName::WALL_TIME_P50, direction: Direction::LowerIsBetter, figure }
}

/// `NAME/1k`, `NAME/64k`, `NAME/1M` as one sweep.
fn sweep(workloads: &[Workload]) -> Option<WorkloadGroup> {
    let numbers = [("1k", 1e3), ("64k", 64e3), ("1M", 1e6)];
    let values = workloads.iter().map(|workload| {
        let value = workload.title.split('/').nth(1)?;
        numbers.iter().find(|(text, _)| *text == value)
    });
    let values: Option<Vec<_>> = values.collect();
    let values = values?;
    Some(WorkloadGroup {
        id: "p/t/sweep".into(),
        name: "sweep".into(),
        shape: GroupShape::Sweep,
        axes: vec![Axis {
            values: values.iter().map(|(text, _)| (*text).to_owned()).collect(),
            numeric: Some(values.iter().map(|(_, number)| *number).collect()),
        }],
        cells: workloads
            .iter()
            .zip(0..)
            .map(|(workload, index)| Cell { workload: workload.id.clone(), coordinates: vec![index] })
            .collect(),
    })
}

fn host() -> Host {
    Host {
        cpu: "test".into(),
        cores: 2,
        memory_bytes: 1,
        os: "linux".into(),
        kernel: "6".into(),
        arch: "x86_64".into(),
        virtualised: None,
        cycle_ns: Some(0.3),
        empty_loop_ns: Some(0.3),
        capabilities: Vec::new(),
        noise_floor: None,
    }
}
