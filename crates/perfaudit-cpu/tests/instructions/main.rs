//! Instructions of programs whose number is known.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::path::{Path, PathBuf};

use perfaudit_cpu::instructions::{Callgrind, CountError};
use perfaudit_exec::{Command, Ending, Interrupt};
use tempfile::TempDir;

/// A loop of four instructions in each round, written in assembly, and what it is told to do besides.
fn program(folder: &TempDir) -> PathBuf {
    let output = folder.path().join("program");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/instructions/programs/rounds.c");
    let status = std::process::Command::new(std::env::var_os("CC").unwrap_or_else(|| "cc".into()))
        .args(["-O2", "-o"])
        .arg(&output)
        .arg(source)
        .status()
        .unwrap();
    assert!(status.success());
    output
}

#[test]
fn rounds_of_a_loop_differ_by_exactly_their_instructions_and_each_count_repeats() {
    let Ok(callgrind) = Callgrind::find() else {
        assert!(matches!(Callgrind::find(), Err(CountError::NoValgrind)));
        return;
    };
    let folder = TempDir::new().unwrap();
    let program = program(&folder);
    let count = |arguments: &[&str]| {
        let command = Command::new(&program).args(arguments);
        let counted = callgrind.count(&command, None, &Interrupt::new()).unwrap();
        assert_eq!(counted.finished.ending, Ending::Exited(7), "{}", counted.finished.stderr.text());
        assert_eq!(counted.finished.stdout.text(), "done\n", "what valgrind says is not in between");
        counted.count
    };
    // As many digits, so that reading them takes the same.
    let (few, more, most) = (count(&["100000"]), count(&["200000"]), count(&["400000"]));
    assert_eq!(more.total - few.total, 100_000 * 4);
    assert_eq!(most.total - more.total, 200_000 * 4);
    assert_eq!(count(&["200000"]), more);
    let twice = count(&["200000", "fork"]);
    assert_eq!((more.processes, twice.processes), (1, 2));
    assert!(twice.total > more.total + 200_000 * 4, "{twice:?} {more:?}");
}
