//! What was measured: raw values, or what the tool stated of them.

use std::num::NonZeroU64;

use perfaudit_result::Of;

/// The values behind a measurement.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Every value that the tool kept.
    Raw(Raw),
    /// Only what the tool made of them: no quantile can be had but those stated.
    Summary(Summary),
}

/// How many iterations lie behind each value of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Iterations {
    /// The file does not say.
    NotRecorded,
    /// The same number behind every value.
    Every(NonZeroU64),
    /// One number for each value.
    Each(Vec<NonZeroU64>),
}

impl Iterations {
    /// One number for each value; a single number if they are all the same.
    #[must_use]
    pub fn each(iterations: Vec<NonZeroU64>) -> Self {
        match iterations.first() {
            Some(first) if iterations.iter().all(|n| n == first) => Self::Every(*first),
            _ => Self::Each(iterations),
        }
    }
}

/// Values in the order they were measured, at least one, in the measurement's base unit and per iteration.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    values: Vec<f64>,
    iterations: Iterations,
}

impl Group {
    /// A group of values; `None` without values, or if `iterations` are not one for each value.
    #[must_use]
    pub fn new(values: Vec<f64>, iterations: Iterations) -> Option<Self> {
        let fits = match &iterations {
            Iterations::Each(each) => each.len() == values.len(),
            Iterations::NotRecorded | Iterations::Every(_) => true,
        };
        (fits && !values.is_empty()).then_some(Self { values, iterations })
    }

    /// The values, at least one, in base units per iteration.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The iterations behind each.
    #[must_use]
    pub fn iterations(&self) -> &Iterations {
        &self.iterations
    }

    /// Whether every value is known to be that of a single iteration.
    fn is_of_single_iterations(&self) -> bool {
        match &self.iterations {
            Iterations::NotRecorded => false,
            Iterations::Every(n) => n.get() == 1,
            Iterations::Each(each) => each.iter().all(|n| n.get() == 1),
        }
    }
}

/// What a group of values is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// Each group is what one process measured: values of different groups are independent of each other.
    ByProcess,
    /// There is one group, and the file does not say which process measured which value.
    NotRecorded,
}

/// Raw values by process, where the file tells processes apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Raw {
    groups: Vec<Group>,
    grouping: Grouping,
}

impl Raw {
    /// One group for each process; `None` without groups.
    #[must_use]
    pub fn by_process(groups: Vec<Group>) -> Option<Self> {
        (!groups.is_empty()).then_some(Self { groups, grouping: Grouping::ByProcess })
    }

    /// Values that are all from one process.
    #[must_use]
    pub fn of_one_process(group: Group) -> Self {
        Self { groups: vec![group], grouping: Grouping::ByProcess }
    }

    /// Values of which the file does not say what process they are from.
    #[must_use]
    pub fn pooled(group: Group) -> Self {
        Self { groups: vec![group], grouping: Grouping::NotRecorded }
    }

    /// The groups, at least one.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// What each group is.
    #[must_use]
    pub fn grouping(&self) -> Grouping {
        self.grouping
    }

    /// All values, group after group.
    pub fn values(&self) -> impl Iterator<Item = f64> + '_ {
        self.groups.iter().flat_map(|group| group.values.iter().copied())
    }

    /// How many values there are, at least 1.
    #[expect(clippy::len_without_is_empty, reason = "there is always a value")]
    #[must_use]
    pub fn len(&self) -> usize {
        self.groups.iter().map(|group| group.values.len()).sum()
    }

    /// What one value is if it is the time of a call or of a batch of calls: a call only if that is known.
    #[must_use]
    pub(crate) fn of_calls(&self) -> Of {
        if self.groups.iter().all(Group::is_of_single_iterations) { Of::Call } else { Of::BatchMean }
    }
}

/// What a tool stated of the values it measured, in the measurement's base unit. Nothing here was computed by us.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Summary {
    /// How many values there were.
    pub n: Option<u64>,
    /// The arithmetic mean.
    pub mean: Option<f64>,
    /// The median.
    pub median: Option<f64>,
    /// The sample standard deviation (n - 1 in the denominator, in every tool that is read).
    pub std_dev: Option<f64>,
    /// The smallest value.
    pub min: Option<f64>,
    /// The lower quartile, by the tool's own definition.
    pub lower_quartile: Option<f64>,
    /// The upper quartile, by the tool's own definition.
    pub upper_quartile: Option<f64>,
    /// The largest value.
    pub max: Option<f64>,
}
