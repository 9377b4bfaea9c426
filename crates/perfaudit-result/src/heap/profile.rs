//! Stacks of allocations with symbols: the content of an artifact of kind `heap_profile`.

use serde::{Deserialize, Serialize};

use super::HeapCounts;
use super::folded::HeapProfileRecord;
use crate::cpu::{CodeOrigin, Function, NodeId, ProfileError, SourceFrame, StackNode, check_stacks};
use crate::workload::WorkloadId;

/// What one stack allocated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HeapStack {
    /// The innermost node of the stack, an index into [`HeapProfile::nodes`].
    pub node: NodeId,
    /// What was allocated by exactly this stack.
    #[serde(flatten)]
    pub counts: HeapCounts,
}

/// Stacks of allocations with symbols. The tables are those of a [`CpuProfile`](crate::CpuProfile). Files have the parts of
/// the tree that are equal once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "HeapProfileRecord", into = "HeapProfileRecord")]
#[cfg_attr(feature = "schema", schemars(with = "HeapProfileRecord"))]
pub struct HeapProfile {
    /// The workload.
    pub workload: WorkloadId,
    /// Whose code there is.
    pub origins: Vec<CodeOrigin>,
    /// Every function that has a frame.
    pub functions: Vec<Function>,
    /// Every place in a function that has a node.
    pub frames: Vec<SourceFrame>,
    /// The tree of stacks, callers before callees.
    pub nodes: Vec<StackNode>,
    /// What was allocated, each stack once.
    pub stacks: Vec<HeapStack>,
}

impl HeapProfile {
    /// Checks that every index points into its list and every caller stands before its callees, so that reading
    /// a profile can neither fail nor go round in circles.
    ///
    /// # Errors
    /// The first entry that does not.
    pub fn check(&self) -> Result<(), ProfileError> {
        check_stacks(&self.origins, &self.functions, &self.frames, &self.nodes)?;
        let limit = self.nodes.len();
        match self.stacks.iter().position(|stack| stack.node as usize >= limit) {
            Some(entry) => Err(ProfileError { of: "stacks", entry, limit }),
            None => Ok(()),
        }
    }

    /// The sum of all stacks.
    #[must_use]
    pub fn totals(&self) -> HeapCounts {
        let mut totals = HeapCounts::default();
        self.stacks.iter().for_each(|stack| totals.add(&stack.counts));
        totals
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
    use crate::cpu::OriginKind;

    fn profile(node: NodeId) -> HeapProfile {
        HeapProfile {
            workload: WorkloadId("a/b/c".into()),
            origins: vec![CodeOrigin { kind: OriginKind::Own, name: Some("a".into()) }],
            functions: vec![Function { name: "main".into(), file: None, line: None, origin: 0 }],
            frames: vec![SourceFrame { function: 0, line: 1, inlined: false }],
            nodes: vec![StackNode { parent: None, frame: 0 }],
            stacks: vec![HeapStack {
                node,
                counts: HeapCounts { count: 1, bytes: u64::MAX, ..HeapCounts::default() },
            }],
        }
    }

    #[test]
    fn a_profile_that_holds_what_it_refers_to_passes_and_comes_back_from_json() {
        let profile = profile(0);
        assert_eq!(profile.check(), Ok(()));
        let json = serde_json::to_string(&profile).unwrap();
        assert_eq!(serde_json::from_str::<HeapProfile>(&json).unwrap(), profile);
    }

    #[test]
    fn a_stack_that_does_not_exist_is_refused() {
        assert_eq!(profile(1).check(), Err(ProfileError { of: "stacks", entry: 0, limit: 1 }));
    }

    #[test]
    fn counts_that_no_process_has_do_not_overflow_the_total() {
        let mut profile = profile(0);
        profile.stacks.push(profile.stacks[0]);
        assert_eq!(profile.totals().bytes, u64::MAX);
    }
}
