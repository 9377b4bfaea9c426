//! What every section needs to know: where things are on the page.

use std::collections::{BTreeMap, HashMap};

use maud::{Markup, html};
use perfaudit_result::{
    Artifact, ArtifactId, AuditResult, Method, MetricName, Samples, Workload, WorkloadId,
};

use super::anchor::Anchors;
use super::budget::Budget;
use super::cpu::Embedded;
use super::data::Plots;
use super::heap;
use super::text::{Line, relative_link};
use crate::{ReportInput, rows};

/// The number of workloads above which a report counts as long.
const LONG_REPORT: usize = 200;

/// The input with the ids of its rows and the choice of what is plotted.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub(super) result: &'a AuditResult,
    pub(super) samples: &'a BTreeMap<ArtifactId, Samples>,
    /// The element id of each workload, in the order of the result.
    pub(super) workload_anchors: Vec<String>,
    /// The element id of each finding, in the order of the result.
    pub(super) finding_anchors: Vec<String>,
    /// The element id of each group, in the order of the result.
    pub(super) group_anchors: Vec<String>,
    pub(super) plots: Plots,
    /// What the parts of the page may take.
    pub(super) budget: Budget,
    /// The CPU profiles on the page.
    pub(super) cpu: Embedded,
    /// The element id of each workload of the CPU part, in the order of the result.
    pub(super) cpu_anchors: Vec<String>,
    /// The stacks of allocations on the page.
    pub(super) heap: heap::Embedded,
    /// The element id of each workload of the part on allocations, in the order of the result.
    pub(super) heap_anchors: Vec<String>,
    /// The method of each metric where it occurs first.
    pub(super) methods: BTreeMap<&'a MetricName, &'a Method>,
    workloads: HashMap<&'a WorkloadId, usize>,
    artifacts: HashMap<&'a ArtifactId, &'a Artifact>,
}

impl<'a> Context<'a> {
    pub(super) fn new(ReportInput { result, samples, profiles, heaps }: ReportInput<'a>) -> Self {
        let mut anchors = Anchors::default();
        let workload_anchors = result.workloads.iter().map(|w| anchors.unique("w", &w.id.0)).collect();
        let finding_anchors = result
            .findings
            .iter()
            .map(|finding| {
                let start: String = finding.fingerprint.chars().take(12).collect();
                anchors.unique("f", &format!("{}-{start}", finding.rule))
            })
            .collect();
        let group_anchors = result.groups.iter().map(|group| anchors.unique("g", &group.id)).collect();
        let cpu_rows = result.cpu.iter().flat_map(|cpu| &cpu.workloads);
        let cpu_anchors = cpu_rows.map(|row| anchors.unique("cpu", &row.id.0)).collect();
        let heap_rows = result.heap.iter().flat_map(|heap| &heap.workloads);
        let heap_anchors = heap_rows.map(|row| anchors.unique("heap", &row.id.0)).collect();
        let budget = Budget::of(result.cpu.is_some(), result.heap.is_some());
        let mut workloads = HashMap::new();
        for (index, workload) in result.workloads.iter().enumerate() {
            workloads.entry(&workload.id).or_insert(index);
        }
        let mut methods = BTreeMap::new();
        for metric in result.workloads.iter().flat_map(|workload| &workload.metrics) {
            methods.entry(&metric.name).or_insert(&metric.figure.method);
        }
        Self {
            result,
            samples,
            budget,
            cpu: Embedded::choose(result, profiles, &budget),
            cpu_anchors,
            heap: heap::Embedded::choose(result, heaps, &budget),
            heap_anchors,
            workload_anchors,
            finding_anchors,
            group_anchors,
            plots: Plots::choose(result, samples),
            methods,
            workloads,
            artifacts: result.artifacts.iter().map(|artifact| (&artifact.id, artifact)).collect(),
        }
    }

    /// True when the report leaves out what it says elsewhere, to stay small.
    pub(super) fn is_long(&self) -> bool {
        self.result.workloads.len() > LONG_REPORT
    }

    /// The place of a workload in the result. Where several have one id, the first.
    pub(super) fn index(&self, id: &WorkloadId) -> Option<usize> {
        self.workloads.get(id).copied()
    }

    /// A link to the row of a workload, or its plain name where it has none.
    pub(super) fn workload_link(&self, id: &WorkloadId) -> Markup {
        match self.index(id) {
            Some(index) => html! { a href={ "#" (self.workload_anchors[index]) } { bdi { (Line(&id.0)) } } },
            None => html! { bdi { (Line(&id.0)) } },
        }
    }

    /// A link to the file of an artifact under a name of one's own.
    pub(super) fn artifact_link_as(&self, id: &ArtifactId, name: &str) -> Markup {
        match self.artifacts.get(id).and_then(|artifact| relative_link(&artifact.path)) {
            Some(link) => html! { a href=(link) { (name) } },
            None => self.artifact_link(id),
        }
    }

    /// A link to the file of an artifact, or its plain name where it is not listed.
    pub(super) fn artifact_link(&self, id: &ArtifactId) -> Markup {
        match self.artifacts.get(id) {
            Some(artifact) => file_link(&artifact.path),
            None => html! { code { (Line(&id.0)) } },
        }
    }
}

/// A link to a file of the run directory.
pub(super) fn file_link(path: &str) -> Markup {
    match relative_link(path) {
        Some(link) => html! { a href=(link) { (Line(path)) } },
        None => html! { code { (Line(path)) } },
    }
}

/// True when an audit has something against the workload.
pub(super) fn is_flagged(workload: &Workload) -> bool {
    rows::flags(workload).next().is_some()
}
