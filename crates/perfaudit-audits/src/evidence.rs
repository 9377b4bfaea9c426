//! What audits look at.

use std::collections::BTreeMap;

use perfaudit_result::{
    ArtifactId, Figure, Heap, Host, MetricName, Samples, SamplingMode, Unit, Workload, WorkloadGroup,
    WorkloadId, WorkloadKind, WorkloadState,
};

/// What one run measured. A gatherer that measures something new adds its artifact here.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// All workloads, with their metrics.
    pub workloads: &'a [Workload],
    /// The batches of the measured ones.
    pub samples: &'a BTreeMap<ArtifactId, Samples>,
    /// Sweeps and matrices.
    pub groups: &'a [WorkloadGroup],
    /// What CPU profiles say of the measured routines of benchmarks; only those that can be trusted.
    pub cpu: &'a BTreeMap<WorkloadId, CpuEvidence>,
    /// What workloads allocate; none when nothing was to be counted.
    pub heap: Option<&'a Heap>,
    /// The machine.
    pub host: &'a Host,
    /// Decides the permutations of tests that need some.
    pub seed: u64,
}

/// What a CPU profile says of the measured routine of a benchmark.
#[derive(Debug, Clone, PartialEq)]
pub struct CpuEvidence {
    /// Samples of the routine.
    pub samples: u64,
    /// Of these, samples with a frame of a library of the project, inlined ones included.
    pub library: u64,
    /// The share of such samples is below this with 95 % confidence; between 0 and 1.
    pub library_upper: f64,
    /// What the time is spent on; the shares make 1.
    pub composition: Vec<ActivityShare>,
}

/// A kind of work and the time that is spent on it.
#[derive(Debug, Clone, PartialEq)]
pub struct ActivityShare {
    /// What is done, in words.
    pub name: String,
    /// Whether it is work around the code that the benchmark is about: copying inputs, dropping, the harness.
    pub is_around: bool,
    /// The share of the samples.
    pub share: Figure,
}

/// A workload that has figures.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured<'a> {
    /// Its place among all workloads.
    pub(crate) index: usize,
    pub(crate) workload: &'a Workload,
    pub(crate) samples: &'a Samples,
}

impl<'a> Evidence<'a> {
    /// The workloads that have figures.
    pub(crate) fn measured(&self) -> impl Iterator<Item = Measured<'a>> + use<'a> {
        let samples = self.samples;
        self.workloads.iter().enumerate().filter_map(move |(index, workload)| {
            // What was measured elsewhere cannot be judged by the cycle and the empty loop of this machine, and
            // builds and tests, timed a few times each, are no benchmarks.
            let is_benchmark =
                workload.kind != WorkloadKind::Imported && workload.kind.own_metric().is_none();
            if workload.state != WorkloadState::Measured || !is_benchmark {
                return None;
            }
            Some(Measured { index, workload, samples: samples.get(workload.samples.as_ref()?)? })
        })
    }
}

impl Measured<'_> {
    /// True when each sample is the median that a whole process states.
    pub(crate) fn is_of_processes(&self) -> bool {
        self.workload.sampling.as_ref().is_some_and(|sampling| sampling.mode == SamplingMode::Processes)
    }

    /// What its samples are, in the plural.
    pub(crate) fn observations(&self) -> &'static str {
        if self.is_of_processes() { "processes" } else { "batches" }
    }

    /// The median time per iteration in nanoseconds; none when the samples are not in units of time.
    pub(crate) fn median_ns(&self) -> Option<f64> {
        let figure = &self.workload.metric(&MetricName::WALL_TIME_P50)?.figure;
        (figure.unit == Unit::Nanoseconds).then(|| figure.value())?
    }
}
