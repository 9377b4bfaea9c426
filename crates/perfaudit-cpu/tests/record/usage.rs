//! Processor and memory over time, of programs that say what they use.

use perfaudit_exec::Command;
use perfaudit_result::Usage;

use crate::support::{Program, options, try_record};

fn usage(command: &Command) -> (Usage, f64) {
    let (recorded, finished) = try_record(command, &options(99, 1024)).unwrap();
    assert!(finished.ending.is_success(), "{}", finished.stderr.text());
    let used = finished.usage.user + finished.usage.system;
    (recorded.usage.expect("a program that runs for a second is looked at"), used.as_secs_f64())
}

fn cpu_seconds(usage: &Usage) -> f64 {
    usage.cpu.iter().map(|&rate| f64::from(rate) * usage.step_s).sum()
}

#[test]
fn memory_that_a_program_takes_step_by_step_rises_in_steps_and_time_asleep_uses_no_processor() {
    let program = Program::compile("grows.c", &[]);
    let (usage, used) = usage(&program.command());
    let mebibytes: Vec<u64> = usage.rss.iter().map(|bytes| bytes >> 20).collect();
    // Five times 20 MiB, and never given back.
    for step in 1..=5 {
        let here = |bytes: &&u64| (20 * step - 1..20 * step + 10).contains(*bytes);
        assert!(mebibytes.iter().any(|bytes| here(&bytes)), "{step}: {mebibytes:?}");
    }
    assert!(cpu_seconds(&usage) <= used * 1.1 + 0.05, "{usage:?}, used {used}");
    let idle = usage.cpu.iter().filter(|&&rate| rate < 0.2).count();
    assert!(idle * 2 > usage.cpu.len(), "it mostly sleeps: {:?}", usage.cpu);
}

#[test]
fn the_time_of_children_counts_also_when_they_have_ended() {
    let program = Program::compile("busy.c", &[]);
    let script = format!("for i in 1 2 3; do '{}' 150000000; done; sleep 0.1", program.path.display());
    let (usage, used) = usage(&Command::new("sh").args(["-c", &script]));
    let counted = cpu_seconds(&usage);
    // Ended children count in ticks, and the last step is not whole.
    assert!((counted - used).abs() < 0.15 * used + 0.06, "{counted} of {used}");
}
