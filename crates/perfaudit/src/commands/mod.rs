//! One file for each subcommand.

pub(crate) mod audit;
pub(crate) mod baseline;
pub(crate) mod bench;
pub(crate) mod bisect;
pub(crate) mod build_matrix;
pub(crate) mod build_time;
pub(crate) mod compare;
pub(crate) mod config;
pub(crate) mod cpu;
pub(crate) mod doctor;
mod dry_run;
pub(crate) mod explain;
pub(crate) mod fix;
pub(crate) mod heap;
pub(crate) mod init;
pub(crate) mod prove;
pub(crate) mod report;
pub(crate) mod rules;
pub(crate) mod shell;
pub(crate) mod size;
pub(crate) mod source;
pub(crate) mod what_if;

use std::path::Path;

use perfaudit_render::{ReportInput, Terminal};

use crate::arguments::Format;
use crate::output;

/// Prints a run in one format.
pub(crate) fn print(input: ReportInput<'_>, format: Format, run_directory: &Path, verbose: bool) {
    let result = input.result;
    match format {
        Format::Terminal => output::result(&perfaudit_render::terminal(
            result,
            &Terminal {
                width: output::width(),
                colour: output::takes_colour(),
                run_dir: relative_to_here(run_directory),
                verbose,
            },
        )),
        Format::Json => output::raw(&perfaudit_render::json(result)),
        Format::Markdown => output::raw(&perfaudit_render::markdown(result)),
        Format::Sarif => output::raw(&perfaudit_render::sarif(result)),
        Format::Junit => output::raw(&perfaudit_render::junit(result)),
        Format::Html => output::raw(&perfaudit_render::html::html(input)),
    }
}

/// The files of a run that are reports, with their content.
pub(crate) fn reports(input: ReportInput<'_>) -> [(&'static str, String); 4] {
    [
        ("report.html", perfaudit_render::html::html(input)),
        ("report.md", perfaudit_render::markdown(input.result)),
        ("findings.sarif", perfaudit_render::sarif(input.result)),
        ("junit.xml", perfaudit_render::junit(input.result)),
    ]
}

/// A path as the user would type it.
pub(crate) fn relative_to_here(path: &Path) -> String {
    let here = std::env::current_dir().ok().and_then(|here| here.canonicalize().ok());
    let shown = here.as_deref().and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path);
    shown.display().to_string()
}
