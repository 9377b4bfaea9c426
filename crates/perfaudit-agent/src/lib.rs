//! The library that perfaudit preloads into targets, and the reader of what it writes.
//!
//! The library itself is in the folder `agent`: `no_std` source without dependencies, compiled by the build script and
//! embedded here. [`Agent`] puts it and the file that both share into a folder, and hands out what it wrote.

mod detour;
mod heap;
mod heap_file;
mod heap_layout;
mod layout;
mod preload;
mod ring;
mod shared;

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::num::NonZeroU32;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use detour::{AllocatorFunction, Detour};
pub use heap::{
    HeapCounts, HeapFrame, HeapGaps, HeapModule, HeapNode, HeapSample, HeapStack, ProcessHeap, SampledTotals,
};
pub use heap_file::live_bytes;
pub use preload::{NotPreloadable, Preloadable};
pub use ring::{Counters, Record, StackSample};
use shared::SharedFile;

/// The name of the library that is preloaded, by which its code is told from that of a target.
pub const LIBRARY_NAME: &str = "libperfaudit_agent.so";

/// The preloaded library; none where it cannot be built for this platform.
#[cfg(has_agent)]
const LIBRARY: Option<&[u8]> = Some(include_bytes!(concat!(env!("OUT_DIR"), "/libperfaudit_agent.so")));
#[cfg(not(has_agent))]
const LIBRARY: Option<&[u8]> = None;

/// What the agent does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// It samples where threads spend CPU time.
    Sample(Sampling),
    /// It counts allocations by stack.
    CountAllocations,
    /// It counts a part of the allocations by stack, to estimate the rest.
    SampleAllocations(AllocationSampling),
}

/// How allocations are sampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AllocationSampling {
    /// Bytes between two that are struck, on average: a block is sampled when one of its bytes is.
    pub mean_bytes: NonZeroU32,
    /// What random numbers start from.
    pub seed: u64,
}

/// How the agent samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sampling {
    /// CPU time of a thread between two samples.
    pub period: Duration,
    /// How much of the stack a sample holds, in bytes.
    pub stack_bytes: u32,
    /// How many samples may wait to be read.
    pub waiting: u32,
}

/// Why the agent cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// There is no library for this platform.
    #[error(
        "there is no preloaded sampler for this platform: it exists for Linux with glibc, x86-64 and aarch64"
    )]
    Unsupported,
    /// A file that the agent wrote cannot be read.
    #[error("cannot read what was counted in {path}: {source}; measure again")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said, or what is wrong.
        source: io::Error,
    },
    /// The process ended before it counted anything, or the system refused it the memory to count.
    #[error("{path} holds nothing: its process ended as it started")]
    Unfinished {
        /// The file.
        path: PathBuf,
    },
    /// A file cannot be written.
    #[error("cannot write the agent's file {path}: {source}; give the folder room and rights")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// A library to preload and the file that it shares with this process.
#[derive(Debug)]
pub struct Agent {
    folder: PathBuf,
    library: PathBuf,
    shared_path: PathBuf,
    shared: SharedFile,
}

impl Agent {
    /// Whether there is a library for this platform.
    #[must_use]
    pub fn is_supported() -> bool {
        LIBRARY.is_some()
    }

    /// Puts the library and the shared file into `folder`, which must exist and be readable and writable for the target.
    ///
    /// # Errors
    /// When there is no library for this platform, or a file cannot be written.
    pub fn prepare(folder: &Path, task: Task) -> Result<Self, AgentError> {
        let bytes = LIBRARY.ok_or(AgentError::Unsupported)?;
        let library = folder.join(LIBRARY_NAME);
        let shared_path = folder.join("agent.shared");
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| AgentError::Write { path, source }
        };
        create(&library, 0o755).and_then(|mut file| file.write_all(bytes)).map_err(failed(&library))?;
        let shared = create(&shared_path, 0o666)
            .and_then(|file| SharedFile::make(&file, task, folder))
            .map_err(failed(&shared_path))?;
        Ok(Self { folder: folder.to_owned(), library, shared_path, shared })
    }

    /// Lets the agent take over functions of this program, whose path is free of links; before it starts. Answers false
    /// where they do not fit.
    #[must_use]
    pub fn take_over(&self, program: &Path, detours: &[Detour]) -> bool {
        self.shared.take_over(program, detours)
    }

    /// The variables of the environment that make a target load the library. An `LD_PRELOAD` that the target has
    /// already, given as `preloaded`, is kept.
    #[must_use]
    pub fn environment(
        &self,
        preloaded: Option<&std::ffi::OsStr>,
    ) -> [(&'static str, std::ffi::OsString); 2] {
        let mut preload = self.library.clone().into_os_string();
        if let Some(others) = preloaded.filter(|others| !others.is_empty()) {
            preload.push(":");
            preload.push(others);
        }
        [("LD_PRELOAD", preload), (layout::FILE_VARIABLE, self.shared_path.clone().into_os_string())]
    }

    /// Hands out every record that waits, in the order they were made; answers how many.
    ///
    /// A writer that was ended while it wrote holds up those behind it: once `is_over` says that all writers are gone,
    /// what it left unfinished is counted as lost and passed over.
    pub fn read(&self, is_over: bool, each: &mut dyn FnMut(Record<'_>)) -> u64 {
        self.shared.read(is_over, each)
    }

    /// The files in which processes count their allocations, in no order: one for each process and each program that it
    /// became.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn heap_files(&self) -> Result<Vec<PathBuf>, AgentError> {
        let failed = |source| AgentError::Read { path: self.folder.clone(), source };
        let mut files = Vec::new();
        for entry in std::fs::read_dir(&self.folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            if entry.file_name().to_string_lossy().starts_with("heap.") {
                files.push(entry.path());
            }
        }
        Ok(files)
    }

    /// What the agent counted so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.shared.counters()
    }
}

fn create(path: &Path, mode: u32) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create_new(true).mode(mode).open(path)
}
