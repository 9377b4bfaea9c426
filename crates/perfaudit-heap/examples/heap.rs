//! Counts what a command allocates and prints its sites: `heap PROGRAM [ARGUMENT]...`.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for people who work on the counter"
)]

use std::process::ExitCode;

use perfaudit_cpu::symbols::{ProjectSources, SymbolPlaces};
use perfaudit_exec::{Command, Interrupt};
use perfaudit_heap::{count, sites, symbolise};
use perfaudit_result::WorkloadId;

fn main() -> ExitCode {
    match print(std::env::args().skip(1).collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn print(arguments: Vec<String>) -> Result<(), Box<dyn std::error::Error>> {
    let (program, arguments) = arguments.split_first().ok_or("nothing to count")?;
    let command = Command::new(program).args(arguments);
    let counted = count(&command, &std::env::temp_dir(), &Interrupt::on_signals()?, &mut |_| {})?;
    println!("{} {:?}", counted.finished.ending.describe(), counted.finished.usage);
    println!("{:?} {:#?}", counted.stacks.gaps, counted.stacks.processes);
    let begun = std::time::Instant::now();
    let sources = ProjectSources { root: std::env::current_dir()?, ..ProjectSources::default() };
    let workload = WorkloadId("command".to_owned());
    let heap = symbolise(&counted.stacks, workload, &sources, &SymbolPlaces::of_this_machine());
    println!("symbols in {:.3?}, {} blocks with cut stacks", begun.elapsed(), heap.truncated);
    for remark in &heap.remarks {
        println!("{}: {}", remark.module, remark.flaw);
    }
    for site in sites(&heap.whole()).all.iter().take(20) {
        let place = format!("{}:{}", site.file.as_deref().unwrap_or("?"), site.line.unwrap_or(0));
        let calls = site.calls.as_deref().unwrap_or_default();
        println!(
            "{:>12} B {:>9} blocks  {}  {place}  {calls}",
            site.counts.bytes, site.counts.count, site.symbol
        );
    }
    Ok(())
}
