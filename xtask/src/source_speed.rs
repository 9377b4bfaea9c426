//! One million lines of Rust through the scan of `perfaudit source`, cold and with a warm cache.
//!
//! The lines are those of this checkout, again and again, each copy with a line of its own in front, so that no two files
//! are the same. The example `scan_speed` of `perfaudit-source` reads them, optimised and in a process of its own.

use std::process::Command;

use clap::Args;

use crate::error::TaskError;
use crate::{child, say, workspace};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// How many lines
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    lines: usize,
    /// How many scans with a warm cache
    #[arg(long, value_name = "N", default_value_t = 5)]
    warm: usize,
}

/// What a million lines may take on two cores.
const COLD_S: f64 = 2.0;
/// What they may take when nothing has changed.
const WARM_S: f64 = 0.2;

pub(crate) fn run(arguments: &Arguments) -> Result<(), TaskError> {
    let program = child::release_example("perfaudit-source", "scan_speed")?;
    let folder = tempfile::tempdir().map_err(TaskError::file(&std::env::temp_dir()))?;
    let project = folder.path().join("project");
    let written = write(&project, arguments.lines)?;
    let cache = folder.path().join("cache.json");
    let scan = || -> Result<Told, TaskError> {
        let text = child::stdout(Command::new(&program).arg(&project).arg(&cache))?;
        Told::read(&text).ok_or_else(|| TaskError::Failed(format!("the example told no times: {text}")))
    };
    let cold = scan()?;
    let warm: Vec<Told> = (0..arguments.warm).map(|_| scan()).collect::<Result<_, _>>()?;
    let median = |of: fn(&Told) -> f64| {
        let mut all: Vec<f64> = warm.iter().map(of).collect();
        all.sort_by(f64::total_cmp);
        all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
    };
    #[expect(clippy::cast_precision_loss, reason = "nobody scans 2^53 lines")]
    let millions = written as f64 / 1e6;
    let row = |name: &str, wall: f64, cpu: f64, goal: f64| {
        let ratio = wall / (goal * millions);
        say(&format!(
            "{name}: {wall:.3} s wall, {cpu:.2} s CPU, {ratio:.2} of the {goal} s for a million lines"
        ));
    };
    say(&format!("{written} lines in {} files", cold.files));
    row("cold", cold.wall_s, cold.cpu_s, COLD_S);
    row("warm", median(|told| told.wall_s), median(|told| told.cpu_s), WARM_S);
    match warm.iter().find(|told| told.misses > 0) {
        Some(told) => {
            Err(TaskError::Failed(format!("{} files were read again with a warm cache", told.misses)))
        }
        None => Ok(()),
    }
}

/// Writes files until there are so many lines; tells how many there are.
fn write(project: &std::path::Path, lines: usize) -> Result<usize, TaskError> {
    let sources: Vec<_> =
        workspace::text_files()?.into_iter().filter(|file| file.path.ends_with(".rs")).collect();
    let mut written = 0;
    for copy in 0.. {
        for file in &sources {
            if written >= lines || sources.is_empty() {
                return Ok(written);
            }
            workspace::write(
                &project.join(format!("copy-{copy}")).join(&file.path),
                &format!("// Copy {copy}.\n{}", file.text),
            )?;
            written += file.text.lines().count() + 1;
        }
    }
    Ok(written)
}

/// What one scan told.
struct Told {
    files: u64,
    misses: u64,
    wall_s: f64,
    cpu_s: f64,
}

impl Told {
    fn read(text: &str) -> Option<Self> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let value = |name: &str| words.iter().position(|word| *word == name).and_then(|at| words.get(at + 1));
        Some(Self {
            files: value("files")?.parse().ok()?,
            misses: value("misses")?.parse().ok()?,
            wall_s: value("wall_s")?.parse().ok()?,
            cpu_s: value("cpu_s")?.parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_scan_tells_is_read_by_its_names() {
        let told = Told::read("lines 10 files 2 hits 0 misses 2 wall_s 0.120 cpu_s 0.20\n").unwrap();
        assert_eq!((told.files, told.misses, told.wall_s, told.cpu_s), (2, 2, 0.12, 0.2));
        assert!(Told::read("lines 10").is_none());
    }
}
