//! Two builds, programs or commands, measured against each other in pairs of processes.

use serde::{Deserialize, Serialize};

use crate::artifact::ArtifactId;
use crate::cpu::{ProfileDifference, Rung};
use crate::figure::{Figure, Method, Unit};
use crate::project::Toolchain;
use crate::workload::{Direction, MetricName, WorkloadId, WorkloadKind};

/// Two sides that were measured in turns, pair by pair: what changed on the machine meanwhile hit both alike.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PairedComparison {
    /// What is compared with: A.
    pub before: Arm,
    /// What is compared: B.
    pub after: Arm,
    /// What was decided before anything was measured.
    pub design: PairedDesign,
    /// One row for each benchmark or command that both sides have.
    pub rows: Vec<PairedRow>,
    /// What only A has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only_before: Vec<WorkloadId>,
    /// What only B has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only_after: Vec<WorkloadId>,
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Arm {
    /// As the user named it.
    pub name: String,
    /// What it is.
    pub kind: ArmKind,
    /// The commit it was built from; of a working tree, the one that is checked out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Whether it holds what is not committed.
    pub dirty: bool,
    /// What it was built with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub toolchain: Option<Toolchain>,
    /// The programs that were run.
    pub binaries: Vec<ArmBinary>,
    /// What a reader must know of it, such as a submodule that is not there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
}

/// What one side of a comparison is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ArmKind {
    /// A git revision.
    Revision,
    /// The working tree.
    WorkingTree,
    /// The source of a project in a folder.
    Folder,
    /// An executable.
    Binary,
    /// A command line.
    Command,
    /// The same source, built with other settings.
    Settings,
}

/// A program of one side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ArmBinary {
    /// `package/target`, or the name of the file.
    pub name: String,
    /// The SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// The SHA-256 of what is loaded to run it: code and data with their addresses, without debug information and
    /// without the identifier of the build. None where the file's format is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loaded_sha256: Option<String>,
    /// The size of the file.
    pub bytes: u64,
}

/// What was decided before anything was measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PairedDesign {
    /// The share of the changes that are told and are none, on average over comparisons, at most (Benjamini and
    /// Hochberg); what is called equivalent holds in all rows together except this often. A gate takes
    /// [`PairedRow::p_among_all`].
    pub alpha: f64,
    /// How many rows are judged together; each further metric is judged among as many.
    pub family: u32,
    /// The numbers of pairs at which a row is judged, increasing.
    pub looks: Vec<u32>,
    /// Differences up to this, as a ratio, do not matter: 0.02 is two percent.
    pub delta: f64,
    /// The noise floor of the machine that a change by the fewest pairs has to reach, in standard errors of its estimate;
    /// none where it is not established. What that makes for the pairs of a row stands in the row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noise_floor_errors: Option<f64>,
    /// A pair during which the hypervisor took a larger share of the CPUs is measured again.
    pub stolen_limit: f64,
    /// The environment of both processes of a pair is longer by the same random number of bytes below this.
    pub padding_below: u32,
    /// How long one process of a benchmark measures, in seconds; none where only commands were compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process_s: Option<f64>,
}

/// One benchmark or command on both sides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PairedRow {
    /// The benchmark or command.
    pub id: WorkloadId,
    /// What kind of thing it is.
    pub kind: WorkloadKind,
    /// The metric.
    pub metric: MetricName,
    /// Which way is better.
    pub direction: Direction,
    /// What can be said.
    pub verdict: PairedVerdict,
    /// `B / A - 1`, with the interval at all looks and in all rows together.
    pub effect: Figure,
    /// The metric of A.
    pub before: Figure,
    /// The metric of B.
    pub after: Figure,
    /// How many pairs were measured and count.
    pub pairs: u32,
    /// The noise floor of the machine for as many pairs that are as noisy, as a ratio: a smaller effect is no change.
    /// None where it is not established.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noise_floor: Option<f64>,
    /// How many were measured again because of stolen time.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub discarded: u32,
    /// How often rows without a change differ by as much, whatever look they end at; between 0 and 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p: Option<f64>,
    /// The same among all rows (Holm): a gate takes this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p_among_all: Option<f64>,
    /// The change that as many pairs find nine times of ten, as a ratio.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum_detectable_effect: Option<f64>,
    /// About how many pairs would tell a difference of `delta` from none, nine times of ten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pairs_needed: Option<u64>,
    /// How many different layouts of each program were measured. With one, what the place of code and data does to
    /// times is part of the effect.
    pub layouts: u32,
    /// What else was measured of the same processes, each judged like the row and among the same metric of all rows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<PairedMetric>,
    /// Quantities that repeat exactly, or nearly so, beside the verdict on time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub witnesses: Vec<Witness>,
    /// The functions behind a change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub functions: Option<ResponsibleFunctions>,
    /// What a reader has to know, such as why something was not counted; each a sentence without its full stop.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// Why a difference that the pairs show is not told as a change: where code lies in memory may have made it. A sentence
    /// without its full stop; the verdict is then inconclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsettled: Option<String>,
    /// Whether both sides printed the same on standard output; none where that was not looked at, or a side does not
    /// print the same each time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_output: Option<bool>,
    /// Why it ended here, or why it was not measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The artifact of kind `samples` with the value of each pair's process of A.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples_before: Option<ArtifactId>,
    /// The same of B, pair for pair.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples_after: Option<ArtifactId>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// What pairs of processes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PairedVerdict {
    /// Changed: B is worse.
    Worse,
    /// Changed: B is better.
    Better,
    /// Whatever the difference is, it is smaller than `delta`.
    Equivalent,
    /// Too few pairs, or too much noise.
    Inconclusive,
    /// Both sides run the same program: there is nothing to measure.
    Identical,
    /// It could not be measured on both sides.
    NotMeasured,
}

impl PairedVerdict {
    /// The order of tables: what became worse first.
    pub const ALL: [Self; 6] =
        [Self::Worse, Self::Better, Self::NotMeasured, Self::Inconclusive, Self::Equivalent, Self::Identical];

    /// As it stands in tables.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Worse => "slower",
            Self::Better => "faster",
            Self::Equivalent => "equivalent",
            Self::Inconclusive => "inconclusive",
            Self::Identical => "identical",
            Self::NotMeasured => "not measured",
        }
    }

    /// Whether it says that B differs from A.
    #[must_use]
    pub fn is_change(self) -> bool {
        matches!(self, Self::Worse | Self::Better)
    }
}

/// A quantity that a program repeats exactly, or nearly so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Witness {
    /// What is counted.
    pub metric: MetricName,
    /// Its unit.
    pub unit: Unit,
    /// What is counted and how, in words.
    pub method: Method,
    /// How often it was counted on each side.
    pub counts: u32,
    /// What it says of the verdict on time; none where nothing follows from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of_time: Option<WitnessOfTime>,
    /// The least and the most that A had.
    pub before: [u64; 2],
    /// The least and the most that B had.
    pub after: [u64; 2],
    /// What the two say.
    pub says: WitnessSays,
}

/// What counts of both sides say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum WitnessSays {
    /// Both repeat, and are equal.
    Equal,
    /// Every count of B lies above every one of A.
    More,
    /// Every count of B lies below every one of A.
    Less,
    /// One of them does not repeat, and their ranges meet.
    NotExact,
}

impl Witness {
    /// Whether both sides had the same each time they were counted.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.before[0] == self.before[1] && self.after[0] == self.after[1]
    }
}

/// What a count says of a verdict on time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum WitnessOfTime {
    /// Time and count changed the same way.
    Confirmed,
    /// Time changed and the count did not: suspect where code and data lie in memory, or caches.
    SuspectLayout,
    /// They changed in opposite ways.
    Opposed,
    /// Time did not change and the count did.
    Latent,
    /// Neither changed.
    Unchanged,
}

/// Something else that was measured of the processes of a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PairedMetric {
    /// The metric.
    pub metric: MetricName,
    /// Which way is better.
    pub direction: Direction,
    /// What can be said.
    pub verdict: PairedVerdict,
    /// `B / A - 1`, or why there is none.
    pub effect: Figure,
    /// The metric of A.
    pub before: Figure,
    /// The metric of B.
    pub after: Figure,
}

/// The functions behind a change, by CPU profiles of both sides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ResponsibleFunctions {
    /// How samples were taken.
    pub rung: Rung,
    /// The rate that was asked for, per second.
    pub rate_hz: f64,
    /// How many samples of the measured part A and B had.
    pub samples: [u64; 2],
    /// What became slower and faster, with how many functions could not be told apart.
    pub difference: ProfileDifference,
}
