//! Programs in C whose allocations are known, and what the agent counts of them.
#![allow(dead_code, reason = "not every test program uses all of it")]

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use perfaudit_agent::{Agent, Counters, HeapCounts, ProcessHeap, Task};

/// Compiles a C program that runs `body` in `main`, with helpers that each compiler leaves alone.
pub(crate) fn compiled(folder: &Path, helpers: &str, body: &str) -> PathBuf {
    let source = format!(
        r#"
        #define _GNU_SOURCE
        #include <errno.h>
        #include <malloc.h>
        #include <pthread.h>
        #include <signal.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/syscall.h>
        #include <sys/time.h>
        #include <sys/wait.h>
        #include <unistd.h>
        #define APART __attribute__((noinline, noclone))
        void *volatile sink;
        {helpers}
        int main(int argc, char **argv) {{ (void)argc; (void)argv; {body} return 0; }}
        "#
    );
    built(folder, "target", &source, &[])
}

/// Compiles C source to a file of this name.
pub(crate) fn built(folder: &Path, name: &str, source: &str, options: &[&str]) -> PathBuf {
    let (file, program) = (folder.join(format!("{name}.c")), folder.join(name));
    std::fs::write(&file, source).expect("the folder can be written");
    let status = Command::new("cc")
        .args(["-O1", "-fno-builtin", "-pthread"])
        .args(options)
        .arg("-o")
        .arg(&program)
        .arg(&file)
        .status()
        .expect("there is a C compiler");
    assert!(status.success());
    program
}

/// What came of a program.
pub(crate) struct Ran {
    /// The heaps of its processes, the largest first.
    pub(crate) heaps: Vec<ProcessHeap>,
    pub(crate) counters: Counters,
    pub(crate) output: Output,
}

/// Runs a command with the agent, and with another library behind it.
pub(crate) fn run(folder: &Path, command: &mut Command, preloaded: Option<&OsStr>) -> Ran {
    let agent = Agent::prepare(folder, Task::CountAllocations).expect("the agent can be written");
    let output = command.envs(agent.environment(preloaded)).output().expect("the program starts");
    let files = agent.heap_files().expect("the folder can be read");
    let read = |file: &PathBuf| ProcessHeap::read(file).expect("the agent wrote it");
    let mut heaps: Vec<ProcessHeap> = files.iter().map(read).collect();
    heaps.sort_by_key(|heap| std::cmp::Reverse(heap.total().bytes));
    Ran { heaps, counters: agent.counters(), output }
}

/// Runs a program of this body; answers the heaps of its processes, the largest first.
pub(crate) fn heaps(helpers: &str, body: &str) -> Vec<ProcessHeap> {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let program = compiled(folder.path(), helpers, body);
    run(folder.path(), &mut Command::new(program), None).heaps
}

pub(crate) fn heap(helpers: &str, body: &str) -> ProcessHeap {
    heaps(helpers, body).remove(0)
}

/// What a program of the same shape allocates that does nothing: the C library's own buffers.
pub(crate) fn total_beyond_nothing(helpers: &str, body: &str) -> HeapCounts {
    let (nothing, mut total) = (heap("", "").total(), heap(helpers, body).total());
    total.count -= nothing.count;
    total.bytes -= nothing.bytes;
    total.live_count -= nothing.live_count;
    total.live_bytes -= nothing.live_bytes;
    total
}
