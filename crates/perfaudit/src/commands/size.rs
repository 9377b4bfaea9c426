//! `perfaudit size`: where the bytes of programs are.

use std::path::Path;

use perfaudit_binary::{Detail, difference, weigh};
use perfaudit_exec::Interrupt;
use perfaudit_prove::Both;
use perfaudit_prove::source::ArmSource;
use perfaudit_render::Terminal;
use perfaudit_result::BinarySize;
use serde::Serialize;

use crate::arguments::{AuditArguments, Format, SizeArguments, StageArgument, Weighable};
use crate::commands::audit;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::flow::{self, ShippedError, Subject};
use crate::output;
use crate::progress::Progress;

/// One file, two files beside each other, or an audit of nothing but what a project ships.
pub(crate) fn run(arguments: SizeArguments) -> Result<Exit, CommandError> {
    let SizeArguments { mut audit, diff, inlines, ir } = arguments;
    // Tables show the first rows; whoever takes JSON gets all, and differences are found in all.
    let weighed = |file: &Path| -> Result<BinarySize, CommandError> {
        Ok(weigh(file, &file.display().to_string(), Detail { inlined: inlines, rows: None })?)
    };
    match diff.as_slice() {
        [Weighable::File(before), Weighable::File(after)] => {
            let difference = difference(&weighed(before)?, &weighed(after)?, None);
            return print(
                &audit,
                &difference,
                |terminal| perfaudit_render::size_difference(&difference, terminal),
                || perfaudit_render::size_difference_markdown(&difference),
            );
        }
        [Weighable::Tree(before), Weighable::Tree(after)] => {
            return trees(&audit, &Both { a: before.clone(), b: after.clone() });
        }
        [_, _] => return Err(ShippedError::Mixed.into()),
        _ => {}
    }
    if audit.path.is_file() && !ir {
        let size = weighed(&audit.path)?;
        return print(
            &audit,
            &size,
            |terminal| perfaudit_render::binary_size(&size, terminal),
            || perfaudit_render::binary_size_markdown(&size),
        );
    }
    audit.only.push(StageArgument::Size);
    audit.inlines = inlines;
    audit.ir = ir;
    audit::run(&audit, Subject::Project)
}

/// What two source trees ship.
fn trees(arguments: &AuditArguments, sources: &Both<ArmSource>) -> Result<Exit, CommandError> {
    let interrupt = Interrupt::on_signals().map_err(CommandError::Signals)?;
    let progress = Progress::start();
    let all = flow::shipped(sources, arguments, &interrupt, &progress)?;
    progress.finish();
    print(
        arguments,
        &all,
        |terminal| {
            let told = all.iter().map(|one| perfaudit_render::size_difference(one, terminal));
            told.collect::<Vec<_>>().join("\n")
        },
        || all.iter().map(perfaudit_render::size_difference_markdown).collect::<Vec<_>>().join("\n"),
    )
}

fn print(
    arguments: &AuditArguments,
    all: &impl Serialize,
    for_terminal: impl FnOnce(&Terminal) -> String,
    for_markdown: impl FnOnce() -> String,
) -> Result<Exit, CommandError> {
    match arguments.output.format {
        Format::Terminal => output::result(&for_terminal(&Terminal {
            width: output::width(),
            colour: output::takes_colour(),
            run_dir: String::new(),
            verbose: arguments.output.verbose,
        })),
        Format::Markdown => output::raw(&for_markdown()),
        Format::Json => {
            let json = serde_json::to_string_pretty(all).expect("sizes hold nothing that JSON cannot");
            output::raw(&format!("{json}\n"));
        }
        Format::Sarif | Format::Junit | Format::Html => return Err(CommandError::FormatOfFiles),
    }
    Ok(Exit::Pass)
}
