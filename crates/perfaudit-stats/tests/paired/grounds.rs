//! What a change of time rests on, where the truth is known.

use std::num::NonZeroUsize;

use perfaudit_stats::{
    Beside, Counts, Design, Exact, Grounds, Judgement, LayoutJudgement, LogRatio, Verdict, Witness,
    beside_cpu_time, grounds, witness,
};

/// One process: its wall time and its CPU time.
#[derive(Clone, Copy)]
struct Process {
    wall: f64,
    cpu: f64,
}

fn ratio(value: f64) -> LogRatio {
    LogRatio::new(value).expect("finite")
}

fn design() -> Design {
    Design::new(ratio(0.005), NonZeroUsize::MIN)
}

/// A factor that wavers by so much from process to process.
fn waver(turn: usize, by: f64) -> f64 {
    1.0 + by * ((turn * 37 % 23) as f64 / 11.0 - 1.0)
}

/// 32 pairs of a side that computes for 20 ms and waits for 5 with one that does so for as long as is said, on a machine
/// where each process takes up to `noise` more or less.
fn pairs(cpu: f64, wait: f64, noise: f64) -> Vec<[Process; 2]> {
    let process = |turn, cpu: f64, wait: f64| {
        let cpu = cpu * waver(turn, noise);
        Process { wall: cpu + wait * waver(turn + 7, noise), cpu }
    };
    (0..32).map(|turn| [process(turn, 20.0, 5.0), process(turn + 3, cpu, wait)]).collect()
}

fn judged(pairs: &[[Process; 2]], layouts: usize) -> (LayoutJudgement, Option<Judgement>) {
    let wall = pairs
        .iter()
        .enumerate()
        .map(|(index, [a, b])| (index % layouts, LogRatio::between(a.wall, b.wall).expect("above zero")));
    let time = design().judge_layouts(&wall.collect::<Vec<_>>()).expect("there are pairs");
    let beside = pairs.iter().map(|[a, b]| beside_cpu_time([a.wall, b.wall], [a.cpu, b.cpu]));
    (time, design().judge_beside_cpu(beside))
}

fn known(
    time: &LayoutJudgement,
    beside_cpu: &Option<Judgement>,
    instructions: Option<Witness>,
) -> Option<Grounds> {
    grounds(time, Beside { cpu: beside_cpu.as_ref(), instructions, is_same_code: false })
}

fn counted(time: &LayoutJudgement, a: u64, b: u64) -> Witness {
    let exact = Exact { a: Counts::Same(a), b: Counts::Same(b) };
    witness(
        time.judgement.verdict,
        time.judgement.effect,
        exact,
        ratio(time.judgement.effect.abs().get() / 10.0),
    )
}

#[test]
fn more_work_is_a_change_by_its_instructions() {
    let (time, beside) = judged(&pairs(21.0, 5.0, 0.005), 1);
    assert_eq!(time.judgement.verdict, Verdict::Changed);
    assert_eq!(known(&time, &beside, None), None);
    let instructions = counted(&time, 100_000, 105_000);
    assert_eq!(known(&time, &beside, Some(instructions)), Some(Grounds::Work));
}

#[test]
fn the_same_instructions_that_take_longer_are_no_change_in_one_layout() {
    for cpu in [20.6, 22.0, 26.0] {
        let (time, beside) = judged(&pairs(cpu, 5.0, 0.005), 1);
        assert_eq!(time.judgement.verdict, Verdict::Changed, "{cpu}");
        for (a, b) in [(100_000, 100_000), (100_000, 100_020), (100_000, 99_000)] {
            let instructions = counted(&time, a, b);
            assert_eq!(known(&time, &beside, Some(instructions)), None, "{cpu}: {a}, {b}");
        }
    }
}

#[test]
fn neither_are_they_where_others_use_the_cpu_too() {
    // Whoever shares its CPU waits in proportion to what it computes.
    let shared = |cpu: f64| pairs(cpu, 5.0 + 2.0 * cpu, 0.005);
    let of_a = shared(20.0);
    let pairs: Vec<_> = of_a.iter().zip(shared(21.0)).map(|(a, b)| [a[1], b[1]]).collect();
    let (time, beside) = judged(&pairs, 1);
    assert_eq!(time.judgement.verdict, Verdict::Changed);
    assert_eq!(known(&time, &beside, Some(Witness::SuspectLayout)), None);
}

#[test]
fn a_change_in_a_few_layouts_is_none_either_and_one_over_ten_is() {
    let (few, beside) = judged(&pairs(21.0, 5.0, 0.005), 3);
    assert_eq!(few.judgement.verdict, Verdict::Changed);
    assert_eq!(known(&few, &beside, Some(Witness::SuspectLayout)), None);
    let (many, beside) = judged(&pairs(21.0, 5.0, 0.005), 10);
    assert_eq!(many.judgement.verdict, Verdict::Changed);
    assert_eq!(known(&many, &beside, Some(Witness::SuspectLayout)), Some(Grounds::Layouts));
}

#[test]
fn sleeping_longer_or_shorter_is_a_change_without_another_instruction() {
    for (wait, noise) in [(8.0, 0.01), (3.0, 0.01), (6.0, 0.002)] {
        let (time, beside) = judged(&pairs(20.0, wait, noise), 1);
        assert_eq!(time.judgement.verdict, Verdict::Changed, "{wait}");
        let instructions = Some(counted(&time, 100_000, 100_000));
        assert_eq!(known(&time, &beside, instructions), Some(Grounds::Waiting), "{wait}");
    }
}

#[test]
fn a_program_that_gives_up_its_threads_is_a_change_without_another_instruction() {
    let pairs: Vec<_> = (0..32)
        .map(|turn| {
            let cpu = 80.0 * waver(turn, 0.01);
            [Process { wall: cpu / 4.0, cpu }, Process { wall: cpu / 3.0, cpu: cpu * waver(turn + 5, 0.01) }]
        })
        .collect();
    let (time, beside) = judged(&pairs, 1);
    assert_eq!(known(&time, &beside, Some(Witness::SuspectLayout)), Some(Grounds::Waiting));
}

#[test]
fn what_is_mostly_cpu_time_is_no_waiting() {
    // Of 3 ms more, one is waited for.
    let (time, beside) = judged(&pairs(22.0, 6.0, 0.002), 1);
    assert_eq!(known(&time, &beside, Some(Witness::SuspectLayout)), None);
}

#[test]
fn twice_as_long_is_beyond_any_layout() {
    let (time, beside) = judged(&pairs(52.0, 13.0, 0.005), 1);
    assert_eq!(known(&time, &beside, None), Some(Grounds::Size));
    let (time, beside) = judged(&pairs(36.0, 9.0, 0.005), 1);
    assert_eq!(known(&time, &beside, None), None);
}

#[test]
fn what_is_no_change_rests_on_nothing() {
    let (time, beside) = judged(&pairs(20.0, 5.0, 0.01), 1);
    assert_eq!(known(&time, &beside, Some(Witness::Confirmed)), None);
}

#[test]
fn cpu_time_that_is_not_known_for_every_process_says_nothing() {
    assert_eq!(beside_cpu_time([10.0, 20.0], [0.0, 1.0]), None);
    assert_eq!(design().judge_beside_cpu([Some(LogRatio::ZERO), None].into_iter()), None);
    assert_eq!(design().judge_beside_cpu(std::iter::empty()), None);
}

#[test]
fn another_time_of_the_same_files_is_no_matter_of_layout() {
    let (time, _) = judged(&pairs(22.0, 5.0, 0.005), 1);
    let beside = Beside { is_same_code: true, instructions: Some(Witness::Opposed), ..Beside::default() };
    assert_eq!(grounds(&time, beside), Some(Grounds::SameCode));
}
