//! Workloads that vary parameters: a sweep over one, a matrix over several.

use serde::{Deserialize, Serialize};

use crate::workload::WorkloadId;

/// What a group of workloads varies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum GroupShape {
    /// One parameter.
    Sweep,
    /// Two or more parameters.
    Matrix,
}

/// Workloads whose names differ in parameters only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WorkloadGroup {
    /// `package/target/name`.
    pub id: String,
    /// What the workloads have in common.
    pub name: String,
    /// What it varies.
    pub shape: GroupShape,
    /// The parameters. Their number is the length of each cell's coordinates.
    pub axes: Vec<Axis>,
    /// The workloads, in the order of the axes' values.
    pub cells: Vec<Cell>,
}

/// One parameter of a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Axis {
    /// The values as they stand in the names: numeric ones ascending, others in the order of the listing.
    pub values: Vec<String>,
    /// The same values as numbers, where all of them are: `10k` is 10,000 and `4KiB` is 4,096.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numeric: Option<Vec<f64>>,
}

/// One workload of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Cell {
    /// The workload.
    pub workload: WorkloadId,
    /// For each axis, the index of the workload's value.
    pub coordinates: Vec<u32>,
}
