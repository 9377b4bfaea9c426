//! Development tasks: `cargo xtask NAME`.

mod acceptance;
mod child;
mod chrome;
mod corpus;
mod error;
mod heap;
mod help_time;
mod hyperfine;
mod kinds;
mod moved;
mod pairs;
mod perf;
mod prove;
mod ranking;
mod schema;
mod size;
mod source_speed;
mod ten_million;
mod tidy;
mod truth;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Development tasks of perfaudit.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Write the JSON schema of result.json
    Schema(schema::Arguments),
    /// Check what neither the compiler nor clippy does
    Tidy,
    /// Audit published crates and check every figure against Criterion and brute force
    Acceptance(acceptance::Arguments),
    /// Open a report in headless Chromium, without console messages, and take screenshots
    Chrome(chrome::Arguments),
    /// Read the corpus of the rules on source with perfaudit, clippy and cargo-perf
    Corpus(corpus::Arguments),
    /// Count allocations of commands beside valgrind's DHAT and heaptrack
    Heap(heap::Arguments),
    /// Measure how fast `perfaudit --help` answers
    HelpTime(help_time::Arguments),
    /// Measure commands with perfaudit and with hyperfine, by turns
    Hyperfine(hyperfine::Arguments),
    /// Compare published crates with themselves where the place of code alone differs: how often is a change told
    Moved(moved::Arguments),
    /// Compare programs with themselves, and with themselves with exact extra work: how often is that right
    Pairs(pairs::Arguments),
    /// Profile a benchmark with perfaudit and with perf, by turns
    Perf(perf::Arguments),
    /// Weigh a large published project beside cargo-bloat and cargo-llvm-lines
    Size(size::Arguments),
    /// Judge the patches of the examples, and set the verdicts against what is true
    Prove(prove::Arguments),
    /// Set the order of findings in the examples against what mending them gains
    Ranking(ranking::Arguments),
    /// Read a million lines of Rust as `perfaudit source` does, cold and with a warm cache
    SourceSpeed(source_speed::Arguments),
    /// Send ten million samples through the analysis of CPU profiles and look at its memory
    TenMillion(ten_million::Arguments),
    /// Profile programs whose split of time is known, many times
    Truth(truth::Arguments),
}

fn main() -> ExitCode {
    // Commands are started by a process that stays small; it is this program, called in another way.
    if let Some(code) = perfaudit_exec::timed::serve_if_asked() {
        return code;
    }
    let outcome = match Arguments::parse().task {
        Task::Schema(arguments) => schema::run(&arguments),
        Task::Tidy => tidy::run(),
        Task::Acceptance(arguments) => acceptance::run(&arguments),
        Task::Chrome(arguments) => chrome::run(&arguments),
        Task::Corpus(arguments) => corpus::run(&arguments),
        Task::Heap(arguments) => heap::run(&arguments),
        Task::HelpTime(arguments) => help_time::run(&arguments),
        Task::Hyperfine(arguments) => hyperfine::run(&arguments),
        Task::Moved(arguments) => moved::run(&arguments),
        Task::Pairs(arguments) => pairs::run(&arguments),
        Task::Perf(arguments) => perf::run(&arguments),
        Task::Size(arguments) => size::run(&arguments),
        Task::Prove(arguments) => prove::run(&arguments),
        Task::Ranking(arguments) => ranking::run(&arguments),
        Task::SourceSpeed(arguments) => source_speed::run(&arguments),
        Task::TenMillion(arguments) => ten_million::run(&arguments),
        Task::Truth(arguments) => truth::run(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

/// Prints a result.
#[expect(clippy::print_stdout, reason = "tasks talk to the developer who started them")]
fn say(text: &str) {
    println!("{text}");
}

/// Prints what went wrong, or what is going on.
#[expect(clippy::print_stderr, reason = "tasks talk to the developer who started them")]
fn complain(text: &str) {
    eprintln!("{text}");
}
