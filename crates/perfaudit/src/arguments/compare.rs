//! What `perfaudit compare` is given.

use std::num::NonZeroU16;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use perfaudit_project::config::parse_duration;
use perfaudit_prove::source::ArmSource;

use super::{FloorArgument, Format, ModeArgument, SelectionArguments, StoreArgument};

#[derive(Debug, Args)]
pub(crate) struct CompareArguments {
    /// What is compared with: a git revision (`rev:REV`, or bare), `work` for the working tree with what is not
    /// committed, a program (`bin:FILE`), a command (`cmd:LINE`), or a run that was recorded (`run:ID`)
    #[arg(value_name = "A", default_value = "HEAD")]
    pub(crate) a: ArmSource,
    /// What is compared with it
    #[arg(value_name = "B", default_value = "work")]
    pub(crate) b: ArmSource,
    /// Arguments for the programs of `bin:FILE`, behind `--`
    #[arg(last = true, value_name = "ARGUMENT")]
    pub(crate) program_arguments: Vec<String>,

    /// Directory of the project
    #[arg(long, value_name = "DIR", default_value = ".", help_heading = "What to measure")]
    pub(crate) project: PathBuf,
    #[command(flatten)]
    pub(crate) selection: SelectionArguments,

    /// A difference up to this does not matter, as in `2%`
    #[arg(long, value_name = "PERCENT", value_parser = percent, default_value = "2%", help_heading = "How to measure")]
    pub(crate) delta: f64,
    /// In how many layouts each program is measured: code that lies elsewhere in memory is faster or slower by itself.
    /// 1 in quick mode, 3 otherwise
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=32), help_heading = "How to measure")]
    pub(crate) layouts: Option<u32>,
    /// Also compare the 95th percentile of the processes of commands: takes 117 pairs of one command, whatever is decided
    /// sooner
    #[arg(long, help_heading = "How to measure")]
    pub(crate) p95: bool,
    /// How much time to take; `standard` unless configured
    #[arg(long, value_enum, help_heading = "How to measure")]
    pub(crate) mode: Option<ModeArgument>,
    /// Spend at most this long on measuring, as in `90s`, `10m` or `1h`
    #[arg(long, value_name = "TIME", value_parser = parse_duration, help_heading = "How to measure")]
    pub(crate) budget: Option<Duration>,
    /// End a process after this long
    #[arg(long, value_name = "TIME", value_parser = parse_duration, default_value = "2m", help_heading = "How to measure")]
    pub(crate) timeout: Duration,
    /// Decides the order of sides and all resampling; chosen at random unless given
    #[arg(long, value_name = "NUMBER", help_heading = "How to measure")]
    pub(crate) seed: Option<u32>,
    /// Keep cargo from using the network
    #[arg(long, help_heading = "How to measure")]
    pub(crate) offline: bool,
    /// Whether to measure how far this machine differs from itself, which takes up to 10 s: if it is not known or a
    /// week old unless configured
    #[arg(long, value_enum, value_name = "WHEN", help_heading = "How to measure")]
    pub(crate) noise_floor: Option<FloorArgument>,

    /// Exit with 1 if B is worse than A anywhere, and with 3 if that is not decided everywhere
    #[arg(long, help_heading = "Output")]
    pub(crate) gate: bool,
    /// Directory for this run; must be empty or new
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub(crate) out: Option<PathBuf>,
    /// Keep the newest runs and remove older ones; 20 unless configured
    #[arg(long, value_name = "N", help_heading = "Output")]
    pub(crate) keep: Option<NonZeroU16>,
    /// What to print on standard output
    #[arg(long, value_enum, default_value_t = Format::Terminal, help_heading = "Output")]
    pub(crate) format: Format,
    /// Show every row, however many there are
    #[arg(short, long, help_heading = "Output")]
    pub(crate) verbose: bool,
    #[command(flatten)]
    pub(crate) store: StoreArgument,
}

/// A share above zero and below one, from `2%` or `2`.
fn percent(text: &str) -> Result<f64, String> {
    let number = text.trim().trim_end_matches('%').trim_end();
    let share = number.parse::<f64>().ok().map(|percent| percent / 100.0);
    share
        .filter(|share| *share > 0.0 && *share < 1.0)
        .ok_or_else(|| format!("`{text}` is no percentage between 0 and 100, as in `2%`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_read_with_and_without_its_sign() {
        for (text, share) in [("2%", 0.02), ("0.5 %", 0.005), ("10", 0.1)] {
            assert!((percent(text).unwrap() - share).abs() < 1e-12, "{text}");
        }
        for text in ["", "0", "-1%", "100%", "nan", "two"] {
            assert!(percent(text).is_err(), "{text}");
        }
    }
}
