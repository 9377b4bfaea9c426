//! The corpus of the rules on source, read by perfaudit, by clippy and by cargo-perf.
//!
//! Each line that a rule must find is marked with `//~ RULE`; everything else is a trap for all rules and all tools. The
//! corpus was written for perfaudit's rules: what others miss of it they were not all made to find.

mod compiled;
mod marks;
mod rivals;

use std::path::PathBuf;
use std::process::Command;

use clap::Args;
use perfaudit_source::scan::{ScanRequest, scan};

use crate::error::TaskError;
use crate::{child, say, workspace};
use compiled::Compiled;
use marks::{Hit, Marks, Score};

/// Where the corpus is.
const FOLDER: &str = "crates/perfaudit-source/src/rules/corpus";

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The program of cargo-perf (`cargo install cargo-perf`); without it, its columns are empty
    #[arg(long, value_name = "FILE")]
    cargo_perf: Option<PathBuf>,
    /// Where the corpus is compiled for clippy, to be used again; a temporary folder unless named
    #[arg(long, value_name = "DIR")]
    work: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), TaskError> {
    let folder = workspace::root().join(FOLDER);
    let marks = Marks::read(&folder)?;
    let ours = marks.score(&ours(&folder)?);
    let temporary = tempfile::tempdir().map_err(TaskError::file(&std::env::temp_dir()))?;
    let work = arguments.work.clone().unwrap_or_else(|| temporary.path().join("corpus"));
    let compiled = Compiled::prune(&folder, &work)?;
    let left = marks.without(|file, line| compiled.is_dropped(file, line));
    let clippy = left.score(&rivals::clippy(&work)?);
    let cargo_perf = match &arguments.cargo_perf {
        Some(program) => {
            let text = child::stdout(
                Command::new(program).args(["--format", "json", "--path"]).arg(&folder).current_dir(&folder),
            )?;
            Some(marks.score(&rivals::cargo_perf(&text)?))
        }
        None => None,
    };
    say(&format!("{} marked lines, {} of them in what compiles for clippy", marks.count(), left.count()));
    say("");
    say(
        "| rule | marked | perfaudit: found | wrong | marked for clippy | clippy: found | wrong | cargo-perf: found | wrong |",
    );
    say("|---|---:|---:|---:|---:|---:|---:|---:|---:|");
    for rule in marks.rules() {
        let of = |score: &Score, has_lint: bool| {
            let (found, wrong) = score.of(rule);
            if has_lint || wrong > 0 { format!("{found} | {wrong}") } else { "no lint | -".to_owned() }
        };
        let of_cargo_perf = cargo_perf
            .as_ref()
            .map_or_else(|| "not run | -".to_owned(), |score| of(score, rivals::cargo_perf_knows(rule)));
        say(&format!(
            "| `{rule}` | {} | {} | {} | {} | {of_cargo_perf} |",
            marks.count_of(rule),
            of(&ours, true),
            left.count_of(rule),
            of(&clippy, rivals::clippy_knows(rule)),
        ));
    }
    let total = |name: &str, score: &Score, marked: usize| {
        let (found, wrong) = score.total();
        #[expect(clippy::cast_precision_loss, reason = "the corpus has some hundred lines")]
        let percent = |part: usize, of: usize| 100.0 * part as f64 / of.max(1) as f64;
        say(&format!(
            "{name}: precision {:.0} % ({found} of {}), recall {:.0} % ({found} of {marked})",
            percent(found, found + wrong),
            found + wrong,
            percent(found, marked)
        ));
    };
    say("");
    total("perfaudit, by syntax alone", &ours, marks.count());
    total("clippy", &clippy, left.count());
    if let Some(score) = &cargo_perf {
        total("cargo-perf", score, marks.count());
    }
    Ok(())
}

/// What the rules say by syntax alone.
fn ours(folder: &std::path::Path) -> Result<Vec<Hit>, TaskError> {
    let request = ScanRequest { root: folder, packages: &[], skip: &[], exclude: &[], cache: None };
    let scanned = scan(&request).map_err(|error| TaskError::Failed(error.to_string()))?;
    let hits = scanned.files.iter().flat_map(|file| {
        let told = file.analysis.hits.iter().filter(|hit| !hit.is_guess);
        told.map(|hit| Hit {
            rules: vec![hit.rule.to_string()],
            file: file.path.clone(),
            lines: (hit.line, hit.line),
        })
    });
    Ok(hits.collect())
}
