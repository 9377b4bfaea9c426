//! The command line of perfaudit: arguments, the flow of an audit, terminal output, exit codes. Nothing depends on
//! this crate, and it is the only one that prints.

mod arguments;
mod changed;
mod commands;
mod error;
mod exit;
mod flow;
mod output;
mod progress;
mod redact;
mod settings;
mod skeletons;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};
use exit::Exit;
use flow::Subject;

/// Runs the command with these arguments, the first of which is the program's name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    // Commands are started by a process that stays small; it is this program, called in another way.
    if let Some(code) = perfaudit_exec::timed::serve_if_asked() {
        return code;
    }
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if let Some(code) = flow::noise_floor::work_if_asked(&arguments) {
        return code;
    }
    if let Some(code) = perfaudit_bench::compile_timed_if_asked(&arguments) {
        return code;
    }
    if let Some(code) = perfaudit_bench::compile_to_link_if_asked(&arguments) {
        return code;
    }
    if let Some(code) = perfaudit_bench::compile_ir_if_asked(&arguments) {
        return code;
    }
    if let Some(error) = arguments::mistyped(&arguments) {
        output::error(&error);
        return error.exit().into();
    }
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no errors and go to standard output; clap knows which is which.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Pass.into() };
        }
    };
    let outcome = match arguments.command {
        None => commands::audit::run(&arguments.audit, Subject::Project),
        Some(Command::Audit(audit)) => commands::audit::run(&audit, Subject::Project),
        Some(Command::Bench(bench)) => commands::bench::run(*bench),
        Some(Command::Cpu(cpu)) => commands::cpu::run(*cpu),
        Some(Command::Heap(heap)) => commands::heap::run(*heap),
        Some(Command::Compare(compare)) => commands::compare::run(&compare),
        Some(Command::Bisect(bisect)) => commands::bisect::run(&bisect),
        Some(Command::BuildMatrix(matrix)) => commands::build_matrix::run(&matrix),
        Some(Command::Prove(prove)) => commands::prove::run(&prove),
        Some(Command::Fix(fix)) => commands::fix::run(&fix),
        Some(Command::WhatIf(what_if)) => commands::what_if::run(&what_if),
        Some(Command::Size(size)) => commands::size::run(*size),
        Some(Command::BuildTime(audit)) => commands::build_time::run(*audit),
        Some(Command::Source(source)) => commands::source::run(*source),
        Some(Command::Rules(rules)) => commands::rules::run(&rules),
        Some(Command::Report(report)) => commands::report::run(&report),
        Some(Command::Doctor(doctor)) => commands::doctor::run(&doctor),
        Some(Command::Explain(explain)) => commands::explain::run(&explain),
        Some(Command::Baseline(baseline)) => commands::baseline::run(&baseline),
        Some(Command::Init(init)) => commands::init::run(&init),
        Some(Command::Config(config)) => commands::config::run(&config),
        Some(Command::Completions(arguments)) => Ok(commands::shell::completions(&arguments)),
        Some(Command::Man) => Ok(commands::shell::man()),
    };
    outcome
        .unwrap_or_else(|error| {
            output::error(&error);
            error.exit()
        })
        .into()
}
