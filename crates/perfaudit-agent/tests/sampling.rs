//! The agent in real programs whose answer is known.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use perfaudit_agent::{Agent, Record, Sampling, Task};

/// Two functions of which one takes three times as much, in two threads of which one takes as long as the other; a
/// child that is forked; and a stack of a known content.
const PROGRAM: &str = r#"
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

__attribute__((noinline)) void work(unsigned long n) {
    for (volatile unsigned long i = 0; i < n; i++) {}
}
static unsigned long unit = 400000000;
void *threaded(void *unused) { work(unit); return unused; }
int main(int argc, char **argv) {
    (void)argv;
    pthread_t threads[2];
    if (argc > 1) {
        if (fork() == 0) { work(unit); _exit(0); }
        wait(0);
        return 0;
    }
    for (int i = 0; i < 2; i++) pthread_create(&threads[i], 0, threaded, 0);
    for (int i = 0; i < 2; i++) pthread_join(threads[i], 0);
    return 0;
}
"#;

fn compiled(folder: &Path) -> PathBuf {
    let source = folder.join("target.c");
    std::fs::write(&source, PROGRAM).expect("the folder can be written");
    let program = folder.join("target");
    let status = Command::new("cc")
        .args(["-O1", "-pthread", "-o"])
        .arg(&program)
        .arg(&source)
        .status()
        .expect("there is a C compiler");
    assert!(status.success());
    program
}

fn sampling() -> Task {
    with_room_for(256)
}

fn with_room_for(waiting: u32) -> Task {
    Task::Sample(Sampling { period: Duration::from_millis(4), stack_bytes: 4096, waiting })
}

/// Reads until the child has ended; answers thread, weight and length of the stack of each sample.
fn samples_of(agent: &Agent, mut child: Child) -> Vec<(u32, u64, usize)> {
    let mut samples = Vec::new();
    loop {
        let is_over = child.try_wait().expect("it is our child").is_some();
        let read = agent.read(is_over, &mut |record| {
            let Record::Sample(sample) = record else { return };
            assert!(sample.instruction != 0 && sample.stack_pointer % 8 == 0);
            samples.push((sample.thread, sample.weight, sample.stack.len()));
        });
        if is_over && read == 0 {
            return samples;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn run(agent: &Agent, program: &Path, arguments: &[&str]) -> Child {
    Command::new(program)
        .args(arguments)
        .envs(agent.environment(None))
        .stdout(Stdio::null())
        .spawn()
        .expect("the program starts")
}

#[test]
fn each_thread_is_sampled_by_its_own_cpu_time() {
    let folder = tempfile::tempdir().unwrap();
    let program = compiled(folder.path());
    let agent = Agent::prepare(folder.path(), sampling()).unwrap();
    let samples = samples_of(&agent, run(&agent, &program, &[]));
    let counters = agent.counters();
    assert_eq!((counters.lost, counters.refused_threads, counters.processes), (0, 0, 1));
    assert_eq!(counters.threads, 3, "the main thread and two more");
    let mut by_thread = std::collections::BTreeMap::new();
    for &(thread, weight, stack) in &samples {
        *by_thread.entry(thread).or_insert(0) += weight;
        assert!(stack >= 64, "a stack of {stack} bytes holds no caller");
    }
    let busy: Vec<u64> = by_thread.into_values().filter(|&weight| weight >= 5).collect();
    assert_eq!(busy.len(), 2, "the main thread waits: {samples:?}");
}

#[test]
fn the_child_of_a_fork_is_sampled() {
    let folder = tempfile::tempdir().unwrap();
    let program = compiled(folder.path());
    let agent = Agent::prepare(folder.path(), sampling()).unwrap();
    let samples = samples_of(&agent, run(&agent, &program, &["fork"]));
    assert_eq!(agent.counters().processes, 2);
    assert!(samples.len() >= 5, "{samples:?}");
}

#[test]
fn a_program_tells_what_it_has_mapped_before_its_first_sample_and_whose_child_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let program = compiled(folder.path());
    // Slots so small that the text goes over many.
    let small = Task::Sample(Sampling { period: Duration::from_millis(4), stack_bytes: 512, waiting: 256 });
    let agent = Agent::prepare(folder.path(), small).unwrap();
    assert!(run(&agent, &program, &["fork"]).wait().unwrap().success());
    let (mut maps, mut started, mut forked, mut samples) = (Vec::new(), None, None, 0);
    agent.read(true, &mut |record| match record {
        Record::Started { process, maps: text, .. } => {
            started = Some(process);
            maps.extend_from_slice(text);
        }
        Record::Mapped { process, maps: text } => {
            assert_eq!((Some(process), samples), (started, 0));
            maps.extend_from_slice(text);
        }
        Record::Forked { process, parent, .. } => forked = Some((process, parent)),
        Record::Sample(sample) => {
            assert!(sample.name.starts_with(b"target\0"), "{:?}", sample.name);
            samples += 1;
        }
    });
    let maps = String::from_utf8(maps).unwrap();
    assert!(maps.ends_with('\n') && maps.contains("/target\n") && maps.contains("libc.so"), "{maps}");
    let (child, parent) = forked.unwrap();
    assert!(Some(parent) == started && child != parent && samples > 0);
}

#[test]
fn samples_that_find_no_room_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let program = compiled(folder.path());
    let agent = Agent::prepare(folder.path(), with_room_for(2)).unwrap();
    assert!(run(&agent, &program, &["fork"]).wait().unwrap().success());
    let mut read = 0;
    agent.read(true, &mut |_| read += 1);
    assert_eq!(read, 2, "what is mapped takes the room of samples");
    assert!(agent.counters().lost >= 3, "{:?}", agent.counters());
}

#[test]
fn a_program_without_the_shared_file_runs_as_if_nothing_were_preloaded() {
    let folder = tempfile::tempdir().unwrap();
    let program = compiled(folder.path());
    let agent = Agent::prepare(folder.path(), sampling()).unwrap();
    let [preload, _] = agent.environment(None);
    let status = Command::new(&program).env(preload.0, preload.1).status().unwrap();
    assert!(status.success());
    assert_eq!(agent.counters().processes, 0);
}

#[test]
fn a_library_that_was_preloaded_before_stays() {
    let folder = tempfile::tempdir().unwrap();
    let agent = Agent::prepare(folder.path(), sampling()).unwrap();
    let [(_, preload), _] = agent.environment(Some("libother.so".as_ref()));
    assert!(preload.to_str().unwrap().ends_with("libperfaudit_agent.so:libother.so"));
}
