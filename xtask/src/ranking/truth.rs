//! What the examples say of their defects.

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
    /// The patch that mends it.
    pub(super) patch: Option<PathBuf>,
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
    verdict: String,
    mends: Option<String>,
}

pub(super) fn defects(example: &str) -> Result<Vec<Defect>, TaskError> {
    let patches: Patches = read(example, "patches/TRUTH.toml")?;
    let truth: Truth = read(example, "TRUTH.toml")?;
    let told = truth.defect.into_iter().map(|told| {
        let mends = |patch: &&Patch| patch.mends.as_ref() == Some(&told.id) && patch.verdict != "refused";
        let patch = patches.patch.iter().find(mends);
        Defect {
            patch: patch.map(|patch| root(example).join("patches").join(&patch.file)),
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
