//! What workloads allocate.

mod folded;
mod profile;

pub use profile::{HeapProfile, HeapStack};

use serde::{Deserialize, Serialize};

use crate::artifact::ArtifactId;
use crate::cpu::{CodeOrigin, Trust};
use crate::figure::Figure;
use crate::workload::WorkloadId;

/// The allocations of a run, in brief; the stacks are in artifacts of kind `heap_profile`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Heap {
    /// One row for each workload whose allocations were, or should have been, counted.
    pub workloads: Vec<WorkloadHeap>,
}

/// How allocations were seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum HeapMethod {
    /// A preloaded library stands before the C library's allocator.
    Preload,
    /// It does, and counts a part of the blocks by stack.
    PreloadSampled,
}

/// What is counted of a workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum HeapScope {
    /// Everything, from the start of the first process to the end of the last.
    WholeRun,
    /// The measured routine of a benchmark, in all iterations of a process.
    Iterations,
}

/// How many classes of size there are: up to 16 bytes, up to 64, and so on by powers of four; the last has no end.
pub const SIZE_CLASSES: usize = 12;

/// Allocations, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HeapCounts {
    /// Blocks, each reallocation counted as one.
    pub count: u64,
    /// Bytes that were asked for.
    pub bytes: u64,
    /// Bytes that were allocated when the process had most; where there are several processes, of the one with most.
    pub peak: u64,
    /// The same in blocks.
    pub peak_count: u64,
    /// Bytes that were still allocated when the process ended. Whether anything still pointed to them is not known.
    pub live: u64,
    /// The same in blocks.
    pub live_count: u64,
    /// Blocks that were freed before their thread allocated or freed anything else.
    pub temporary: u64,
    /// Reallocations to a larger size.
    pub grow_count: u64,
    /// What these had before: the bytes that growing may have copied.
    pub grow_bytes: u64,
    /// Blocks by size, in classes: see [`HeapCounts::largest_of_class`]. Absent in older results.
    #[serde(default, skip_serializing_if = "has_no_sizes")]
    pub sizes: [u64; SIZE_CLASSES],
}

fn is_nothing(counts: &HeapCounts) -> bool {
    *counts == HeapCounts::default()
}

fn has_no_sizes(sizes: &[u64; SIZE_CLASSES]) -> bool {
    sizes.iter().all(|count| *count == 0)
}

impl HeapCounts {
    /// Adds what was counted elsewhere in the same processes.
    pub fn add(&mut self, other: &Self) {
        self.change(other, u64::saturating_add);
    }

    /// Takes a part of this out.
    pub fn subtract(&mut self, part: &Self) {
        self.change(part, u64::saturating_sub);
    }

    /// The most bytes that a block of a class has; none for the last class, which has no end.
    #[must_use]
    pub fn largest_of_class(class: usize) -> Option<u64> {
        (class + 1 < SIZE_CLASSES).then(|| 16 << (2 * class))
    }

    fn change(&mut self, other: &Self, by: fn(u64, u64) -> u64) {
        let pairs = [
            (&mut self.count, other.count),
            (&mut self.bytes, other.bytes),
            (&mut self.peak, other.peak),
            (&mut self.peak_count, other.peak_count),
            (&mut self.live, other.live),
            (&mut self.live_count, other.live_count),
            (&mut self.temporary, other.temporary),
            (&mut self.grow_count, other.grow_count),
            (&mut self.grow_bytes, other.grow_bytes),
        ];
        for (value, others) in pairs {
            *value = by(*value, others);
        }
        for (value, others) in self.sizes.iter_mut().zip(other.sizes) {
            *value = by(*value, others);
        }
    }
}

/// What a benchmark allocates in each iteration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PerIteration {
    /// Blocks for each iteration.
    pub count: Figure,
    /// Bytes for each iteration.
    pub bytes: Figure,
    /// Blocks that the first iteration allocates beyond those of a later one; none when only one iteration is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub once_count: Option<f64>,
    /// The same in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub once_bytes: Option<f64>,
}

/// The allocations of one workload.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WorkloadHeap {
    /// The workload.
    pub id: WorkloadId,
    /// Whether the counts can be believed.
    pub trust: Trust,
    /// What limits the trust or was refused, each with its remedy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// How allocations were seen; none when they were not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<HeapMethod>,
    /// True when every allocation that the method sees is in the counts and none is estimated.
    pub exact: bool,
    /// What the totals, the sites and the profile are of.
    pub scope: HeapScope,
    /// How many iterations the totals, the sites and the profile of a benchmark are of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iterations: Option<u64>,
    /// Processes that were counted.
    pub processes: u64,
    /// What was counted in all.
    pub totals: HeapCounts,
    /// What the processes allocated besides and is not in the totals: set-up, harness, start and end.
    pub excluded: HeapCounts,
    /// What each iteration of a benchmark allocates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_iteration: Option<PerIteration>,
    /// CPU time with counting over CPU time without, as a ratio.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slowdown: Option<Figure>,
    /// The lines that allocate most, by bytes first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<HeapSite>,
    /// What the sites that are not listed allocate together.
    pub other_sites: HeapCounts,
    /// The stacks: a [`HeapProfile`] of what is in the totals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<ArtifactId>,
}

/// A line that allocates, itself or by what it calls: of each stack the innermost frame of the project's own code;
/// where there is none, the innermost outside of the standard library and the system's libraries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HeapSite {
    /// The function that the line is in.
    pub symbol: String,
    /// Its source file, relative to the project where it is the project's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Whose code it is.
    pub origin: CodeOrigin,
    /// What the line calls to allocate, by most of the bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calls: Option<String>,
    /// What it allocates.
    #[serde(flatten)]
    pub counts: HeapCounts,
    /// The part of it with no other package between the line and the allocator: by its own containers, boxes and texts.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub direct: HeapCounts,
    /// Bytes of stacks in that part of which at least nine blocks in ten were temporary.
    #[serde(default)]
    pub direct_temporary_bytes: u64,
    /// Blocks for each iteration, where that is known for the workload; with its n and method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count_per_iteration: Option<f64>,
    /// Bytes for each iteration, where that is known for the workload; with its n and method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes_per_iteration: Option<f64>,
    /// Where a part was counted, how well the blocks are known; n is how many of them were sampled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count_estimate: Option<Figure>,
    /// The same of the bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes_estimate: Option<Figure>,
}
