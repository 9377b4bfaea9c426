//! Running a command with the preloaded library that counts its allocations.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::sys::statvfs::{FsFlags, statvfs};
use perfaudit_agent::{Agent, AgentError, AllocationSampling, ProcessHeap, Task};
use perfaudit_exec::{Command, Ending, Finished, Interrupt, OutputLine, RunError};
use tempfile::TempDir;

use crate::allocator::bypassed;
use crate::route::{Refusal, Route, look, route};
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
    /// The room that the files of the count took when the program ended, in bytes: shared memory, or where there is too
    /// little of it a folder on a disk. They only grow, and are removed once they are read.
    pub held_bytes: u64,
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
    /// The functions of its own allocator could not be taken over.
    #[error(
        "the allocator that is linked into {program} could not be taken over: the system does not let code be changed in memory (as SELinux without `execmod`), or the program started as another file; build it with the system's allocator"
    )]
    NotTakenOver {
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
    let Route { program, own } = route(command)?;
    let folder = folder(scratch).map_err(CountError::Folder)?;
    let agent = Agent::prepare(folder.path(), task)?;
    let detours = own.as_ref().map_or(&[][..], |own| &own.detours);
    if !agent.take_over(&program, detours) {
        return Err(CountError::NotTakenOver { program });
    }
    let preloaded = command.environment().find(|(name, _)| *name == "LD_PRELOAD");
    let preloaded = preloaded.map(|(_, value)| value.to_owned()).or_else(|| std::env::var_os("LD_PRELOAD"));
    let mut counted = command.clone();
    for (name, value) in agent.environment(preloaded.as_deref()) {
        counted = counted.env(name, value);
    }
    let held = || used(folder.path());
    let before = held();
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
    // The first process is the program: it has the functions that are taken over, if any process has.
    if !detours.is_empty() && !heaps.iter().any(|heap| heap.is_detoured) {
        return Err(CountError::NotTakenOver { program });
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
    let held_bytes = held().saturating_sub(before);
    Ok(Counted { stacks, unseen, bypassed, finished, held_bytes })
}

/// Programs whose allocations could not be seen, and those that allocated nothing in any of their processes: nearly
/// every program allocates something as it starts.
fn unseen(stacks: &Stacks) -> Vec<String> {
    /// What the processes of a program say together.
    struct OfProgram {
        blocks: u64,
        is_detoured: bool,
    }
    let mut programs: BTreeMap<&Path, OfProgram> = BTreeMap::new();
    for process in &stacks.processes {
        let nothing = OfProgram { blocks: 0, is_detoured: true };
        let of_program = programs.entry(&process.program).or_insert(nothing);
        of_program.blocks += process.blocks;
        of_program.is_detoured &= process.is_detoured;
    }
    let why = |(program, told): (&Path, OfProgram)| match look(program) {
        // A program that is gone or was replaced since was there when it was counted.
        Err(Refusal::Unreadable { .. } | Refusal::NotElf { .. }) if told.blocks > 0 => None,
        Err(refusal) => Some(refusal.to_string()),
        Ok(Some(own)) if !told.is_detoured => {
            let program = program.display();
            let allocator = own.name.map_or_else(|| "a `malloc` of its own".to_owned(), str::to_owned);
            Some(format!(
                "{program} holds {allocator}, which is taken over in the program that is started first only: count it alone"
            ))
        }
        Ok(_) if told.blocks > 0 => None,
        Ok(_) => Some(CountError::Nothing { program: program.to_owned() }.to_string()),
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
