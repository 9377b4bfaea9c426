//! Running a command with the preloaded library that counts its allocations.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::sys::statvfs::{FsFlags, statvfs};
use perfaudit_agent::{Agent, AgentError, AllocationSampling, ProcessHeap, Task};
use perfaudit_exec::{Command, Ending, Finished, Interrupt, OutputLine, RunError};
use tempfile::TempDir;

use crate::allocator::bypassed;
use crate::route::{Refusal, look, route};
use crate::stacks::Stacks;

/// What a run allocated.
#[derive(Debug)]
pub struct Counted {
    /// The stacks of all its processes.
    pub stacks: Stacks,
    /// Programs among its processes whose allocations could not be seen, each with the reason.
    pub unseen: Vec<String>,
    /// Libraries that bring an allocator of their own, so that some allocations may not have been seen.
    pub bypassed: Vec<String>,
    /// How the command ended, and what it used while it was counted.
    pub finished: Finished,
    /// The room that the files of the count took, in bytes.
    pub written_bytes: u64,
}

/// Why nothing was counted.
#[derive(Debug, thiserror::Error)]
pub enum CountError {
    /// The program's allocations cannot be seen.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The preloaded library cannot be used.
    #[error(transparent)]
    Agent(#[from] AgentError),
    /// The command could not be started.
    #[error(transparent)]
    Run(#[from] RunError),
    /// There is no folder for what is counted.
    #[error("cannot make a folder for what is counted: {0}; give the run directory room")]
    Folder(std::io::Error),
    /// The library was not loaded, or saw nothing.
    #[error(
        "{program} did not load the library that counts: it may be started with file capabilities, clear its environment, or run in another mount namespace"
    )]
    NotLoaded {
        /// The program.
        program: PathBuf,
    },
    /// It was loaded, and nothing was allocated through it.
    #[error(
        "{program} allocated nothing through the C library: it has an allocator of its own, whose names are stripped, or allocates nothing; build it with symbols and the system's allocator"
    )]
    Nothing {
        /// The program.
        program: PathBuf,
    },
    /// It was stopped.
    #[error("interrupted")]
    Interrupted,
    /// It ran for too long.
    #[error("it did not end in its time while its allocations were counted: give it more with `--timeout`")]
    TimedOut,
}

/// Counted files are kept in memory where this much of it is free for files.
const LEAST_ROOM: u64 = 2 << 30;
/// The file system that the system keeps in memory.
const IN_MEMORY: &str = "/dev/shm";

/// Runs a command to its end and counts what it and all processes that come from it allocate. `scratch` is where a folder
/// is made for the time of the run if there is no room in memory; `observe` sees each line that is printed. The
/// command's own failure is no error: see [`Finished::ending`].
///
/// # Errors
/// Why its allocations cannot be counted; where that is seen beforehand it was not run.
pub fn count(
    command: &Command,
    scratch: &Path,
    interrupt: &Interrupt,
    observe: &mut dyn FnMut(OutputLine<'_>),
) -> Result<Counted, CountError> {
    run(Task::CountAllocations, command, scratch, interrupt, observe)
}

/// The same, but only a part of the allocations is counted by stack, at a small cost: stacks hold estimates, see
/// [`estimates`](crate::estimates), and what is in all is in [`Stacks::sampled`].
///
/// # Errors
/// As [`count`].
pub fn sample(
    sampling: AllocationSampling,
    command: &Command,
    scratch: &Path,
    interrupt: &Interrupt,
    observe: &mut dyn FnMut(OutputLine<'_>),
) -> Result<Counted, CountError> {
    run(Task::SampleAllocations(sampling), command, scratch, interrupt, observe)
}

fn run(
    task: Task,
    command: &Command,
    scratch: &Path,
    interrupt: &Interrupt,
    observe: &mut dyn FnMut(OutputLine<'_>),
) -> Result<Counted, CountError> {
    let program = route(command)?;
    let folder = folder(scratch).map_err(CountError::Folder)?;
    let agent = Agent::prepare(folder.path(), task)?;
    let own = command.environment().find(|(name, _)| *name == "LD_PRELOAD");
    let preloaded = own.map(|(_, value)| value.to_owned()).or_else(|| std::env::var_os("LD_PRELOAD"));
    let mut counted = command.clone();
    for (name, value) in agent.environment(preloaded.as_deref()) {
        counted = counted.env(name, value);
    }
    let written = || used(folder.path());
    let before = written();
    let finished = perfaudit_exec::run(&counted, interrupt, observe)?;
    match finished.ending {
        Ending::Interrupted => return Err(CountError::Interrupted),
        Ending::TimedOut => return Err(CountError::TimedOut),
        Ending::Exited(_) | Ending::Signalled(_) => {}
    }
    let files = agent.heap_files()?;
    if files.is_empty() {
        return Err(CountError::NotLoaded { program });
    }
    let mut heaps = Vec::with_capacity(files.len());
    let mut unfinished = 0;
    for file in &files {
        match ProcessHeap::read(file) {
            Ok(heap) => heaps.push(heap),
            Err(AgentError::Unfinished { .. }) => unfinished += 1,
            Err(error) => return Err(error.into()),
        }
    }
    let mut stacks = Stacks::of(heaps);
    stacks.gaps.refused_processes = agent.counters().refused_heaps + unfinished;
    let count = stacks.sampled.map_or_else(|| stacks.totals().count, |totals| totals.count);
    if count == 0 {
        return Err(CountError::Nothing { program });
    }
    let unseen = unseen(&stacks);
    let programs: BTreeSet<&Path> =
        stacks.processes.iter().map(|process| process.program.as_path()).collect();
    let modules = stacks.modules.iter().map(|module| module.path.as_path());
    let libraries = modules.filter(|path| !programs.contains(path) && !path.starts_with(folder.path()));
    let bypassed = bypassed(libraries);
    let written_bytes = written().saturating_sub(before);
    Ok(Counted { stacks, unseen, bypassed, finished, written_bytes })
}

/// Programs whose allocations could not be seen, and those that allocated nothing in any of their processes: nearly
/// every program allocates something as it starts.
fn unseen(stacks: &Stacks) -> Vec<String> {
    let mut programs: BTreeMap<&Path, u64> = BTreeMap::new();
    for process in &stacks.processes {
        *programs.entry(&process.program).or_default() += process.blocks;
    }
    let why = |(program, count): (&Path, u64)| match look(program) {
        // A program that is gone or was replaced since was there when it was counted.
        Err(Refusal::Unreadable { .. } | Refusal::NotElf { .. }) if count > 0 => None,
        Err(refusal) => Some(refusal.to_string()),
        Ok(()) if count > 0 => None,
        Ok(()) => Some(CountError::Nothing { program: program.to_owned() }.to_string()),
    };
    programs.into_iter().filter_map(why).collect()
}

/// The room that the files of a folder take, in bytes; they are sparse.
fn used(folder: &Path) -> u64 {
    const BLOCK: u64 = 512;
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    files.filter_map(|file| file.metadata().ok()).map(|file| file.blocks() * BLOCK).sum()
}

/// A folder from which a library can be loaded, in memory if there is room.
fn folder(scratch: &Path) -> std::io::Result<TempDir> {
    let has_room = statvfs(IN_MEMORY).is_ok_and(|system| {
        let free = system.blocks_available().saturating_mul(system.fragment_size());
        free >= LEAST_ROOM && !system.flags().intersects(FsFlags::ST_NOEXEC | FsFlags::ST_RDONLY)
    });
    let make = |folder: &Path| tempfile::Builder::new().prefix("perfaudit-heap-").tempdir_in(folder);
    match has_room.then(|| make(Path::new(IN_MEMORY))) {
        Some(Ok(folder)) => Ok(folder),
        _ => make(scratch),
    }
}
