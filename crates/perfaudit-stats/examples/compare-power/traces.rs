//! The recorded processes: see `testdata/pairs/README.md`.

use std::path::{Path, PathBuf};

/// What a recorded number counts: ten-thousandths of a natural logarithm.
const STEP: f64 = 1e-4;

/// Where processes were recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// On a cloud machine; published by the author of tango.
    Published,
    /// Among other work that had the processors most of the time.
    Busy,
    /// Among even more of it, with priority.
    Priority,
    /// Among even more of it.
    Later,
}

impl Source {
    pub(crate) const ALL: [Self; 4] = [Self::Published, Self::Busy, Self::Priority, Self::Later];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Published => "AWS t3.micro (published traces of tango)",
            Self::Busy => "2 cores with other work, load 11 to 14",
            Self::Priority => "2 cores with other work, load 14 to 15, priority for the measured",
            Self::Later => "2 cores with other work, load 15 to 22",
        }
    }

    fn folder(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Busy => "busy",
            Self::Priority => "priority",
            Self::Later => "later",
        }
    }

    /// How many numbers of each process were kept: all its batches, or the one that stands for them.
    pub(crate) fn batches(self) -> usize {
        match self {
            Self::Busy => 7,
            Self::Published | Self::Priority | Self::Later => 1,
        }
    }
}

/// One process: for each batch the logarithm of the time of an iteration, up to a constant of the benchmark.
pub(crate) type Process = Vec<f64>;

/// Processes of a benchmark, in the order they ran.
#[derive(Debug)]
pub(crate) struct Trace {
    pub(crate) benchmark: String,
    pub(crate) processes: Vec<Process>,
}

/// The logarithm of the median batch.
pub(crate) fn median(process: &Process) -> f64 {
    let mut sorted = process.clone();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

pub(crate) fn recorded(source: Source) -> Vec<Trace> {
    let read = |path: PathBuf| Trace {
        benchmark: name(&path),
        processes: numbers(&path).chunks_exact(source.batches()).map(<[f64]>::to_vec).collect(),
    };
    files(source.folder()).into_iter().map(read).collect()
}

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/pairs").join(folder);
    let entries = std::fs::read_dir(&folder).expect("the recorded processes lie in the repository");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    files.sort();
    files
}

fn name(path: &Path) -> String {
    path.file_stem().expect("a file has a name").to_string_lossy().into_owned()
}

/// Little-endian 16-bit numbers as logarithms.
fn numbers(path: &Path) -> Vec<f64> {
    let bytes = std::fs::read(path).expect("a readable file");
    bytes.chunks_exact(2).map(|two| f64::from(u16::from_le_bytes([two[0], two[1]])) * STEP).collect()
}
