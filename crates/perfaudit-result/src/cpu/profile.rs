//! Sampled stacks with symbols: the content of an artifact of kind `cpu_profile`.

use serde::{Deserialize, Serialize};

use super::sampler::Sampler;
use crate::workload::WorkloadId;

/// An index into [`CpuProfile::functions`].
pub type FunctionId = u32;
/// An index into [`CpuProfile::nodes`].
pub type NodeId = u32;

/// Whose code a function is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OriginKind {
    /// A package of the project.
    Own,
    /// A package that the project depends on.
    Dependency,
    /// Rust's standard library.
    Std,
    /// A shared library of the system, such as libc.
    System,
    /// The kernel.
    Kernel,
    /// It cannot be told.
    Unknown,
}

/// Whose code a function is, with the package or library where that is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CodeOrigin {
    /// The kind.
    pub kind: OriginKind,
    /// The package, `std`, the library's file name, or `kernel`; none when it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A function of a profile.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Function {
    /// Its readable name with generic arguments, without hash.
    pub name: String,
    /// The source file that holds it: relative to the project where it is the project's own, otherwise as the
    /// debug information names it, without the folders of this machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line of its declaration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// An index into [`CpuProfile::origins`].
    pub origin: u32,
}

/// A place in a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SourceFrame {
    /// The function.
    pub function: FunctionId,
    /// The line that runs, or that calls the next frame; 0 when it is not known.
    pub line: u32,
    /// Whether the function was inlined into its caller.
    pub inlined: bool,
}

/// A node of the tree of all stacks: a frame and the frame that called it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(from = "(Option<NodeId>, u32)", into = "(Option<NodeId>, u32)")]
#[cfg_attr(feature = "schema", schemars(with = "(Option<NodeId>, u32)"))]
pub struct StackNode {
    /// The caller; none for the outermost frame. Always before this node.
    pub parent: Option<NodeId>,
    /// An index into [`CpuProfile::frames`].
    pub frame: u32,
}

impl From<(Option<NodeId>, u32)> for StackNode {
    fn from((parent, frame): (Option<NodeId>, u32)) -> Self {
        Self { parent, frame }
    }
}

impl From<StackNode> for (Option<NodeId>, u32) {
    fn from(node: StackNode) -> Self {
        (node.parent, node.frame)
    }
}

/// A thread of a profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Thread {
    /// The number of its process.
    pub process: u32,
    /// Its own number.
    pub thread: u32,
    /// Its name.
    pub name: String,
}

/// Samples with the same stack in the same thread and block of time, written as
/// `[node, thread, block, count]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(from = "(NodeId, u32, u32, u64)", into = "(NodeId, u32, u32, u64)")]
#[cfg_attr(feature = "schema", schemars(with = "(NodeId, u32, u32, u64)"))]
pub struct SampleRun {
    /// The innermost node of the stack.
    pub node: NodeId,
    /// An index into [`CpuProfile::threads`].
    pub thread: u32,
    /// The block of time, below [`TimeBlocks::count`].
    pub block: u32,
    /// How many samples; at least 1.
    pub count: u64,
}

impl From<(NodeId, u32, u32, u64)> for SampleRun {
    fn from((node, thread, block, count): (NodeId, u32, u32, u64)) -> Self {
        Self { node, thread, block, count }
    }
}

impl From<SampleRun> for (NodeId, u32, u32, u64) {
    fn from(run: SampleRun) -> Self {
        (run.node, run.thread, run.block, run.count)
    }
}

/// The blocks of equal wall time that a recording is cut into, so that intervals can be drawn by resampling
/// blocks: neighbouring samples resemble each other.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TimeBlocks {
    /// How many.
    pub count: u32,
    /// How long each is, in seconds.
    pub width_s: f64,
}

/// Sampled stacks with symbols.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CpuProfile {
    /// The workload.
    pub workload: WorkloadId,
    /// How it was taken.
    pub sampler: Sampler,
    /// Whose code there is.
    pub origins: Vec<CodeOrigin>,
    /// Every function that has a frame.
    pub functions: Vec<Function>,
    /// Every place in a function that has a node.
    pub frames: Vec<SourceFrame>,
    /// The tree of stacks, callers before callees.
    pub nodes: Vec<StackNode>,
    /// The threads that have samples.
    pub threads: Vec<Thread>,
    /// How time is cut into blocks.
    pub blocks: TimeBlocks,
    /// The samples.
    pub samples: Vec<SampleRun>,
}

/// A profile whose parts do not fit together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "entry {entry} of `{of}` refers to something that the profile does not hold: expected an index below {limit}"
)]
pub struct ProfileError {
    /// Which list.
    pub of: &'static str,
    /// Which entry, from 0.
    pub entry: usize,
    /// How many there are of what it refers to.
    pub limit: usize,
}

/// Checks each entry of a list.
fn all<'a, T: 'a>(
    of: &'static str,
    items: &'a [T],
    is_fine: impl Fn(usize, &'a T) -> bool,
    limit: usize,
) -> Result<(), ProfileError> {
    match items.iter().enumerate().find(|&(at, item)| !is_fine(at, item)) {
        Some((entry, _)) => Err(ProfileError { of, entry, limit }),
        None => Ok(()),
    }
}

/// Checks that every index of the tables of a profile points into its list and every caller stands before its callees.
pub(crate) fn check_stacks(
    origins: &[CodeOrigin],
    functions: &[Function],
    frames: &[SourceFrame],
    nodes: &[StackNode],
) -> Result<(), ProfileError> {
    let limit = origins.len();
    all("functions", functions, |_, function| (function.origin as usize) < limit, limit)?;
    let limit = functions.len();
    all("frames", frames, |_, frame| (frame.function as usize) < limit, limit)?;
    let limit = frames.len();
    all("nodes", nodes, |_, node| (node.frame as usize) < limit, limit)?;
    let limit = nodes.len();
    all("nodes", nodes, |at, node| node.parent.is_none_or(|parent| (parent as usize) < at), limit)
}

impl CpuProfile {
    /// The name of the function that stands at the root of a stack that could not be followed to its end.
    pub const TRUNCATED: &str = "[truncated]";
    /// The name of a function that has no symbol is this, with its library: `[unknown in libfoo.so]`.
    pub const UNKNOWN: &str = "[unknown]";

    /// Checks that every index points into its list and every caller stands before its callees, so that reading
    /// a profile can neither fail nor go round in circles.
    ///
    /// # Errors
    /// The first entry that does not.
    pub fn check(&self) -> Result<(), ProfileError> {
        check_stacks(&self.origins, &self.functions, &self.frames, &self.nodes)?;
        let (nodes, threads) = (self.nodes.len(), self.threads.len());
        all("samples", &self.samples, |_, run| (run.node as usize) < nodes, nodes)?;
        all("samples", &self.samples, |_, run| (run.thread as usize) < threads, threads)?;
        let blocks = self.blocks.count as usize;
        all("samples", &self.samples, |_, run| (run.block as usize) < blocks, blocks)
    }

    /// The number of samples in all. A file that claims more than fit into the type has as many as fit.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.samples.iter().fold(0, |total, run| total.saturating_add(run.count))
    }

    /// The frames of a stack from the innermost outwards.
    pub fn stack(&self, node: NodeId) -> impl Iterator<Item = &SourceFrame> + '_ {
        let nodes = std::iter::successors(Some(node), |&node| self.nodes[node as usize].parent);
        nodes.map(|node| &self.frames[self.nodes[node as usize].frame as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::{Rung, SamplingEvent};

    fn profile(parent: Option<NodeId>) -> CpuProfile {
        CpuProfile {
            workload: WorkloadId("a/b/c".into()),
            sampler: Sampler {
                rung: Rung::ClockUser,
                refused: Vec::new(),
                event: SamplingEvent::CpuClock,
                asked_hz: 999.0,
                reached_hz: None,
                cpu_s: None,
                system_s: None,
                samples: 3,
                lost: 0,
                truncated: 0,
                unsymbolised: 0,
                stack_bytes: 8192,
                stack_steps: Vec::new(),
                stopped_s: None,
            },
            origins: vec![CodeOrigin { kind: OriginKind::Own, name: Some("a".into()) }],
            functions: vec![Function { name: "main".into(), file: None, line: None, origin: 0 }],
            frames: vec![SourceFrame { function: 0, line: 1, inlined: false }],
            nodes: vec![StackNode { parent: None, frame: 0 }, StackNode { parent, frame: 0 }],
            threads: vec![Thread { process: 1, thread: 1, name: "main".into() }],
            blocks: TimeBlocks { count: 1, width_s: 1.0 },
            samples: vec![SampleRun { node: 1, thread: 0, block: 0, count: 3 }],
        }
    }

    #[test]
    fn a_profile_that_holds_what_it_refers_to_passes_and_comes_back_from_json() {
        let profile = profile(Some(0));
        assert_eq!(profile.check(), Ok(()));
        assert_eq!(profile.stack(1).count(), 2);
        let json = serde_json::to_string(&profile).unwrap();
        assert_eq!(serde_json::from_str::<CpuProfile>(&json).unwrap(), profile);
    }

    #[test]
    fn a_stack_that_goes_round_in_circles_is_refused() {
        assert_eq!(profile(Some(1)).check(), Err(ProfileError { of: "nodes", entry: 1, limit: 2 }));
    }

    #[test]
    fn counts_that_no_recording_has_do_not_overflow_the_total() {
        let mut profile = profile(Some(0));
        profile.samples[0].count = u64::MAX;
        profile.samples.push(profile.samples[0]);
        assert_eq!(profile.total(), u64::MAX);
    }

    #[test]
    fn a_sample_of_a_block_that_does_not_exist_is_refused() {
        let mut profile = profile(Some(0));
        profile.samples[0].block = 1;
        assert_eq!(profile.check(), Err(ProfileError { of: "samples", entry: 0, limit: 1 }));
    }
}
