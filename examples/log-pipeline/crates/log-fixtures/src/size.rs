use std::env;

/// How many records a benchmark takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InputSize {
    /// 10 000 records.
    Small,
    /// 250 000 records.
    Medium,
    /// 1 000 000 records.
    Large,
}

impl InputSize {
    /// The sizes to measure, in ascending order; the largest only where `LOG_PIPELINE_FULL` is `1`.
    pub fn selected() -> Vec<InputSize> {
        let mut sizes = vec![InputSize::Small, InputSize::Medium];
        if env::var("LOG_PIPELINE_FULL").is_ok_and(|value| value == "1") {
            sizes.push(InputSize::Large);
        }
        sizes
    }

    /// The number of records.
    pub fn records(self) -> usize {
        match self {
            InputSize::Small => 10_000,
            InputSize::Medium => 250_000,
            InputSize::Large => 1_000_000,
        }
    }

    /// The size as it stands in the name of a benchmark.
    pub fn label(self) -> &'static str {
        match self {
            InputSize::Small => "10k",
            InputSize::Medium => "250k",
            InputSize::Large => "1M",
        }
    }

    /// Whether one iteration takes so long that a benchmark should be content with a few samples.
    pub fn is_slow(self) -> bool {
        self != InputSize::Small
    }
}
