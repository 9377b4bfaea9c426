//! What valgrind's DHAT counts.

use std::collections::BTreeMap;
use std::path::Path;

use perfaudit_exec::{Command, Interrupt, run};
use serde::Deserialize;

use super::Told;
use crate::error::TaskError;

/// The file that DHAT writes for a process: version 2, as `dh_view.js` of valgrind reads it.
#[derive(Debug, Deserialize)]
struct Profile {
    pps: Vec<Point>,
    ftbl: Vec<String>,
}

/// A stack: `tb` bytes in `tbk` blocks, frames from the innermost outwards.
#[derive(Debug, Deserialize)]
struct Point {
    tb: u64,
    tbk: u64,
    fs: Vec<usize>,
}

/// What a command allocated, in all its processes.
#[derive(Debug, Default)]
pub(super) struct Counted {
    pub(super) total: Told,
    /// In the process with most blocks.
    pub(super) largest: Told,
    /// By the function that called the allocator.
    pub(super) callers: BTreeMap<String, Told>,
}

/// Runs a command under DHAT with all that it starts. `folder` gets a file for each process.
pub(super) fn count(words: &[&str], folder: &Path) -> Result<Counted, TaskError> {
    let folder = tempfile::tempdir_in(folder).map_err(TaskError::file(folder))?;
    let out = format!("--dhat-out-file={}", folder.path().join("%p").display());
    let options = ["--tool=dhat", "--trace-children=yes", out.as_str()];
    let command = Command::new("valgrind").args(options).args(words);
    let finished = run(&command, &Interrupt::new(), &mut |_| {})
        .map_err(|error| TaskError::Failed(error.to_string()))?;
    let mut counted = Counted::default();
    for file in std::fs::read_dir(folder.path()).map_err(TaskError::file(folder.path()))? {
        let path = file.map_err(TaskError::file(folder.path()))?.path();
        let text = std::fs::read(&path).map_err(TaskError::file(&path))?;
        let profile: Profile =
            serde_json::from_slice(&text).map_err(TaskError::json(path.display().to_string()))?;
        let mut process = Told::default();
        for point in &profile.pps {
            let told = Told { blocks: point.tbk, bytes: point.tb };
            process.add(told);
            counted.callers.entry(caller(&profile, point)).or_default().add(told);
        }
        counted.total.add(process);
        if process.blocks > counted.largest.blocks {
            counted.largest = process;
        }
    }
    if counted.total.blocks == 0 {
        return Err(TaskError::Failed(format!("DHAT counted nothing:\n{}", finished.stderr.text())));
    }
    Ok(counted)
}

/// The first function that is not DHAT's own: `0x4848899: malloc (in .../vgpreload_dhat-amd64-linux.so)`.
fn caller(profile: &Profile, point: &Point) -> String {
    let frames = point.fs.iter().filter_map(|&frame| profile.ftbl.get(frame));
    let of_program = frames.map(String::as_str).find(|frame| !frame.contains("vgpreload_dhat"));
    let name = of_program.and_then(|frame| frame.split_once(": ")).map_or("[root]", |(_, name)| name);
    let name = name.rsplit_once(" (").map_or(name, |(name, _)| name);
    name.split("@@").next().unwrap_or(name).to_owned()
}
