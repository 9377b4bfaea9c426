//! `perfaudit fix`.

use perfaudit_exec::Interrupt;
use perfaudit_result::Fixes;

use crate::arguments::{FixArguments, Format};
use crate::commands::audit::finish;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::flow;
use crate::output;
use crate::progress::Progress;

pub(crate) fn run(arguments: &FixArguments) -> Result<Exit, CommandError> {
    let interrupt = Interrupt::on_signals().map_err(CommandError::Signals)?;
    let progress = Progress::start();
    if arguments.dry_run {
        let plan = flow::plan_of_fixes(arguments, &interrupt, &progress)?;
        progress.finish();
        dry_run(&plan, arguments.output.format);
        return Ok(Exit::Pass);
    }
    let (run, files) = flow::fix(arguments, std::env::args().collect(), &interrupt, &progress)?;
    for (name, content) in files {
        run.directory.write(&name, content.as_bytes())?;
    }
    finish(&run, None, &progress, arguments.output.format, arguments.output.verbose)
}

/// The patches as text that `git apply` and `patch` take, and what none was made for; lines without a diff begin with `#`.
fn dry_run(plan: &Fixes, format: Format) {
    if format == Format::Json {
        let json = serde_json::to_string_pretty(plan).expect("a plan holds nothing that JSON cannot");
        output::raw(&(json + "\n"));
        return;
    }
    let mut text = perfaudit_render::planned_fixes(plan);
    for patch in &plan.patches {
        text.push_str(&format!("\n# {}: {}\n{}", patch.name, patch.what, patch.diff));
    }
    output::raw(&text);
}
