//! `perfaudit report`: every format again, without measuring.

use std::path::Path;

use perfaudit_exec::{Command, Interrupt, run as run_child};
use perfaudit_render::ReportInput;
use perfaudit_result::WorkloadId;
use perfaudit_run::OpenedRun;

use crate::arguments::{ExportFormat, ReportArguments};
use crate::commands::{print, reports};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::flow::{self, BesideEachOther, ProfiledRun, beside};
use crate::output;

pub(crate) fn run(arguments: &ReportArguments) -> Result<Exit, CommandError> {
    let interrupt = Interrupt::on_signals().map_err(CommandError::Signals)?;
    let path = match &arguments.run {
        Some(path) => path.clone(),
        None => flow::newest_run(Path::new("."), &interrupt)?,
    };
    let mut opened = open(&path)?;
    let is_compared = match &arguments.against {
        Some(earlier) => put_beside(&mut opened, &open(earlier)?, arguments.allow_unlike),
        None => true,
    };
    let input = ReportInput {
        result: &opened.result,
        samples: &opened.samples,
        profiles: &opened.profiles,
        heaps: &opened.heaps,
    };
    for (name, content) in reports(input) {
        opened.write(name, content.as_bytes())?;
    }
    print(input, arguments.format, &opened.path, arguments.verbose);
    for format in &arguments.export {
        export(&opened, *format)?;
    }
    if arguments.open {
        open_in_browser(&opened.path.join("report.html"), &interrupt);
    }
    Ok(if is_compared { Exit::Pass } else { Exit::Inconclusive })
}

fn open(path: &Path) -> Result<OpenedRun, CommandError> {
    let opened = perfaudit_run::open(path)?;
    for reason in &opened.unreadable {
        output::note(&format!("left out: {reason}"));
    }
    Ok(opened)
}

/// Adds what became slower or faster since an earlier run to the result that is shown; the run keeps its own. Whether
/// anything could be compared.
fn put_beside(run: &mut OpenedRun, earlier: &OpenedRun, allow_unlike: bool) -> bool {
    let before = ProfiledRun { result: &earlier.result, profiles: &earlier.profiles };
    let after = ProfiledRun { result: &run.result, profiles: &run.profiles };
    let BesideEachOther { differences, limits } = beside(before, after, allow_unlike);
    let is_compared = !differences.is_empty();
    if !is_compared {
        output::note("no profile of the two runs could be put side by side: the limits say why");
    }
    run.result.limits.splice(0..0, limits);
    if let Some(cpu) = &mut run.result.cpu {
        cpu.differences = differences;
    }
    is_compared
}

/// Writes the profiles of a run beside their artifacts, named after the format.
fn export(run: &OpenedRun, format: ExportFormat) -> Result<(), CommandError> {
    let mut count = 0;
    for artifact in &run.result.artifacts {
        let write = |workload: &WorkloadId, extension: &str, content: &[u8]| -> Result<(), CommandError> {
            // A compressed artifact is `0000.json.gz`.
            let artifact = artifact.path.strip_suffix(".gz").unwrap_or(&artifact.path);
            let name = Path::new(artifact).with_extension(extension);
            run.write(&name.to_string_lossy(), content)?;
            output::note(&format!("{workload}: {}", run.path.join(&name).display()));
            Ok(())
        };
        if let (Some(profile), Some(format)) = (run.profiles.get(&artifact.id), format.of_cpu()) {
            let mut content = Vec::new();
            perfaudit_cpu::export::write(format, profile, &mut content)?;
            write(&profile.workload, format.extension(), &content)?;
            count += 1;
        }
        if let (Some(profile), Some(format)) = (run.heaps.get(&artifact.id), format.of_heap()) {
            for measure in format.contents(profile) {
                let mut content = Vec::new();
                perfaudit_heap::export::export(format, measure, profile, &mut content)?;
                write(&profile.workload, &format.extension(measure), &content)?;
                count += 1;
            }
        }
    }
    if count == 0 {
        output::note(match (format.of_cpu(), format.of_heap()) {
            (Some(_), Some(_)) => {
                "this run has nothing to export: make CPU profiles with `perfaudit cpu`, or count allocations with `perfaudit heap`"
            }
            (Some(_), None) => "this run has no CPU profile to export: make one with `perfaudit cpu`",
            (None, _) => "this run has no allocations to export: count them with `perfaudit heap`",
        });
    }
    Ok(())
}

fn open_in_browser(report: &Path, interrupt: &Interrupt) {
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let opened = run_child(&Command::new(opener).arg(report), interrupt, &mut |_| {});
    if !opened.is_ok_and(|finished| finished.ending.is_success()) {
        output::note(&format!("cannot open a browser here: open `{}` yourself", report.display()));
    }
}
