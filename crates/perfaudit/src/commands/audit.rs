//! `perfaudit audit`.

use perfaudit_exec::Interrupt;
use perfaudit_history::BaselineName;
use perfaudit_render::ReportInput;

use crate::arguments::{AuditArguments, Format};
use crate::commands::{print, reports};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::flow::{self, CompletedRun, Plan, Subject};
use crate::progress::Progress;
use crate::redact::redact;

pub(crate) fn run(arguments: &AuditArguments, subject: Subject<'_>) -> Result<Exit, CommandError> {
    let interrupt = Interrupt::on_signals().map_err(CommandError::Signals)?;
    if arguments.dry_run && matches!(subject, Subject::Project) {
        return super::dry_run::run(&Plan::make(arguments, &interrupt)?, arguments);
    }
    let progress = Progress::start();
    let argv = std::env::args().collect();
    let mut run = flow::audit(arguments, subject, argv, &interrupt, &progress)?;
    if let Some(budget) = arguments.fix.filter(|_| matches!(subject, Subject::Project)) {
        let (fixed, files) = flow::fix_after_audit(arguments, budget, run, &interrupt, &progress);
        run = fixed;
        for (name, content) in files {
            run.directory.write(&name, content.as_bytes())?;
        }
    }
    if arguments.redact {
        redact(&mut run)?;
    }
    finish(
        &run,
        arguments.save_baseline.as_ref(),
        &progress,
        arguments.output.format,
        arguments.output.verbose,
    )
}

/// Writes the reports of a run, and prints one of them.
pub(super) fn finish(
    run: &CompletedRun,
    save_as: Option<&BaselineName>,
    progress: &Progress,
    format: Format,
    verbose: bool,
) -> Result<Exit, CommandError> {
    progress.say("write reports".to_owned());
    write(run, save_as)?;
    progress.finish();
    let input = ReportInput {
        result: &run.result,
        samples: &run.samples,
        profiles: &run.profiles,
        heaps: &run.heaps,
    };
    print(input, format, run.directory.path(), verbose);
    Ok(Exit::of(run.result.verdict.status))
}

/// `result.json` comes last: a folder that has one holds a whole run.
fn write(run: &CompletedRun, save_as: Option<&BaselineName>) -> Result<(), CommandError> {
    let input = ReportInput {
        result: &run.result,
        samples: &run.samples,
        profiles: &run.profiles,
        heaps: &run.heaps,
    };
    for (name, content) in reports(input) {
        run.directory.write(name, content.as_bytes())?;
    }
    let json = perfaudit_render::json(&run.result);
    run.directory.write("result.json", json.as_bytes())?;
    if let Some((runs, keep)) = &run.runs {
        perfaudit_run::prune(runs, &run.result.run.id, usize::from(keep.get()))?;
    }
    if let (Some(store), Some(name)) = (&run.store, save_as) {
        store.save(name, &json)?;
    }
    Ok(())
}
