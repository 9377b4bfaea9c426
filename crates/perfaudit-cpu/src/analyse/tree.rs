//! Walks over the tree of stacks.

use perfaudit_result::{CpuProfile, FunctionId, NodeId};

/// The function of each node.
pub(crate) fn functions(profile: &CpuProfile) -> Vec<FunctionId> {
    profile.nodes.iter().map(|node| profile.frames[node.frame as usize].function).collect()
}

/// Samples of each node itself.
pub(crate) fn own_counts(profile: &CpuProfile) -> Vec<u64> {
    let mut counts = vec![0; profile.nodes.len()];
    for run in &profile.samples {
        counts[run.node as usize] += run.count;
    }
    counts
}

/// Samples of each node and of all below it, from the samples of each node itself.
pub(crate) fn total_counts(profile: &CpuProfile, mut counts: Vec<u64>) -> Vec<u64> {
    for at in (0..profile.nodes.len()).rev() {
        if let Some(parent) = profile.nodes[at].parent {
            counts[parent as usize] += counts[at];
        }
    }
    counts
}

/// The callees of each node, in the order of the profile.
pub(crate) struct Children {
    /// Where the callees of a node begin in `nodes`; the first entry is for the roots.
    starts: Vec<usize>,
    nodes: Vec<NodeId>,
}

impl Children {
    pub(crate) fn of(profile: &CpuProfile) -> Self {
        let place = |parent: Option<NodeId>| parent.map_or(0, |parent| parent as usize + 1);
        let mut starts = vec![0; profile.nodes.len() + 2];
        for node in &profile.nodes {
            starts[place(node.parent) + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut nodes = vec![0; profile.nodes.len()];
        for (id, node) in (0..).zip(&profile.nodes) {
            let slot = &mut next[place(node.parent)];
            nodes[*slot] = id;
            *slot += 1;
        }
        Self { starts, nodes }
    }

    /// The callees of a node, or the roots.
    pub(crate) fn below(&self, parent: Option<NodeId>) -> &[NodeId] {
        let at = parent.map_or(0, |parent| parent as usize + 1);
        &self.nodes[self.starts[at]..self.starts[at + 1]]
    }
}

/// A step of a walk through the tree.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    Enter(NodeId),
    Leave(NodeId),
}

/// Visits every node, callers around their callees, without recursion: stacks may be deep.
pub(crate) fn walk(children: &Children, mut visit: impl FnMut(Step)) {
    let mut pending: Vec<Step> = children.below(None).iter().rev().map(|&root| Step::Enter(root)).collect();
    while let Some(step) = pending.pop() {
        visit(step);
        if let Step::Enter(node) = step {
            pending.push(Step::Leave(node));
            pending.extend(children.below(Some(node)).iter().rev().map(|&child| Step::Enter(child)));
        }
    }
}
