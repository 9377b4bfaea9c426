//! The three tools, each called as its users call it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use perfaudit_exec::CpuTime;
use perfaudit_result::{AuditResult, BinarySize, Ir, StageName};
use serde::{Deserialize, Serialize};

use super::{Part, version};
use crate::error::TaskError;
use crate::{child, complain, workspace};

/// The tools, and what they are used on.
pub(super) struct Tools {
    pub(super) perfaudit: PathBuf,
    pub(super) bloat: PathBuf,
    pub(super) llvm_lines: PathBuf,
    /// The name of the program.
    pub(super) bin: String,
    /// Where builds go.
    pub(super) folder: PathBuf,
    pub(super) project: PathBuf,
}

/// What a tool printed, and what it took.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Said {
    text: String,
    pub(super) taken: Taken,
}

/// What a tool took, with all that it started.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Taken {
    pub(super) wall_s: f64,
    pub(super) cpu_s: f64,
}

/// What perfaudit says.
pub(super) struct Ours {
    pub(super) ir: Ir,
    pub(super) size_stage: Taken,
    pub(super) ir_stage: Taken,
}

/// What cargo-bloat says of crates.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct BloatCrates {
    pub(super) text_section_size: u64,
    pub(super) crates: Vec<BloatCrate>,
}

#[derive(Debug, Deserialize)]
pub(super) struct BloatCrate {
    pub(super) name: String,
    pub(super) size: u64,
}

#[derive(Debug, Deserialize)]
struct BloatFunctions {
    functions: Vec<BloatFunction>,
}

/// What cargo-bloat says of a function.
#[derive(Debug, Deserialize)]
pub(super) struct BloatFunction {
    #[serde(rename = "crate")]
    pub(super) package: Option<String>,
    pub(super) name: String,
    pub(super) size: u64,
}

/// What cargo-llvm-lines says in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lines {
    pub(super) lines: u64,
    pub(super) copies: u64,
}

impl Tools {
    /// How many packages are compiled for the program.
    pub(super) fn crates(&self) -> Result<usize, TaskError> {
        let arguments = ["tree", "--locked", "--edges", "no-dev", "--prefix", "none", "--format", "{p}"];
        let tree = child::stdout(child::cargo().args(arguments).current_dir(&self.project))?;
        let packages: BTreeSet<&str> =
            tree.lines().map(|line| line.trim_end_matches(" (*)")).filter(|line| !line.is_empty()).collect();
        Ok(packages.len())
    }

    /// What is compared.
    pub(super) fn versions(&self) -> Result<String, TaskError> {
        let perfaudit = version(&self.perfaudit, &["--version"])?;
        let bloat = version(&self.bloat, &["bloat", "--version"])?;
        let lines = version(&self.llvm_lines, &["llvm-lines", "--version"])?;
        Ok(format!("{perfaudit}, cargo-bloat {bloat}, {lines}"))
    }

    /// What a tool says now, or said when it was asked last.
    pub(super) fn asked(&self, part: Part, is_asked: bool) -> Result<Option<Said>, TaskError> {
        let file = self.folder.join(format!("said-by-{part:?}.json"));
        if is_asked {
            complain(&format!("{part:?}"));
            let said = self.ask(part)?;
            let text = serde_json::to_string(&said).map_err(TaskError::json("what a tool said"))?;
            workspace::write(&file, &text)?;
            return Ok(Some(said));
        }
        let Ok(text) = std::fs::read_to_string(&file) else { return Ok(None) };
        serde_json::from_str(&text).map(Some).map_err(TaskError::json(file.display().to_string()))
    }

    fn ask(&self, part: Part) -> Result<Said, TaskError> {
        let mut command = match part {
            Part::Ours => {
                let out = self.folder.join("run");
                empty(&out)?;
                empty(&self.project.join("target"))?;
                let mut command = Command::new(&self.perfaudit);
                command.args(["size", "--ir", "--offline", "--format", "json", "--out"]);
                command.arg(&out).arg(&self.project);
                command
            }
            Part::Crates | Part::Functions => {
                let target = self.target("bloat");
                let mut command = Command::new(&self.bloat);
                command
                    .args(["bloat", "--release", "--locked", "--bin", &self.bin, "-n", "0"])
                    .args(["--split-std", "--message-format", "json"])
                    .current_dir(&self.project)
                    .env("CARGO_TARGET_DIR", &target);
                // Functions are asked of the build that crates were asked of.
                if part == Part::Crates {
                    empty(&target)?;
                    command.arg("--crates");
                }
                command
            }
            Part::Lines => {
                empty(&self.target("lines"))?;
                let mut command = Command::new(&self.llvm_lines);
                command
                    .args(["llvm-lines", "--release", "--locked", "--bin", &self.bin])
                    .current_dir(&self.project)
                    .env("CARGO_TARGET_DIR", self.target("lines"));
                command
            }
        };
        command.env("CARGO_PROFILE_RELEASE_STRIP", "none").env("CARGO_NET_OFFLINE", "true");
        // What perfaudit's exit code says of the project, as that it has no benchmarks, is no fault here.
        let (finished, taken) = timed(|| child::output(&mut command))?;
        let text = String::from_utf8_lossy(&finished.stdout).into_owned();
        if text.trim().is_empty() {
            let said = String::from_utf8_lossy(&finished.stderr).trim().to_owned();
            let program = command.get_program().to_string_lossy().into_owned();
            return Err(TaskError::Ended { program, status: finished.status, said });
        }
        Ok(Said { text, taken })
    }

    fn target(&self, tool: &str) -> PathBuf {
        self.folder.join(format!("target-{tool}"))
    }

    pub(super) fn built_by_bloat(&self) -> PathBuf {
        self.target("bloat").join("release").join(&self.bin)
    }

    /// A file as it is, several times.
    pub(super) fn weigh(&self, file: &Path, times: usize) -> Result<(BinarySize, Vec<Taken>), TaskError> {
        let mut taken = Vec::new();
        let mut last = String::new();
        for _ in 0..times {
            let mut command = Command::new(&self.perfaudit);
            command.args(["size", "--format", "json"]).arg(file);
            let (text, one) = timed(|| child::stdout(&mut command))?;
            taken.push(one);
            last = text;
        }
        Ok((serde_json::from_str(&last).map_err(TaskError::json("perfaudit size"))?, taken))
    }
}

impl Said {
    /// By perfaudit.
    pub(super) fn ours(&self) -> Result<Ours, TaskError> {
        let result: AuditResult =
            serde_json::from_str(&self.text).map_err(TaskError::json("perfaudit size --ir"))?;
        let stage = |name: StageName| {
            let stage = result.run.stages.iter().find(|stage| stage.name == name);
            stage.map_or(Taken { wall_s: f64::NAN, cpu_s: f64::NAN }, |stage| Taken {
                wall_s: stage.duration_s,
                cpu_s: stage.cost.cpu_s,
            })
        };
        let (size_stage, ir_stage) = (stage(StageName::BinarySize), stage(StageName::Ir));
        let headline = result.verdict.headline;
        let ir = result.ir.ok_or_else(|| TaskError::Failed(format!("no LLVM IR: {headline}")))?;
        Ok(Ours { ir, size_stage, ir_stage })
    }

    /// By cargo-bloat.
    pub(super) fn crates(&self) -> Result<BloatCrates, TaskError> {
        serde_json::from_str(&self.text).map_err(TaskError::json("cargo-bloat --crates"))
    }

    /// By cargo-bloat.
    pub(super) fn functions(&self) -> Result<Vec<BloatFunction>, TaskError> {
        let read: BloatFunctions =
            serde_json::from_str(&self.text).map_err(TaskError::json("cargo-bloat"))?;
        Ok(read.functions)
    }

    /// By cargo-llvm-lines.
    pub(super) fn lines(&self) -> Result<Lines, TaskError> {
        Lines::read(&self.text).ok_or_else(|| TaskError::Failed("cargo-llvm-lines told no total".to_owned()))
    }
}

impl Lines {
    /// From the row of all functions: `  12345 (100%)  678 (100%)  (TOTAL)`.
    fn read(text: &str) -> Option<Self> {
        let row = text.lines().find(|line| line.trim_end().ends_with("(TOTAL)"))?;
        let mut numbers = row.split_whitespace().filter_map(|word| word.parse().ok());
        Some(Self { lines: numbers.next()?, copies: numbers.next()? })
    }
}

fn timed<T>(what: impl FnOnce() -> Result<T, TaskError>) -> Result<(T, Taken), TaskError> {
    let (began, cpu) = (Instant::now(), CpuTime::now());
    let done = what()?;
    let taken = Taken { wall_s: began.elapsed().as_secs_f64(), cpu_s: CpuTime::now().since(cpu).children };
    Ok((done, taken))
}

fn empty(folder: &Path) -> Result<(), TaskError> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(TaskError::file(folder)(error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_of_cargo_llvm_lines_is_read_from_its_row() {
        let text = "  Lines                Copies              Function name\n  -----                ------              -------------\n  30737                1107                (TOTAL)\n   1395 (4.5%,  4.5%)    83 (7.5%,  7.5%)  core::ptr::drop_in_place\n";
        assert_eq!(Lines::read(text), Some(Lines { lines: 30737, copies: 1107 }));
        assert_eq!(Lines::read("error"), None);
    }
}
