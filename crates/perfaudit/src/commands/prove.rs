//! `perfaudit prove`.

use perfaudit_exec::Interrupt;
use perfaudit_result::GateState;

use crate::arguments::{Format, ProveArguments};
use crate::commands::audit::finish;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::flow;
use crate::output;
use crate::progress::Progress;
use crate::redact::redact;

pub(crate) fn run(arguments: &ProveArguments) -> Result<Exit, CommandError> {
    let interrupt = Interrupt::on_signals().map_err(CommandError::Signals)?;
    if arguments.dry_run {
        return dry_run(arguments, &interrupt);
    }
    let progress = Progress::start();
    let mut run = flow::prove(arguments, std::env::args().collect(), &interrupt, &progress)?;
    if arguments.redact.redact {
        redact(&mut run)?;
    }
    for (name, content) in flow::certificate_files(&run.result) {
        run.directory.write(&name, content.as_bytes())?;
    }
    finish(&run, None, &progress, arguments.output.format, arguments.output.verbose)
}

/// Says what would be run, and what the gates that cost nothing say.
fn dry_run(arguments: &ProveArguments, interrupt: &Interrupt) -> Result<Exit, CommandError> {
    let plan = flow::plan_of_proof(arguments, interrupt)?;
    if arguments.output.format == Format::Json {
        let json = serde_json::to_string_pretty(&plan).expect("a plan holds nothing that JSON cannot");
        output::raw(&(json + "\n"));
        return Ok(Exit::Pass);
    }
    let (on, stopped): (Vec<_>, Vec<_>) = plan.patches.iter().partition(|patch| patch.goes_on);
    let mut text = format!("{} of {} patches would be tested and measured\n", on.len(), plan.patches.len());
    for patch in &stopped {
        let gates = patch.gates.iter().filter(|gate| gate.state == GateState::Failed);
        let why: Vec<&str> = gates.map(|gate| gate.evidence.as_str()).collect();
        text.push_str(&format!("  refused: {}: {}\n", patch.patch.name, why.join("; ")));
    }
    for patch in &on {
        let lines = patch.patch.changed_lines.unwrap_or_default();
        let noun = if lines == 1 { "line" } else { "lines" };
        let files = patch.patch.files.join(", ");
        text.push_str(&format!("  {}: {lines} {noun} in {files}\n", patch.patch.name));
    }
    if !on.is_empty() {
        text.push_str(&format!("tests: {}\nmeasured: {}\n", plan.test, plan.measures));
    }
    output::result(&text);
    Ok(Exit::Pass)
}
