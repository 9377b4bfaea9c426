//! What the examples say of their defects and of the patches that mend them.

use std::fs;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::TaskError;
use crate::{kinds, workspace};

/// A planted defect and its remedy.
pub(super) struct Defect {
    pub(super) id: String,
    kind: String,
    pub(super) file: PathBuf,
    pub(super) lines: RangeInclusive<u32>,
    /// What mending it saves; none where no patch mends it, or only calls of the system were counted.
    pub(super) gain: Option<Gain>,
}

/// What a patch saves of the workload in which it saves most.
pub(super) struct Gain {
    pub(super) share: f64,
    pub(super) workload: String,
    /// What was counted.
    pub(super) of: String,
    /// The file of the patch.
    pub(super) patch: String,
}

#[derive(Deserialize)]
struct Truth {
    defect: Vec<Told>,
}

#[derive(Deserialize)]
struct Told {
    id: String,
    kind: String,
    file: PathBuf,
    lines: [u32; 2],
}

#[derive(Deserialize)]
struct Patches {
    patch: Vec<Patch>,
}

#[derive(Deserialize)]
struct Patch {
    file: String,
    mends: Option<String>,
    #[serde(default)]
    measured: Vec<Measured>,
}

#[derive(Deserialize)]
struct Measured {
    workload: String,
    of: String,
    before: f64,
    after: f64,
}

impl Patch {
    /// The largest share that it saves of instructions or of CPU time.
    fn gain(&self) -> Option<Gain> {
        // What a part of a workload saves of itself says nothing of the workload.
        let is_share = |of: &str| {
            (of.starts_with("instructions") || of.starts_with("CPU time")) && !of.ends_with("alone")
        };
        let shares = self.measured.iter().filter(|one| is_share(&one.of));
        let gains = shares.map(|one| Gain {
            share: 1.0 - one.after / one.before,
            workload: one.workload.clone(),
            of: one.of.clone(),
            patch: self.file.clone(),
        });
        gains.max_by(|a, b| a.share.total_cmp(&b.share))
    }
}

pub(super) fn defects(example: &str) -> Result<Vec<Defect>, TaskError> {
    let patches: Patches = read(example, "patches/TRUTH.toml")?;
    let truth: Truth = read(example, "TRUTH.toml")?;
    let told = truth.defect.into_iter().map(|told| {
        let mends = |patch: &&Patch| patch.mends.as_ref() == Some(&told.id);
        let gains = patches.patch.iter().filter(mends).filter_map(Patch::gain);
        Defect {
            gain: gains.max_by(|a, b| a.share.total_cmp(&b.share)),
            lines: told.lines[0]..=told.lines[1],
            id: told.id,
            kind: told.kind,
            file: told.file,
        }
    });
    Ok(told.collect())
}

pub(super) fn root(example: &str) -> PathBuf {
    workspace::root().join("examples").join(example)
}

fn read<T: DeserializeOwned>(example: &str, file: &str) -> Result<T, TaskError> {
    let path = root(example).join(file);
    let text = fs::read_to_string(&path).map_err(TaskError::file(&path))?;
    toml::from_str(&text).map_err(|error| TaskError::Failed(format!("{}: {error}", path.display())))
}

impl Defect {
    /// The rules that look for its kind.
    pub(super) fn rules(&self) -> &'static [&'static str] {
        kinds::rules(&self.kind)
    }
}
