use super::*;
use crate::analyse::testing::{profile, repeated};
use perfaudit_result::CpuProfile;

/// As Criterion 0.8 writes it, at its lines.
fn criterion() -> Scope {
    let mut source = "\n".repeat(82);
    source.push_str(
        "pub fn iter() {\n\n\n\n\n\nlet start = self.measurement.start();\nfor _ in 0..self.iters {\n\
         black_box(routine());\n}\nself.value = self.measurement.end(start);\n}\n",
    );
    source.push_str(&"\n".repeat(233 - source.lines().count()));
    source.push_str(
        "pub fn iter_batched() {\nlet inputs = (0..n).map(|_| setup());\nlet start = self.measurement.start();\n\
         outputs.extend(inputs.into_iter().map(&mut routine));\nlet end = self.measurement.end(start);\n\
         black_box(outputs);\n}\n",
    );
    Scope { harness: Harness::Criterion, timed: TimedLines::of_criterion(&source) }
}

const MAIN: &str = "own:mine|benches/b.rs|9|b::main;dep:criterion|routine.rs|5|criterion::routine::sample";
const ITER: &str = "dep:criterion|bencher.rs|91|criterion::bencher::Bencher<M>::iter";
const BATCHED: &str = "dep:criterion|bencher.rs";
const NAME: &str = "criterion::bencher::Bencher<M>::iter_batched";

fn stacks(profile: &CpuProfile) -> Vec<String> {
    let mut found: Vec<String> = profile
        .samples
        .iter()
        .map(|run| {
            let mut names: Vec<&str> = profile
                .stack(run.node)
                .map(|frame| profile.functions[frame.function as usize].name.as_str())
                .collect();
            names.reverse();
            format!("{} {}", names.join(";"), run.count)
        })
        .collect();
    found.sort();
    found
}

fn share(part: &MeasuredPart, why: Excluded) -> Option<f64> {
    part.excluded.iter().find(|share| share.name == why.label()).and_then(|share| share.share.value())
}

#[test]
fn only_what_lies_below_the_measured_call_is_kept() {
    let sampled = profile(
        1,
        &[
            &format!("0 m {MAIN};{ITER};own:mine|benches/b.rs|3|b::bench::{{closure#0}};parse 6"),
            &format!("0 m {MAIN};{ITER} 1"),
            &format!("0 m {MAIN};std||1|core::slice::sort 2"),
            &format!("0 m {MAIN};own:mine|benches/b.rs|2|b::bench;make_input 1"),
        ],
    );
    let part = measured_part(&sampled, &criterion());
    let iter = "criterion::bencher::Bencher<M>::iter";
    assert_eq!(
        stacks(&part.profile),
        [format!("{iter} 1"), format!("{iter};b::bench::{{closure#0}};parse 6")]
    );
    assert_eq!(share(&part, Excluded::Harness), Some(0.2));
    assert_eq!(share(&part, Excluded::OutsideCall), Some(0.1));
    assert_eq!(part.precision, Precision::Timed);
    assert_eq!(part.profile.check(), Ok(()));
}

#[test]
fn set_up_and_dropping_of_a_batch_are_told_by_the_line_of_the_harness() {
    let lines = criterion();
    let at = |line: u32, rest: &str| format!("0 m {MAIN};{BATCHED}|{line}|{NAME}{rest}");
    let sampled = profile(
        1,
        &[
            &at(237, ";std||1|alloc::vec::Vec<T>::extend;own:mine|src/lib.rs|4|mine::sort 5"),
            &at(
                235,
                ";std||1|core::iter::Map<I>::fold;dep:criterion|bencher.rs|235|criterion::bencher::Bencher<M>::iter_batched::{{closure}};clone_input 3",
            ),
            &at(239, ";std||1|core::ptr::drop_in_place<T> 1"),
            &at(0, ";somewhere 1"),
        ],
    );
    let part = measured_part(&sampled, &lines);
    assert_eq!(stacks(&part.profile), [format!("{NAME};mine::sort 5")]);
    assert_eq!(share(&part, Excluded::SetUp), Some(0.3));
    assert_eq!(share(&part, Excluded::Drop), Some(0.1));
    assert_eq!(share(&part, Excluded::NoLine), Some(0.1));
    let coarse = measured_part(&sampled, &Scope { harness: Harness::Criterion, timed: None });
    assert_eq!(coarse.profile.total(), 10);
    assert!(matches!(coarse.precision, Precision::BelowEntry(_)));
}

#[test]
fn workers_between_the_first_and_last_measurement_belong_to_the_routine_and_plotting_threads_do_not() {
    let sampled = profile(
        4,
        &[
            &format!("1 m {MAIN};{ITER};parse 5"),
            &format!("2 m {MAIN};{ITER};parse 5"),
            "1 w dep:rayon-core||1|rayon_core::main_loop;work 4",
            "3 w dep:rayon-core||1|rayon_core::main_loop;work 2",
            "2 p dep:rayon-core||1|rayon_core::main_loop;dep:criterion||1|criterion::stats::bootstrap 3",
        ],
    );
    let part = measured_part(&sampled, &criterion());
    assert_eq!(part.profile.total(), 14);
    assert_eq!(share(&part, Excluded::OtherThreads), Some(2.0 / 19.0));
    assert_eq!(share(&part, Excluded::Harness), Some(3.0 / 19.0));
    assert!(part.remarks.is_empty());
}

#[test]
fn short_names_of_inlined_frames_are_told_by_their_file() {
    let at = |line: u32| format!("0 m {MAIN};dep:criterion|src/bencher.rs|{line}|iter_batched<W, u8>");
    let inner = "dep:criterion|src/bencher.rs|235|{closure#0}<W, u8>";
    let sampled =
        profile(1, &[&format!("{};mine::sort 3", at(237)), &format!("{};{inner};clone_input 1", at(235))]);
    let part = measured_part(&sampled, &criterion());
    assert_eq!(stacks(&part.profile), ["iter_batched<W, u8>;mine::sort 3"]);
    assert_eq!(share(&part, Excluded::SetUp), Some(0.25));
}

#[test]
fn stacks_cut_off_before_the_measured_call_are_left_out_and_told() {
    let sampled = profile(1, &[&format!("0 m {MAIN};{ITER};walk 5"), "0 m ?||0|[truncated];walk;walk 5"]);
    let part = measured_part(&sampled, &criterion());
    // The stack holds own code below its cut, which may or may not have been measured.
    assert_eq!(share(&part, Excluded::Truncated), Some(0.5));
    assert!(part.remarks[0].starts_with("5 stacks were cut off"));
}

#[test]
fn divan_and_libtest_are_read_as_far_as_they_allow() {
    let source = "fn sample_recorder() {\nlet i = gen_input();\nsample_start = Stamp::start(k);\nbenched(&i);\n\
                  sample_end = Stamp::end(k);\ndrop_input(i);\n}\n";
    let scope = Scope { harness: Harness::Divan, timed: TimedLines::of_divan(source) };
    let frame = |line: u32| {
        format!(
            "0 m dep:divan|mod.rs|{line}|divan::bench::BenchContext<'a>::sample_recorder::{{{{closure}}}}"
        )
    };
    let sampled = profile(
        1,
        &[&format!("{};work 6", frame(4)), &format!("{};make 3", frame(2)), &format!("{};x 1", frame(6))],
    );
    let part = measured_part(&sampled, &scope);
    assert_eq!(
        (part.profile.total(), share(&part, Excluded::SetUp), share(&part, Excluded::Drop)),
        (6, Some(0.3), Some(0.1))
    );

    let sampled = repeated(
        1,
        &[
            "m std||1|test::bench::iter;std||3|test::bench::ns_iter_inner;work 4",
            "m std||1|test::bench::iter 1",
        ],
    );
    let part = measured_part(&sampled, &Scope { harness: Harness::Libtest, timed: None });
    assert_eq!((part.profile.total(), &part.precision), (4, &Precision::Timed));
    let none = measured_part(&repeated(1, &["m work 4"]), &criterion());
    assert_eq!((none.profile.total(), none.precision), (0, Precision::NotFound));
}
