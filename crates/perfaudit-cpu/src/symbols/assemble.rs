//! Puts frames together to a profile.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use perfaudit_result::{
    CodeOrigin, CpuProfile, Function, NodeId, OriginKind, SampleRun, SourceFrame, StackNode, WorkloadId,
};

use super::frame::{RawFrame, RawFunction};
use super::origin::{self, Loaded, ProjectSources};
use crate::call_tree::CallTree;
use crate::recording::Recording;
use crate::runs;

/// A list without repetition.
struct Distinct<T> {
    items: Vec<T>,
    index: HashMap<T, u32>,
}

impl<T> Default for Distinct<T> {
    fn default() -> Self {
        Self { items: Vec::new(), index: HashMap::new() }
    }
}

impl<T: Clone + Eq + Hash> Distinct<T> {
    fn add(&mut self, item: T) -> u32 {
        *self.index.entry(item).or_insert_with_key(|item| {
            self.items.push(item.clone());
            u32::try_from(self.items.len() - 1).expect("no profile has 2^32 functions or frames")
        })
    }
}

/// Functions and frames of a profile that is being made.
pub(super) struct Assembly<'a> {
    project: &'a ProjectSources,
    origins: Distinct<CodeOrigin>,
    functions: Distinct<Function>,
    frames: Distinct<SourceFrame>,
    /// Functions that have been added, by module.
    known: HashMap<(u32, Arc<RawFunction>), u32>,
}

impl<'a> Assembly<'a> {
    pub(super) fn new(project: &'a ProjectSources) -> Self {
        Self {
            project,
            origins: Distinct::default(),
            functions: Distinct::default(),
            frames: Distinct::default(),
            known: HashMap::new(),
        }
    }

    pub(super) fn project(&self) -> &'a ProjectSources {
        self.project
    }

    /// Adds a frame of a module and returns its number.
    pub(super) fn frame(&mut self, module: u32, loaded: Loaded<'_>, raw: &RawFrame) -> u32 {
        let key = (module, Arc::clone(&raw.function));
        let function = if let Some(&known) = self.known.get(&key) {
            known
        } else {
            let (origin, file) = origin::of_function(&raw.function, loaded, self.project);
            let origin = self.origins.add(origin);
            let name = raw.function.name.clone();
            let added = self.functions.add(Function { name, file, line: raw.function.line, origin });
            self.known.insert(key, added);
            added
        };
        // Code of a macro from another file, and code without a line, is charged to the function.
        let is_foreign = raw.file.is_some() && raw.function.file.is_some() && raw.file != raw.function.file;
        let line = raw.line.filter(|_| !is_foreign).or(raw.function.line).unwrap_or(0);
        self.frames.add(SourceFrame { function, line, inlined: raw.inlined })
    }

    /// Adds a frame that stands for code without a function.
    pub(super) fn placeholder(&mut self, name: String, kind: OriginKind, of: Option<&str>) -> u32 {
        let origin = self.origins.add(CodeOrigin { kind, name: of.map(str::to_owned) });
        let function = self.functions.add(Function { name, file: None, line: None, origin });
        self.frames.add(SourceFrame { function, line: 0, inlined: false })
    }

    /// The profile of a recording, and which of its nodes each recorded one has become. `frames` gives those of each
    /// recorded node, the outermost first.
    pub(super) fn finish<'f>(
        self,
        recording: &Recording,
        workload: WorkloadId,
        frames: impl Fn(NodeId) -> &'f [u32],
    ) -> (CpuProfile, Vec<NodeId>) {
        let mut tree = CallTree::default();
        // Inlined functions make it larger.
        tree.reserve(recording.stacks.nodes().len() * 3 / 2);
        let mut innermost: Vec<NodeId> = Vec::with_capacity(recording.stacks.nodes().len());
        for (at, &(parent, _)) in (0..).zip(recording.stacks.nodes()) {
            let mut node = parent.map(|parent| innermost[parent as usize]);
            for &frame in frames(at) {
                node = Some(tree.child(node, frame));
            }
            innermost.push(node.expect("each recorded node has a frame"));
        }
        let moved =
            recording.samples.iter().map(|run| SampleRun { node: innermost[run.node as usize], ..*run });
        let mut samples: Vec<SampleRun> = moved.collect();
        runs::merge(&mut samples);
        let nodes =
            tree.into_nodes().into_iter().map(|(parent, frame)| StackNode { parent, frame }).collect();
        let profile = CpuProfile {
            workload,
            sampler: recording.sampler.clone(),
            origins: self.origins.items,
            functions: self.functions.items,
            frames: self.frames.items,
            nodes,
            threads: recording.threads.clone(),
            blocks: recording.blocks,
            samples,
        };
        (profile, innermost)
    }
}
