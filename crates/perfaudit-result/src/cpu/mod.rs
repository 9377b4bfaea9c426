//! Where the CPU time of workloads went.

mod binding;
mod difference;
mod excerpt;
mod off_cpu;
mod profile;
mod sampler;
mod usage;

pub(crate) use profile::check_stacks;

pub use binding::{Binding, BoundBy};
pub use difference::{FunctionChange, ProfileDifference};
pub use excerpt::SourceExcerpt;
pub use off_cpu::{BlockedIn, OffCpu, ThreadOffCpu, ThreadTime, WaitingFrame, WaitingStack, WaitingStacks};
pub use profile::{
    CodeOrigin, CpuProfile, Function, FunctionId, NodeId, OriginKind, ProfileError, SampleRun, SourceFrame,
    StackNode, Thread, TimeBlocks,
};
pub use sampler::{Rung, Sampler, SamplingEvent, StackStep};
pub use usage::Usage;

use serde::{Deserialize, Serialize};

use crate::artifact::ArtifactId;
use crate::figure::Figure;
use crate::workload::WorkloadId;

/// The CPU profiles of a run, in brief; the stacks are in artifacts of kind `cpu_profile`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Cpu {
    /// One row for each workload that was, or should have been, profiled.
    pub workloads: Vec<WorkloadCpu>,
    /// Profiles of this run beside earlier ones of the same workloads; empty when none were compared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<ProfileDifference>,
}

/// How far a profile can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    /// Nothing is known against it.
    Sound,
    /// It can be read, with the remarks in mind.
    Limited,
    /// Its shares mislead: no hotspot is drawn from it.
    Unfit,
    /// There is none; a remark says why.
    NotProfiled,
}

/// The CPU profile of one workload.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WorkloadCpu {
    /// The workload.
    pub id: WorkloadId,
    /// Whether its shares can be believed.
    pub trust: Trust,
    /// What limits the trust, each with its remedy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// How it was sampled; none when it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sampler: Option<Sampler>,
    /// The profiled time over the unprofiled one, as a ratio.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slowdown: Option<Figure>,
    /// Parts of the process that are not the workload and were left out: each as a share of all samples.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excluded: Vec<NamedShare>,
    /// Self time by the origin of code: own, dependencies, standard library, kernel. Shares of what was kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub origins: Vec<NamedShare>,
    /// The functions that take most, by self time first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hotspots: Vec<Hotspot>,
    /// The stacks: a [`CpuProfile`] of what was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<ArtifactId>,
    /// The source of the hottest functions of the project's own; none when source is not to be shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excerpts: Vec<SourceExcerpt>,
    /// Processor and memory over time; none when they were not measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// How threads spent the time they lived; none when it was not measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub off_cpu: Option<OffCpu>,
    /// What binds it; none when that was not judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound_by: Option<BoundBy>,
}

/// A share under a name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NamedShare {
    /// What has it.
    pub name: String,
    /// The share, between 0 and 1.
    pub share: Figure,
}

/// A function and the time it takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Hotspot {
    /// Its readable name.
    pub symbol: String,
    /// Where its samples lie: the source file, relative to the project where it is the project's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line with most of its samples.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Whose code it is.
    pub origin: CodeOrigin,
    /// The share of samples in the function itself, inlined callees not counted.
    pub self_share: Figure,
    /// The share of samples in the function or in what it calls; recursion counts once.
    pub total_share: Figure,
    /// Its self time per iteration: the share of the measured time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Figure>,
    /// Who calls it, as shares of its total samples, most first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub callers: Vec<Neighbour>,
    /// What it calls, as shares of its total samples, most first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub callees: Vec<Neighbour>,
}

/// A caller or callee of a hotspot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Neighbour {
    /// Its readable name.
    pub symbol: String,
    /// Its share of the hotspot's total samples, between 0 and 1.
    pub share: f64,
}
