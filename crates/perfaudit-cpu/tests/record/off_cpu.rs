//! How threads spend their time: programs that tell themselves how long they waited.

use perfaudit_cpu::record::Recorded;
use perfaudit_cpu::symbols::{ProjectSources, SymbolPlaces, waiting_stacks};
use perfaudit_exec::Finished;
use perfaudit_result::{OffCpu, Rung, WaitingStack, WaitingStacks};

use crate::support::{Program, options, try_record};

fn off_cpu(program: &Program) -> (OffCpu, Finished) {
    let (recorded, finished) = try_record(&program.command(), &options(999, 1024)).unwrap();
    let Recorded { recording, off_cpu, .. } = recorded;
    assert_ne!(recording.sampler.rung, Rung::Agent);
    assert!(finished.ending.is_success());
    (off_cpu.expect("the kernel tells of switches where it gives samples"), finished)
}

#[test]
fn time_blocked_and_time_at_work_are_those_that_a_program_measures_itself() {
    let (off_cpu, finished) = off_cpu(&Program::compile("waits.c", &[]));
    let stdout = finished.stdout.text();
    // The gate is a test, and what its harness prints stands on the same line.
    let (_, told) = stdout.split_once("waited ").unwrap();
    let told: Vec<f64> = told.split_whitespace().map(|ns| ns.parse::<f64>().unwrap() / 1e9).collect();
    let [waited, worked] = told[..] else { panic!("{told:?}") };
    assert_eq!(off_cpu.lost, 0);
    assert_eq!(off_cpu.threads.len(), 1, "{off_cpu:?}");
    let time = off_cpu.threads[0].time;
    assert_eq!((off_cpu.total, off_cpu.threads[0].thread.name.as_str()), (time, "program"));
    // Its own calls of the clock surround each pause; ending takes a moment more, which it cannot measure.
    let pauses = 10.0;
    assert!((time.blocked_s - waited).abs() < 0.02 * waited + pauses * 1e-4, "{time:?}, itself: {waited}");
    assert!(
        time.running_s > 0.95 * worked && time.running_s < 1.2 * worked + 0.01,
        "{time:?}, itself: {worked}"
    );
    assert!((10..100).contains(&time.waits), "{time:?}");
    let whole = time.running_s + time.blocked_s + time.preempted_s;
    // Its beginning is not seen from outside to the microsecond.
    assert!(whole < 1.02 * finished.duration.as_secs_f64(), "{whole} of {:?}", finished.duration);
    assert!(whole > 0.9 * (waited + worked), "{whole}");
}

/// The stacks that were waited in; none without the rights to see them.
fn waiting(recorded: &Recorded) -> Option<WaitingStacks> {
    let places = SymbolPlaces::of_this_machine();
    match recorded.waits.as_ref().expect("the kernel tells of switches") {
        Ok(waits) => Some(waiting_stacks(&recorded.recording, waits, &ProjectSources::default(), &places)),
        Err(reason) => {
            assert!(reason.contains("perf_event_paranoid"), "{reason}");
            None
        }
    }
}

#[test]
fn each_wait_is_charged_to_the_function_that_a_program_says_it_waited_in() {
    let program = Program::compile("pauses.c", &["-g"]);
    let (recorded, finished) = try_record(&program.command(), &options(999, 4096)).unwrap();
    let Some(waiting) = waiting(&recorded) else { return };
    let stdout = finished.stdout.text();
    let (_, told) = stdout.split_once("waited ").unwrap();
    let told: Vec<f64> = told.split_whitespace().map(|ns| ns.parse::<f64>().unwrap() / 1e9).collect();
    let total = recorded.off_cpu.as_ref().unwrap().total;
    // Ending is a switch, too, but not one that anybody waits in.
    assert!(waiting.taken.abs_diff(total.waits) <= 1 && waiting.unknown_s < 1e-3, "{waiting:?} of {total:?}");
    for (name, waited) in ["waits_once", "waits_twice", "waits_five_times"].iter().zip(told) {
        let through = |stack: &&WaitingStack| {
            stack.frames.iter().any(|frame| frame.symbol == *name)
                && stack.frames.last().is_some_and(|frame| frame.symbol == "_start")
        };
        let found: Vec<_> = waiting.stacks.iter().filter(through).collect();
        let (sum, waits) = (
            found.iter().map(|stack| stack.blocked_s).sum::<f64>(),
            found.iter().map(|stack| stack.waits).sum::<u64>(),
        );
        // Its own calls of the clock surround each of the fifty.
        assert!(
            (sum - waited).abs() < 0.02 * waited + 50.0 * 1e-4,
            "{name}: {sum}, itself {waited}: {waiting:?}"
        );
        assert!((45..=55).contains(&waits), "{name}: {waits}");
    }
}

#[test]
fn of_very_many_waits_a_part_is_taken_that_stands_for_all() {
    let program = Program::compile("turns.c", &["-pthread"]);
    let (recorded, _) = try_record(&program.command(), &options(999, 1024)).unwrap();
    let Some(waiting) = waiting(&recorded) else { return };
    let total = recorded.off_cpu.as_ref().unwrap().total;
    assert!(waiting.taken * 5 < total.waits, "{} of {}", waiting.taken, total.waits);
    let told = |name: &str| -> f64 {
        let has = |stack: &&WaitingStack| stack.frames.iter().any(|frame| frame.symbol == name);
        waiting.stacks.iter().filter(has).map(|stack| stack.blocked_s).sum()
    };
    let (main, answers) = (told("main"), told("answers"));
    // Each waits while the other one works.
    assert!((main + answers + waiting.unknown_s) / total.blocked_s > 0.95, "{waiting:?} of {total:?}");
    assert!((main + answers) / total.blocked_s < 1.01, "{waiting:?} of {total:?}");
    let of_thread = |is_first: bool| -> f64 {
        let threads = recorded.off_cpu.iter().flat_map(|off_cpu| &off_cpu.threads);
        let chosen = threads.filter(|one| (one.thread.thread == one.thread.process) == is_first);
        chosen.map(|one| one.time.blocked_s).sum()
    };
    for (name, found, counted) in [("main", main, of_thread(true)), ("answers", answers, of_thread(false))] {
        let known = counted - waiting.unknown_s;
        assert!(found > 0.7 * known && found < 1.3 * counted, "{name}: {found} of {counted}, {waiting:?}");
    }
}

#[test]
fn threads_that_are_more_than_the_processors_wait_for_them() {
    let (off_cpu, _) = off_cpu(&Program::compile("threads.rs", &[]));
    let workers: Vec<_> =
        off_cpu.threads.iter().filter(|one| one.thread.name.starts_with("worker-")).collect();
    let total = off_cpu.total;
    // 5000 threads that were waited for, each by a wait of the first one or by none if it was over already.
    assert!(total.waits < 50_000 && total.running_s > 0.0, "{total:?}");
    // One may wait for the lock of the memory allocator, and then for its turn.
    assert!(workers.iter().all(|one| one.time.blocked_share().unwrap() < 0.5), "{workers:?}");
    let main = off_cpu.threads.iter().find(|one| one.thread.thread == one.thread.process).unwrap();
    assert!(main.time.blocked_s > main.time.running_s / 10.0, "it waits for the workers: {main:?}");
}
