//! Which processes and threads there are, what they have mapped, what they are called.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use perfaudit_result::Thread;

use super::proc::{self, Mapped};
use super::source::{Content, Mapping, Task};
use crate::unwind::{Maps, Unwinder};

/// The processes and threads of a recording at one moment of it.
#[derive(Default)]
pub(super) struct Processes {
    live: HashMap<u32, Process>,
    /// Those that have samples, also when they have ended.
    recorded: Vec<Thread>,
    /// Whether the system knows nothing of them any more.
    are_past: bool,
}

#[derive(Default)]
struct Process {
    /// Shared with the process that it was forked from until one of them maps something.
    maps: Arc<Maps>,
    /// When the system may be asked again what is mapped.
    asked: Asked,
    threads: HashMap<u32, ThreadState>,
}

/// When the system may be asked again, and the pause before that.
#[derive(Clone, Copy)]
struct Asked {
    again_ns: u64,
    pause_ns: u64,
}

impl Asked {
    const PAUSE_NS: u64 = 5_000_000;
}

impl Default for Asked {
    fn default() -> Self {
        Self { again_ns: 0, pause_ns: Self::PAUSE_NS }
    }
}

#[derive(Default, Clone)]
struct ThreadState {
    name: Option<Arc<str>>,
    /// Its place among the recorded threads.
    recorded: Option<u32>,
}

impl Processes {
    /// Those of a recording that was made earlier: the system is not asked about them.
    pub(super) fn of_the_past() -> Self {
        Self { are_past: true, ..Self::default() }
    }

    /// A thread began.
    pub(super) fn fork(&mut self, child: Task, parent: Task) {
        let from = self.live.get(&parent.process);
        let name = from
            .and_then(|process| process.threads.get(&parent.thread))
            .and_then(|thread| thread.name.clone());
        if child.process != parent.process {
            let maps = from.map(|process| Arc::clone(&process.maps)).unwrap_or_default();
            self.live.insert(child.process, Process { maps, ..Process::default() });
        }
        let state = ThreadState { name, recorded: None };
        self.live.entry(child.process).or_default().threads.insert(child.thread, state);
    }

    /// A process has a new program. Its samples from now on are those of another thread in the recording.
    pub(super) fn exec(&mut self, task: Task, name: &str) {
        let mut process = Process::default();
        process.threads.insert(task.thread, ThreadState { name: Some(name.into()), recorded: None });
        self.live.insert(task.process, process);
    }

    /// A thread has a name.
    pub(super) fn name(&mut self, task: Task, name: &str) {
        let thread = self.live.entry(task.process).or_default().threads.entry(task.thread).or_default();
        thread.name = Some(name.into());
        if let Some(recorded) = thread.recorded {
            name.clone_into(&mut self.recorded[recorded as usize].name);
        }
    }

    /// A thread ended. Its process is forgotten with the last one.
    pub(super) fn exit(&mut self, task: Task) {
        if let Some(process) = self.live.get_mut(&task.process) {
            process.threads.remove(&task.thread);
            if process.threads.is_empty() {
                self.live.remove(&task.process);
            }
        }
    }

    /// Code was mapped.
    pub(super) fn map(&mut self, process: u32, mapping: &Mapping<'_>, unwinder: &mut Unwinder) {
        let region = unwinder.region(process, mapping.start, mapping.content);
        let known = self.live.entry(process).or_default();
        let end = mapping.start.saturating_add(mapping.length);
        Arc::make_mut(&mut known.maps).insert(mapping.start, end, region);
    }

    /// The place of a thread among the recorded ones, and what its process has mapped. Of a process that nobody told
    /// of, the system is asked.
    pub(super) fn sampled(&mut self, task: Task, unwinder: &mut Unwinder) -> (u32, Arc<Maps>) {
        if !self.are_past && !self.live.contains_key(&task.process) {
            self.look_up(task.process, unwinder);
        }
        let are_past = self.are_past;
        let process = self.live.entry(task.process).or_default();
        let thread = process.threads.entry(task.thread).or_default();
        let recorded = *thread.recorded.get_or_insert_with(|| {
            let place = u32::try_from(self.recorded.len()).expect("fewer than 2^32 threads have samples");
            let name = match &thread.name {
                Some(name) => name.to_string(),
                None if are_past => String::new(),
                None => proc::thread_name(task).unwrap_or_default(),
            };
            self.recorded.push(Thread { process: task.process, thread: task.thread, name });
            place
        });
        (recorded, Arc::clone(&process.maps))
    }

    /// Takes what the system knows of a process that was there before us.
    pub(super) fn look_up(&mut self, process: u32, unwinder: &mut Unwinder) {
        self.live.entry(process).or_default();
        self.map_all(process, proc::executable_mappings(process), unwinder);
    }

    /// Takes what a process has mapped.
    pub(super) fn map_all(
        &mut self,
        process: u32,
        all: impl IntoIterator<Item = Mapped>,
        unwinder: &mut Unwinder,
    ) {
        for mapped in all {
            let name = PathBuf::from(mapped.name);
            let content = Content::of_name(&name, mapped.offset, Some(mapped.inode));
            let mapping = Mapping { start: mapped.start, length: mapped.end - mapped.start, content };
            self.map(process, &mapping, unwinder);
        }
    }

    /// Whether the system is to be asked what a process has mapped, because a stack leads to where nothing is known.
    /// Most such stacks are damaged and asking does not help, so each time in vain doubles the pause.
    pub(super) fn may_ask(&mut self, process: u32, now_ns: u64) -> bool {
        self.live.get(&process).is_none_or(|known| now_ns >= known.asked.again_ns)
    }

    /// What came of asking.
    pub(super) fn asked(&mut self, process: u32, now_ns: u64, helped: bool) {
        if let Some(known) = self.live.get_mut(&process) {
            let pause = if helped { Asked::PAUSE_NS } else { known.asked.pause_ns.saturating_mul(2) };
            known.asked = Asked { again_ns: now_ns.saturating_add(pause), pause_ns: pause };
        }
    }

    /// The threads that have samples.
    pub(super) fn into_recorded(self) -> Vec<Thread> {
        self.recorded
    }
}
