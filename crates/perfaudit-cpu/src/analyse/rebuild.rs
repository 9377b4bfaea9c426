//! A profile made from another one by moving samples to new stacks.

use std::collections::HashMap;

use perfaudit_result::{CpuProfile, Function, FunctionId, NodeId, SampleRun, SourceFrame, StackNode};

use crate::call_tree::CallTree;
use crate::runs;

/// New stacks over the functions of a profile, and functions that are added.
pub(crate) struct Rebuild<'a> {
    source: &'a CpuProfile,
    /// Functions and frames of the source, then those that were added.
    functions: Vec<Function>,
    frames: Vec<SourceFrame>,
    known_functions: HashMap<Function, FunctionId>,
    known_frames: HashMap<SourceFrame, u32>,
    tree: CallTree<u32>,
    /// On new nodes.
    samples: Vec<SampleRun>,
}

impl<'a> Rebuild<'a> {
    pub(crate) fn of(source: &'a CpuProfile) -> Self {
        let known_frames = (0..).zip(&source.frames).map(|(at, frame)| (*frame, at)).collect();
        Self {
            source,
            functions: source.functions.clone(),
            frames: source.frames.clone(),
            known_functions: HashMap::new(),
            known_frames,
            tree: CallTree::default(),
            samples: Vec::with_capacity(source.samples.len()),
        }
    }

    /// A function that is added, once.
    pub(crate) fn function(&mut self, function: Function) -> FunctionId {
        let functions = &mut self.functions;
        *self.known_functions.entry(function).or_insert_with_key(|function| {
            functions.push(function.clone());
            u32::try_from(functions.len() - 1).expect("a profile has fewer than 2^32 functions")
        })
    }

    /// A frame of the source or one that is added, once.
    pub(crate) fn frame(&mut self, frame: SourceFrame) -> u32 {
        let frames = &mut self.frames;
        *self.known_frames.entry(frame).or_insert_with(|| {
            frames.push(frame);
            u32::try_from(frames.len() - 1).expect("a profile has fewer than 2^32 frames")
        })
    }

    /// The new node of a frame below a new node.
    pub(crate) fn child(&mut self, parent: Option<NodeId>, frame: u32) -> NodeId {
        self.tree.child(parent, frame)
    }

    /// The function of a new node.
    pub(crate) fn function_of(&self, node: NodeId) -> FunctionId {
        self.function_of_frame(self.tree.nodes()[node as usize].1)
    }

    /// The function of a frame.
    pub(crate) fn function_of_frame(&self, frame: u32) -> FunctionId {
        self.frames[frame as usize].function
    }

    /// Puts samples of the source on a new node.
    pub(crate) fn put(&mut self, run: &SampleRun, node: NodeId) {
        self.samples.push(SampleRun { node, ..*run });
    }

    /// The profile, with nothing in it that has no samples.
    pub(crate) fn finish(mut self) -> CpuProfile {
        runs::merge(&mut self.samples);
        let nodes = self.tree.nodes();
        let mut is_used = vec![false; nodes.len()];
        for run in &self.samples {
            is_used[run.node as usize] = true;
        }
        for at in (0..nodes.len()).rev() {
            if let (true, Some(parent)) = (is_used[at], nodes[at].0) {
                is_used[parent as usize] = true;
            }
        }
        let node_ids = renumber(&is_used);
        let kept = || nodes.iter().zip(&is_used).filter(|(_, used)| **used).map(|(node, _)| *node);
        let frame_ids = renumber(&marked(self.frames.len(), kept().map(|(_, frame)| frame)));
        let frames: Vec<SourceFrame> = retain(&self.frames, &frame_ids);
        let function_ids = renumber(&marked(self.functions.len(), frames.iter().map(|frame| frame.function)));
        let functions: Vec<Function> = retain(&self.functions, &function_ids);
        let origin_ids =
            renumber(&marked(self.source.origins.len(), functions.iter().map(|function| function.origin)));
        let thread_ids =
            renumber(&marked(self.source.threads.len(), self.samples.iter().map(|run| run.thread)));
        CpuProfile {
            workload: self.source.workload.clone(),
            sampler: self.source.sampler.clone(),
            origins: retain(&self.source.origins, &origin_ids),
            nodes: kept()
                .map(|(parent, frame)| StackNode {
                    parent: parent.map(|parent| node_ids[parent as usize]),
                    frame: frame_ids[frame as usize],
                })
                .collect(),
            frames: frames
                .into_iter()
                .map(|frame| SourceFrame { function: function_ids[frame.function as usize], ..frame })
                .collect(),
            functions: functions
                .into_iter()
                .map(|function| Function { origin: origin_ids[function.origin as usize], ..function })
                .collect(),
            threads: retain(&self.source.threads, &thread_ids),
            blocks: self.source.blocks,
            samples: self
                .samples
                .into_iter()
                .map(|run| SampleRun {
                    node: node_ids[run.node as usize],
                    thread: thread_ids[run.thread as usize],
                    ..run
                })
                .collect(),
        }
    }
}

/// Stands for what is left out.
const UNUSED: u32 = u32::MAX;

fn marked(count: usize, used: impl Iterator<Item = u32>) -> Vec<bool> {
    let mut is_used = vec![false; count];
    for at in used {
        is_used[at as usize] = true;
    }
    is_used
}

/// The new number of each item that is used.
fn renumber(is_used: &[bool]) -> Vec<u32> {
    let mut next = 0;
    let number = |used: &bool| {
        if !used {
            return UNUSED;
        }
        next += 1;
        next - 1
    };
    is_used.iter().map(number).collect()
}

fn retain<T: Clone>(items: &[T], ids: &[u32]) -> Vec<T> {
    items.iter().zip(ids).filter(|(_, id)| **id != UNUSED).map(|(item, _)| item.clone()).collect()
}
