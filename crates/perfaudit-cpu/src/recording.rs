//! What sampling yields: stacks of addresses, not yet symbols.

use std::collections::HashMap;
use std::path::PathBuf;

use perfaudit_result::{NodeId, SampleRun, Sampler, StackStep, Thread, TimeBlocks};

use crate::call_tree::CallTree;

/// How an address in a stack relates to the instruction that ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lookup {
    /// It is the instruction that was about to run: the innermost frame.
    Instruction,
    /// It is where a call returns to: the call is the instruction before it, so symbols are looked up one byte lower.
    ReturnAddress,
}

/// Where a frame of a stack is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CodeAddress {
    /// In a file that was mapped.
    InModule {
        /// An index into [`Recording::modules`].
        module: u32,
        /// The address as the file states it (SVMA): what its symbol table and debug information use.
        address: u64,
        /// Innermost or return address.
        lookup: Lookup,
    },
    /// In the kernel.
    Kernel {
        /// The address.
        address: u64,
        /// Innermost or return address.
        lookup: Lookup,
    },
    /// In memory that no file backs, such as code made at run time.
    Anonymous {
        /// The address in the process.
        address: u64,
    },
    /// Stands at the root of a stack that could not be followed to its end.
    Truncated,
}

/// Tells whether a file on disk is still the one that was mapped.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct FileIdentity {
    /// The build id of its notes.
    pub build_id: Option<Vec<u8>>,
    /// The number of its inode.
    pub inode: Option<u64>,
}

/// A file whose code was mapped.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Module {
    /// Its path as the process saw it; `[vdso]` for the kernel's own page.
    pub path: PathBuf,
    /// Whether the file on disk is still the same can be told by this.
    pub identity: FileIdentity,
}

/// What sampling yields.
#[derive(Debug, Clone)]
pub struct Recording {
    /// How it was taken and what got lost; `unsymbolised` is 0 until there are symbols.
    pub sampler: Sampler,
    /// The files that stacks lie in.
    pub modules: Vec<Module>,
    /// The threads that have samples.
    pub threads: Vec<Thread>,
    /// The stacks.
    pub stacks: CallTree<CodeAddress>,
    /// How time is cut into blocks.
    pub blocks: TimeBlocks,
    /// The samples; nodes are those of `stacks`.
    pub samples: Vec<SampleRun>,
}

/// The stacks in which threads waited.
#[derive(Debug, Default)]
pub struct WaitStacks {
    /// The stacks; their modules are those of the [`Recording`] beside it.
    pub stacks: CallTree<CodeAddress>,
    /// What was waited; nodes are those of `stacks`.
    pub waits: Vec<WaitRun>,
    /// Time blocked in waits of which nothing like them was taken: nanoseconds.
    pub unknown_ns: u64,
}

/// Waits with the same stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitRun {
    /// The innermost node of the stack.
    pub node: NodeId,
    /// How long they lasted together: nanoseconds. Where the stack of a part of the waits was taken, the time of all that
    /// lasted about as long is shared out among those.
    pub blocked_ns: u64,
    /// How many they were, told likewise.
    pub waits: u64,
    /// Of how many the stack was taken.
    pub taken: u64,
}

impl Recording {
    /// Adds another recording of the same program, taken after this one: as more samples of more threads in later
    /// blocks. What was counted of both adds up; how they were taken is told of the first.
    pub fn join(&mut self, other: Self) {
        let known: HashMap<Module, u32> =
            (0..).zip(&self.modules).map(|(id, module)| (module.clone(), id)).collect();
        let mut modules = Vec::with_capacity(other.modules.len());
        for module in other.modules {
            modules.push(known.get(&module).copied().unwrap_or_else(|| {
                self.modules.push(module);
                u32::try_from(self.modules.len() - 1).expect("no process maps 2^32 files")
            }));
        }
        let mut nodes: Vec<NodeId> = Vec::with_capacity(other.stacks.nodes().len());
        for &(parent, address) in other.stacks.nodes() {
            let address = match address {
                CodeAddress::InModule { module, address, lookup } => {
                    CodeAddress::InModule { module: modules[module as usize], address, lookup }
                }
                address => address,
            };
            nodes.push(self.stacks.child(parent.map(|parent| nodes[parent as usize]), address));
        }
        let first_thread = u32::try_from(self.threads.len()).expect("no recording has 2^32 threads");
        let first_block = self.blocks.count;
        self.samples.extend(other.samples.into_iter().map(|run| SampleRun {
            node: nodes[run.node as usize],
            thread: run.thread + first_thread,
            block: run.block + first_block,
            ..run
        }));
        self.threads.extend(other.threads);
        self.blocks.count += other.blocks.count;
        let (sampler, others) = (&mut self.sampler, other.sampler);
        let both = |one: Option<f64>, other: Option<f64>| Some(one? + other?);
        sampler.cpu_s = both(sampler.cpu_s, others.cpu_s);
        sampler.system_s = both(sampler.system_s, others.system_s);
        sampler.stopped_s = both(sampler.stopped_s, others.stopped_s);
        sampler.samples += others.samples;
        sampler.lost += others.lost;
        sampler.truncated += others.truncated;
        sampler.stack_bytes = sampler.stack_bytes.max(others.stack_bytes);
        for step in others.stack_steps {
            let alike =
                |known: &&mut StackStep| (known.stack_bytes, known.kept) == (step.stack_bytes, step.kept);
            match sampler.stack_steps.iter_mut().find(alike) {
                Some(known) => {
                    known.samples += step.samples;
                    known.cut_off += step.cut_off;
                }
                None => sampler.stack_steps.push(step),
            }
        }
        sampler.unsymbolised += others.unsymbolised;
        #[expect(clippy::cast_precision_loss, reason = "numbers of samples are far below 2^53")]
        let reached = sampler.cpu_s.filter(|cpu| *cpu > 0.0).map(|cpu| sampler.samples as f64 / cpu);
        sampler.reached_hz = reached;
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use perfaudit_result::{Rung, SamplingEvent};

    use super::*;

    fn recording(files: [&str; 2], address: u64) -> Recording {
        let mut stacks = CallTree::default();
        let place = |module, address| CodeAddress::InModule { module, address, lookup: Lookup::Instruction };
        let main = stacks.child(None, place(0, 1));
        let leaf = stacks.child(Some(main), place(1, address));
        let module = |path: &str| Module { path: path.into(), identity: FileIdentity::default() };
        Recording {
            sampler: Sampler {
                rung: Rung::ClockUser,
                refused: Vec::new(),
                event: SamplingEvent::CpuClock,
                asked_hz: 100.0,
                reached_hz: None,
                cpu_s: Some(0.05),
                system_s: Some(0.01),
                samples: 4,
                lost: 1,
                truncated: 0,
                unsymbolised: 0,
                stack_bytes: 512,
                stack_steps: vec![StackStep { stack_bytes: 512, samples: 4, cut_off: 1, kept: true }],
                stopped_s: None,
            },
            modules: files.map(module).to_vec(),
            threads: vec![Thread { process: 1, thread: 1, name: "main".into() }],
            stacks,
            blocks: TimeBlocks { count: 3, width_s: 0.1 },
            samples: vec![SampleRun { node: leaf, thread: 0, block: 2, count: 4 }],
        }
    }

    #[test]
    fn joined_recordings_share_stacks_and_files_and_add_what_they_counted() {
        let mut whole = recording(["program", "liba"], 7);
        whole.join(recording(["liba", "program"], 7));
        whole.join(recording(["program", "liba"], 7));
        assert_eq!(whole.modules.len(), 2);
        assert_eq!(whole.modules[1].path, Path::new("liba"));
        assert_eq!(whole.stacks.nodes().len(), 4, "the stacks of the first and the third are the same");
        assert_eq!((whole.sampler.samples, whole.sampler.lost, whole.blocks.count), (12, 3, 9));
        let step = StackStep { stack_bytes: 512, samples: 12, cut_off: 3, kept: true };
        assert_eq!(whole.sampler.stack_steps, [step]);
        assert!((whole.sampler.reached_hz.unwrap() - 80.0).abs() < 1e-9);
        let places: Vec<(u32, u32)> = whole.samples.iter().map(|run| (run.thread, run.block)).collect();
        assert_eq!(places, [(0, 2), (1, 5), (2, 8)]);
        assert_eq!(whole.samples[0].node, whole.samples[2].node);
    }
}
