//! Audits of published crates, checked without perfaudit's own code: results are read as plain JSON, Criterion's
//! `estimates.json` and brute force are the witnesses.

mod audit;
mod check;
mod cost;
mod estimates;
pub(crate) mod fetch;
mod hollow;
mod report;
pub(crate) mod tree;

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::error::TaskError;
use crate::{child, complain, say};
use audit::Audit;
use check::Check;
use fetch::{OPTIONAL, Published, USUAL};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Names of crates, separated by commas; without it the usual ones
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    crates: Vec<String>,
    /// How much time perfaudit may take
    #[arg(long, value_enum, default_value_t = Mode::Quick)]
    mode: Mode,
    /// Use this executable instead of building one
    #[arg(long, value_name = "FILE")]
    perfaudit: Option<PathBuf>,
    /// Folder for the crates and their builds, outside of every workspace; without it one in the user's cache
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Write the table into docs/benchmarks.md
    #[arg(long)]
    record: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mode {
    /// At most 5 minutes for each crate
    Quick,
    /// The benchmarks' own settings
    Standard,
}

impl Mode {
    fn name(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Standard => "standard",
        }
    }
}

/// What became of one crate.
#[derive(Debug)]
pub(crate) struct CrateReport {
    published: Published,
    /// The audit with what was checked of it, or why there is none.
    outcome: Result<(Audit, Vec<Check>), String>,
}

impl CrateReport {
    fn passed(&self) -> bool {
        self.outcome.as_ref().is_ok_and(|(_, checks)| checks.iter().all(Check::passed))
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), TaskError> {
    let chosen = choose(&arguments.crates)?;
    let program = child::release_binary(arguments.perfaudit.as_ref())?;
    let folder = arguments.dir.clone().map_or_else(cache, Ok)?;
    let fetched = fetch::fetch(&chosen, &folder)?;
    let mut reports = Vec::new();
    for (published, directory) in chosen.into_iter().zip(fetched) {
        complain(&format!("audit {} {}", published.name, published.version));
        let outcome = audit::audit(&program, &published, &directory, arguments.mode)
            .and_then(|audit| check::all(&audit, &published, &directory).map(|checks| (audit, checks)))
            .map_err(|error| error.to_string());
        let report = CrateReport { published, outcome };
        say(&report::details(&report));
        reports.push(report);
    }
    let own_time = cost::own_time_check(&reports);
    let table = report::table(&reports, &own_time);
    say(&table);
    if arguments.record {
        report::record(&reports, &table, arguments.mode)?;
    }
    let failed = reports.iter().filter(|report| !report.passed()).count();
    if failed == 0 && own_time.passed() {
        return Ok(());
    }
    Err(TaskError::Failed(format!(
        "{failed} of {} crates failed; own time: {}",
        reports.len(),
        own_time.word()
    )))
}

fn choose(names: &[String]) -> Result<Vec<Published>, TaskError> {
    if names.is_empty() {
        return Ok(USUAL.to_vec());
    }
    let known: Vec<&Published> = USUAL.iter().chain(&OPTIONAL).collect();
    let find =
        |name: &String| known.iter().find(|published| published.name == name).map(|published| **published);
    names
        .iter()
        .map(|name| {
            find(name).ok_or_else(|| {
                let all: Vec<&str> = known.iter().map(|published| published.name).collect();
                TaskError::Failed(format!("`{name}` is not known here; there are {}", all.join(", ")))
            })
        })
        .collect()
}

/// Not below `target`: cargo would take a package there for a lost member of this workspace.
fn cache() -> Result<PathBuf, TaskError> {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    cache
        .or_else(|| std::env::home_dir().map(|home| home.join(".cache")))
        .map(|cache| cache.join("perfaudit-acceptance"))
        .ok_or_else(|| TaskError::Failed("there is no home directory: name a folder with --dir".to_owned()))
}
