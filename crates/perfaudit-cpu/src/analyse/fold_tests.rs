use super::*;
use crate::analyse::testing::profile;

fn stacks(profile: &CpuProfile) -> Vec<String> {
    let told = |run: &perfaudit_result::SampleRun| {
        let mut names: Vec<&str> = profile
            .stack(run.node)
            .map(|frame| profile.functions[frame.function as usize].name.as_str())
            .collect();
        names.reverse();
        format!("{} {}", names.join(";"), run.count)
    };
    profile.samples.iter().map(told).collect()
}

#[test]
fn start_up_and_job_machinery_disappear_and_their_own_time_stays_under_a_name() {
    let sampled = profile(
        1,
        &[
            "0 a sys:libc.so.6||0|_start;std||0|std::rt::lang_start;own:mine|src/main.rs|3|main 5",
            "0 b dep:rayon-core||0|rayon_core::registry::main_loop;own:mine|src/main.rs|9|work 7",
            "0 b dep:rayon-core||0|rayon_core::registry::main_loop 2",
        ],
    );
    let folded = fold(&sampled, &View::READABLE);
    assert_eq!(stacks(&folded), ["main 5", "work 7", "[rayon] 2"]);
    assert_eq!(fold(&sampled, &View::PLAIN).total(), sampled.total());
}

#[test]
fn a_function_that_calls_itself_is_one_frame_and_async_functions_bear_their_names() {
    let sampled = profile(
        1,
        &[
            "0 a walk;walk;walk;leaf 3",
            "0 a walk;walk 1",
            "0 a fetch::{async_fn#0};std||0|<alloc::boxed::Box<F> as core::future::future::Future>::poll;\
             part::{async_block#2} 4",
        ],
    );
    let folded = fold(&sampled, &View::READABLE);
    assert_eq!(stacks(&folded), ["walk 1", "walk;leaf 3", "fetch;part::{async block} 4"]);
}
