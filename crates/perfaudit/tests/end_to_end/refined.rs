//! What is left of a quick run's budget, through the command line.

use perfaudit_result::MetricName;

use crate::support::{Audited, Project, fake_bench};

/// Spreads over a factor of two; as many batches as it is asked for, else twenty.
const NOISY: &str = r#"|m| {
    let arguments: Vec<String> = std::env::args().collect();
    let asked = arguments.iter().position(|argument| argument == "--sample-size");
    let n: usize = asked.map_or(20, |at| arguments[at + 1].parse().unwrap());
    let mut state: u32 = 7;
    let mut time = |_| {
        // Numerical Recipes' generator; its low bits are not random.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (1000 + (state >> 16) % 1000).to_string()
    };
    let times: Vec<String> = (0..n).map(&mut time).collect();
    let iterations = vec!["10"; n].join(",");
    m.write_sample(&format!(
        "{{\"sampling_mode\":\"Flat\",\"iters\":[{iterations}],\"times\":[{}]}}",
        times.join(",")
    ));
}"#;

fn project() -> Project {
    let benchmarks = format!("(\"sound\", Measurement::write_sound), (\"noisy\", {NOISY})");
    Project::small().file("benches/first.rs", &fake_bench(&benchmarks))
}

fn batches(audited: &Audited, id: &str) -> u64 {
    audited.row(id).sampling.as_ref().expect("it was measured").batches
}

fn width(audited: &Audited, id: &str) -> f64 {
    let median = audited.row(id).metric(&MetricName::WALL_TIME_P50).expect("it has a median");
    let interval = median.figure.interval().expect("it has an interval");
    interval.upper() - interval.lower()
}

#[test]
fn time_that_is_left_goes_to_the_benchmark_with_the_widest_interval() {
    let project = project();
    let once = project.audit(&["--mode", "standard"]);
    assert_eq!((batches(&once, "small/first/noisy"), batches(&once, "small/first/sound")), (20, 20));
    let twice = project.audit(&["--mode", "quick"]);
    assert_eq!((batches(&twice, "small/first/noisy"), batches(&twice, "small/first/sound")), (400, 20));
    let message = twice.told("small/first/noisy").1;
    assert!(message.contains("measured twice: after the first 20 batches"), "{message}");
    assert_eq!(twice.row("small/first/sound").message, None);
    assert!(width(&twice, "small/first/noisy") < width(&once, "small/first/noisy") / 2.0);
    let paths = twice.result.artifacts.iter().map(|artifact| artifact.path.as_str());
    let samples = paths.filter(|path| path.starts_with("artifacts/samples/")).count();
    assert_eq!(samples, 3, "both measurements are kept");
}

#[test]
fn a_budget_that_holds_no_second_measurement_is_not_exceeded_by_one() {
    let audited = project().audit(&["--mode", "quick", "--budget", "5s"]);
    assert_eq!(batches(&audited, "small/first/noisy"), 20);
}
