//! Records a command, or a process that runs, and prints what came of it: `record [--hz N] [--stack BYTES] [--rung N]
//! (--pid N SECONDS | PROGRAM [ARGUMENT]...)`.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for people who work on the recorder"
)]

use std::collections::HashMap;
use std::process::ExitCode;
use std::time::Duration;

use perfaudit_cpu::record::{self, RateHz, RecordOptions, Recorded, StackBytes};
use perfaudit_cpu::{CodeAddress, Recording};
use perfaudit_exec::{Command, Gate, Interrupt};
use perfaudit_result::NodeId;

fn main() -> ExitCode {
    if let Some(code) = perfaudit_exec::timed::serve_if_asked() {
        return code;
    }
    match record(std::env::args().skip(1).collect()) {
        Ok(recorded) => {
            print(&recorded);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn record(mut arguments: Vec<String>) -> Result<Recorded, Box<dyn std::error::Error>> {
    let mut options = RecordOptions::default();
    let mut value = |name: &str| -> Result<Option<u32>, Box<dyn std::error::Error>> {
        if arguments.len() < 2 || arguments[0] != name {
            return Ok(None);
        }
        let number = arguments[1].parse()?;
        arguments.drain(..2);
        Ok(Some(number))
    };
    if let Some(hz) = value("--hz")? {
        options.rate = RateHz::new(hz);
    }
    if let Some(bytes) = value("--stack")? {
        options.stack = StackBytes::new(bytes);
        options.most_stack = options.stack;
    }
    if let Some(rung) = value("--rung")? {
        options.rungs = vec![options.rungs[usize::try_from(rung)?]];
    }
    let interrupt = Interrupt::on_signals()?;
    if let Some(process) = value("--pid")? {
        let seconds = arguments.first().map(|text| text.parse()).transpose()?;
        return Ok(record::attach(process, seconds.map(Duration::from_secs_f64), &options, &interrupt)?);
    }
    let (program, arguments) = arguments.split_first().ok_or("nothing to record")?;
    let command = Command::new(program).args(arguments).inherit_output();
    let gate = Gate::of_this_program()?;
    let (recorded, finished) = record::run(&command, &gate, &options, &interrupt, &mut |_| {})?;
    println!("{}, {:.3?}", finished.ending.describe(), finished.duration);
    Ok(recorded)
}

fn print(recorded: &Recorded) {
    let recording = &recorded.recording;
    println!("{:#?}\n{:?}", recording.sampler, recorded.cost);
    println!("{} stacks, {:?}", recording.stacks.nodes().len(), recording.blocks);
    for (number, module) in recording.modules.iter().enumerate() {
        println!("module {number}: {} {:?}", module.path.display(), module.identity.inode);
    }
    let mut threads: HashMap<u32, u64> = HashMap::new();
    let mut stacks: HashMap<NodeId, u64> = HashMap::new();
    for run in &recording.samples {
        *threads.entry(run.thread).or_default() += run.count;
        *stacks.entry(run.node).or_default() += run.count;
    }
    for (thread, count) in threads.into_iter().take(20) {
        println!("{count:6} {:?}", recording.threads[thread as usize]);
    }
    let mut stacks: Vec<_> = stacks.into_iter().collect();
    stacks.sort_by_key(|&(node, count)| (std::cmp::Reverse(count), node));
    for (node, count) in stacks.into_iter().take(8) {
        println!("{count:6} {}", stack(recording, node));
    }
}

fn stack(recording: &Recording, node: NodeId) -> String {
    let nodes = recording.stacks.nodes();
    let chain = std::iter::successors(Some(node), |&node| nodes[node as usize].0);
    let frames = chain.map(|node| match nodes[node as usize].1 {
        CodeAddress::InModule { module, address, .. } => format!("{module}:{address:x}"),
        CodeAddress::Kernel { address, .. } => format!("k:{address:x}"),
        CodeAddress::Anonymous { address } => format!("?:{address:x}"),
        CodeAddress::Truncated => "truncated".to_owned(),
    });
    frames.take(24).collect::<Vec<_>>().join(" ")
}
