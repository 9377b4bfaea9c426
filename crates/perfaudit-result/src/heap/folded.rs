//! How stacks of allocations are written: parts of their tree that are equal, once.
//!
//! Programs that follow the structure of what they read allocate at hundreds of thousands of stacks, which are long and
//! mostly alike: below another caller the same is called, and allocates as much. A node with all that is below it is a
//! subtree; one that was there before is named instead of written again. Nothing is left out.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{HeapCounts, HeapProfile, HeapStack};
use crate::cpu::{CodeOrigin, Function, NodeId, SourceFrame, StackNode};
use crate::workload::WorkloadId;

/// The most nodes that a tree may have when it is read: a small file can name subtrees of subtrees without end.
const MOST_NODES: u64 = 1 << 25;

/// The shape of [`HeapProfile`] in JSON.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "HeapProfile"))]
pub(super) struct HeapProfileRecord {
    /// The workload.
    workload: WorkloadId,
    /// Whose code there is.
    origins: Vec<CodeOrigin>,
    /// Every function that has a frame.
    functions: Vec<Function>,
    /// Every place in a function that has a node.
    frames: Vec<SourceFrame>,
    /// The tree of stacks, callers before callees. Only in files of older versions, as are `stacks`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    nodes: Vec<StackNode>,
    /// What was allocated, each stack once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    stacks: Vec<HeapStack>,
    /// What nodes of `subtrees` allocated themselves, each different one once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    counts: Vec<HeapCounts>,
    /// The tree of stacks, what is equal in it once.
    #[serde(default)]
    subtrees: Subtrees,
}

/// Subtrees of a tree of stacks, those of callees before those of their callers.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Subtrees {
    /// The frame of each one's outermost node.
    frames: Vec<u32>,
    /// What exactly the stack of that node allocated: a place in the list of counts plus one; 0 for nothing.
    counts: Vec<u32>,
    /// How many callees that node has.
    callees: Vec<u32>,
    /// Which subtrees these are, of one node after the other: how far each stands before its caller's.
    distances: Vec<u32>,
    /// The subtrees of outermost functions.
    roots: Vec<u32>,
}

/// The callees of nodes.
struct Callees {
    /// Where those of each node begin, and where the last ones end.
    starts: Vec<usize>,
    callees: Vec<NodeId>,
}

impl Callees {
    fn of(nodes: &[StackNode]) -> Self {
        let mut starts = vec![0; nodes.len() + 1];
        let parents = || nodes.iter().map(|node| node.parent.map(|parent| parent as usize));
        parents().flatten().for_each(|parent| starts[parent + 1] += 1);
        for at in 0..nodes.len() {
            starts[at + 1] += starts[at];
        }
        let mut next = starts.clone();
        let mut callees = vec![0; starts[nodes.len()]];
        for (node, parent) in (0..).zip(parents()) {
            if let Some(parent) = parent {
                callees[next[parent]] = node;
                next[parent] += 1;
            }
        }
        Self { starts, callees }
    }

    fn of_node(&self, node: usize) -> &[NodeId] {
        &self.callees[self.starts[node]..self.starts[node + 1]]
    }
}

impl From<HeapProfile> for HeapProfileRecord {
    fn from(profile: HeapProfile) -> Self {
        let HeapProfile { workload, origins, functions, frames, nodes, stacks } = profile;
        let (counts, counts_of) = different(&stacks, nodes.len());
        let callees = Callees::of(&nodes);
        let mut subtrees = Subtrees::default();
        let mut known: HashMap<Vec<u32>, u32> = HashMap::new();
        let mut subtree_of = vec![0; nodes.len()];
        let mut key = Vec::new();
        for (at, node) in nodes.iter().enumerate().rev() {
            key.clear();
            key.extend([node.frame, counts_of[at]]);
            key.extend(callees.of_node(at).iter().map(|&callee| subtree_of[callee as usize]));
            subtree_of[at] = match known.get(key.as_slice()) {
                Some(&subtree) => subtree,
                None => {
                    let subtree = subtrees.push(&key);
                    known.insert(key.clone(), subtree);
                    subtree
                }
            };
        }
        let roots = nodes.iter().zip(&subtree_of).filter(|(node, _)| node.parent.is_none());
        subtrees.roots = roots.map(|(_, &subtree)| subtree).collect();
        let (nodes, stacks) = (Vec::new(), Vec::new());
        Self { workload, origins, functions, frames, nodes, stacks, counts, subtrees }
    }
}

/// What stacks allocated, each different one once; and for each node the place of its own plus one, 0 for none.
fn different(stacks: &[HeapStack], nodes: usize) -> (Vec<HeapCounts>, Vec<u32>) {
    let mut counts = Vec::new();
    let mut places: HashMap<&HeapCounts, u32> = HashMap::new();
    let mut of_nodes = vec![0; nodes];
    for HeapStack { node, counts: of_stack } in stacks {
        let place = *places.entry(of_stack).or_insert_with(|| {
            counts.push(*of_stack);
            number(counts.len())
        });
        of_nodes[*node as usize] = place;
    }
    (counts, of_nodes)
}

fn number(length: usize) -> u32 {
    u32::try_from(length).expect("there are no more of them than nodes, which have 32-bit numbers")
}

impl Subtrees {
    /// Adds a subtree: its frame, its counts, and the subtrees of its callees.
    fn push(&mut self, key: &[u32]) -> u32 {
        let subtree = number(self.frames.len());
        self.frames.push(key[0]);
        self.counts.push(key[1]);
        self.callees.push(number(key.len() - 2));
        self.distances.extend(key[2..].iter().map(|callee| subtree - callee));
        subtree
    }

    /// The tree.
    fn unfolded(&self, counts: &[HeapCounts]) -> Result<(Vec<StackNode>, Vec<HeapStack>), String> {
        let starts = self.starts()?;
        let callees = |subtree: u32| {
            let at = subtree as usize;
            self.distances[starts[at]..starts[at + 1]].iter().map(move |distance| subtree - distance)
        };
        let mut sizes: Vec<u64> = Vec::with_capacity(self.frames.len());
        for subtree in 0..number(self.frames.len()) {
            let below = callees(subtree).map(|callee| sizes[callee as usize]);
            sizes.push(below.fold(1, u64::saturating_add));
        }
        let of_root = |&root: &u32| sizes.get(root as usize).copied().ok_or("a root that does not exist");
        let roots = self.roots.iter().map(of_root).collect::<Result<Vec<u64>, _>>()?;
        let size = roots.into_iter().fold(0, u64::saturating_add);
        if size > MOST_NODES {
            return Err(format!("a tree of {size} nodes, where {MOST_NODES} are the most that is read"));
        }
        let mut nodes: Vec<StackNode> = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        let mut stacks = Vec::new();
        let mut waiting: Vec<(u32, Option<NodeId>)> =
            self.roots.iter().rev().map(|&root| (root, None)).collect();
        while let Some((subtree, parent)) = waiting.pop() {
            let node = number(nodes.len());
            nodes.push(StackNode { parent, frame: self.frames[subtree as usize] });
            if let Some(place) = self.counts[subtree as usize].checked_sub(1) {
                let counts = *counts.get(place as usize).ok_or("counts that do not exist")?;
                stacks.push(HeapStack { node, counts });
            }
            let first = waiting.len();
            waiting.extend(callees(subtree).map(|callee| (callee, Some(node))));
            waiting[first..].reverse();
        }
        Ok((nodes, stacks))
    }

    /// Where the callees of each subtree begin, and where the last ones end; each of them stands before its caller.
    fn starts(&self) -> Result<Vec<usize>, &'static str> {
        if self.counts.len() != self.frames.len() || self.callees.len() != self.frames.len() {
            return Err("lists of subtrees that do not belong together");
        }
        let mut starts = vec![0];
        let mut end = 0_usize;
        for (subtree, &callees) in (0..).zip(&self.callees) {
            let start = end;
            end = start.saturating_add(callees as usize);
            let distances: &[u32] = self.distances.get(start..end).ok_or("too few callees")?;
            if distances.iter().any(|&distance| distance == 0 || distance > subtree) {
                return Err("a callee that does not stand before its caller");
            }
            starts.push(end);
        }
        Ok(starts)
    }
}

impl TryFrom<HeapProfileRecord> for HeapProfile {
    type Error = String;

    fn try_from(record: HeapProfileRecord) -> Result<Self, Self::Error> {
        let HeapProfileRecord { workload, origins, functions, frames, nodes, stacks, counts, subtrees } =
            record;
        let is_of_old = !nodes.is_empty();
        let (nodes, stacks) = if is_of_old { (nodes, stacks) } else { subtrees.unfolded(&counts)? };
        Ok(Self { workload, origins, functions, frames, nodes, stacks })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn profile(nodes: &[(Option<NodeId>, u32)], stacks: &[(NodeId, u64)]) -> HeapProfile {
        let counts = |bytes| HeapCounts { count: 1, bytes, ..HeapCounts::default() };
        HeapProfile {
            workload: WorkloadId("a/b/c".to_owned()),
            origins: Vec::new(),
            functions: Vec::new(),
            frames: Vec::new(),
            nodes: nodes.iter().copied().map(StackNode::from).collect(),
            stacks: stacks.iter().map(|&(node, bytes)| HeapStack { node, counts: counts(bytes) }).collect(),
        }
    }

    /// Every stack by its frames from the outermost inwards, with what it allocated.
    fn told(profile: &HeapProfile) -> Vec<(Vec<u32>, HeapCounts)> {
        let path = |node: NodeId| {
            let nodes = std::iter::successors(Some(node), |&node| profile.nodes[node as usize].parent);
            let mut frames: Vec<u32> = nodes.map(|node| profile.nodes[node as usize].frame).collect();
            frames.reverse();
            frames
        };
        let mut told: Vec<_> = profile.stacks.iter().map(|stack| (path(stack.node), stack.counts)).collect();
        told.sort_by(|a, b| (&a.0, a.1.bytes).cmp(&(&b.0, b.1.bytes)));
        told
    }

    #[test]
    fn what_is_equal_below_two_callers_is_written_once() {
        // 0 calls 1 and 2, both call 3, which calls 4 and allocates there.
        let nodes =
            [(None, 0), (Some(0), 1), (Some(1), 3), (Some(2), 4), (Some(0), 2), (Some(4), 3), (Some(5), 4)];
        let profile = profile(&nodes, &[(3, 10), (6, 10)]);
        let record = HeapProfileRecord::from(profile.clone());
        assert_eq!((record.subtrees.frames.len(), record.counts.len()), (5, 1));
        assert_eq!(HeapProfile::try_from(record), Ok(profile));
    }

    #[test]
    fn a_file_of_an_older_version_is_read() {
        let text = r#"{"workload":"a/b/c","origins":[],"functions":[],"frames":[],"nodes":[[null,7],[0,8]],
            "stacks":[{"node":1,"count":1,"bytes":5,"peak":0,"peak_count":0,"live":0,"live_count":0,
            "temporary":0,"grow_count":0,"grow_bytes":0}]}"#;
        let read: HeapProfile = serde_json::from_str(text).unwrap();
        assert_eq!(read, profile(&[(None, 7), (Some(0), 8)], &[(1, 5)]));
    }

    #[test]
    fn a_tree_without_end_and_references_to_nothing_are_refused() {
        let read = |counts: &str, frames: usize, lists: &str| {
            let frames = vec![0; frames];
            let text = format!(
                r#"{{"workload":"w","origins":[],"functions":[],"frames":[],"subtrees":{{"frames":{frames:?},"counts":{counts},{lists}}}}}"#
            );
            serde_json::from_str::<HeapProfile>(&text).unwrap_err().to_string()
        };
        // Each calls the one before twice.
        let (callees, distances) = (vec![2; 99], vec![1; 198]);
        let lists = format!(
            r#""callees":[0,{}],"distances":{distances:?},"roots":[99]"#,
            callees.iter().map(u32::to_string).collect::<Vec<_>>().join(",")
        );
        assert!(read(&format!("{:?}", vec![0; 100]), 100, &lists).contains("the most that is read"));
        let one = |lists: &str| read("[0]", 1, lists);
        assert!(one(r#""callees":[1],"distances":[0],"roots":[0]"#).contains("stand before its caller"));
        assert!(one(r#""callees":[1],"distances":[1],"roots":[0]"#).contains("stand before its caller"));
        assert!(one(r#""callees":[1],"distances":[],"roots":[0]"#).contains("too few callees"));
        assert!(one(r#""callees":[0],"distances":[],"roots":[1]"#).contains("root that does not exist"));
        assert!(one(r#""callees":[],"distances":[],"roots":[]"#).contains("do not belong together"));
        let of_nothing = read("[1]", 1, r#""callees":[0],"distances":[],"roots":[0]"#);
        assert!(of_nothing.contains("counts that do not exist"), "{of_nothing}");
    }

    proptest! {
        #[test]
        fn every_stack_comes_back_with_what_it_allocated(
            shape in prop::collection::vec((any::<prop::sample::Index>(), 0..3_u32, 0..4_u64), 1..200),
        ) {
            let mut nodes: Vec<(Option<NodeId>, u32)> = Vec::new();
            let mut stacks = Vec::new();
            for (at, (parent, frame, bytes)) in (0..).zip(&shape) {
                let parent = parent.index(nodes.len() + 1).checked_sub(1);
                nodes.push((parent.map(number), *frame));
                if *bytes > 0 {
                    stacks.push((at, *bytes));
                }
            }
            let profile = profile(&nodes, &stacks);
            let text = serde_json::to_string(&profile).unwrap();
            let read: HeapProfile = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(read.nodes.len(), profile.nodes.len());
            prop_assert_eq!(told(&read), told(&profile));
            let again: HeapProfile = serde_json::from_str(&serde_json::to_string(&read).unwrap()).unwrap();
            prop_assert_eq!(again, read, "what was read is in an order that stays");
        }
    }
}
