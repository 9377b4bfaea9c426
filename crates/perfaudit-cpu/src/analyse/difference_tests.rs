use super::*;
use crate::analyse::testing::{empty, repeated};
use perfaudit_result::{CodeOrigin, Function, Rung, SampleRun, SourceFrame, StackNode, Thread};

const BLOCKS: u32 = 50;
const PER_BLOCK: u32 = 30;

/// A stream of numbers below 1 (SplitMix64, Steele, Lea and Flood, 2014).
struct Stream(u64);

impl Stream {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// A program of functions with these weights that stays in one for five samples on average.
fn run(weights: &[f64], stream: &mut Stream) -> CpuProfile {
    run_that_leaves(0.2, BLOCKS, weights, stream)
}

/// The same where a sample finds another function than the one before with probability `leaves` at most.
fn run_that_leaves(leaves: f64, blocks: u32, weights: &[f64], stream: &mut Stream) -> CpuProfile {
    let mut made = empty(blocks);
    made.origins = vec![CodeOrigin { kind: OriginKind::Own, name: Some("mine".into()) }];
    made.threads = vec![Thread { process: 1, thread: 1, name: "main".into() }];
    for at in 0..weights.len() as u32 {
        made.functions.push(Function { name: format!("f{at}"), file: None, line: None, origin: 0 });
        made.frames.push(SourceFrame { function: at, line: 1, inlined: false });
        made.nodes.push(StackNode { parent: None, frame: at });
    }
    let total: f64 = weights.iter().sum();
    let pick = |stream: &mut Stream| {
        let mut rest = stream.next() * total;
        let found = weights.iter().position(|weight| {
            rest -= weight;
            rest < 0.0
        });
        found.unwrap_or(0) as u32
    };
    let mut node = pick(stream);
    for block in 0..blocks {
        for _ in 0..PER_BLOCK {
            if stream.next() < leaves {
                node = pick(stream);
            }
            made.samples.push(SampleRun { node, thread: 0, block, count: 1 });
        }
    }
    made
}

fn side(profile: &CpuProfile) -> Side<'_> {
    Side { profile, median: None }
}

fn options(rate: f64) -> DifferenceOptions {
    DifferenceOptions { false_discovery_rate: rate, ..DifferenceOptions::default() }
}

fn weights() -> Vec<f64> {
    (1..=25).map(|rank| 1.0 / f64::from(rank)).collect()
}

#[test]
fn two_profiles_of_the_same_program_seldom_show_a_change() {
    let mut stream = Stream(5);
    let (runs, weights) = (300, weights());
    let mut alarms = 0;
    let mut tested = 0;
    for _ in 0..runs {
        let (a, b) = (run(&weights, &mut stream), run(&weights, &mut stream));
        let found = difference(side(&a), side(&b), options(0.05)).unwrap();
        alarms += u32::from(!found.slower.is_empty() || !found.faster.is_empty());
        tested += found.undecided.len();
    }
    // Under A/A each finding is false, so that the rate of runs with one is the false discovery rate: at most 5 %, and
    // three standard errors of 300 runs above that.
    assert!(f64::from(alarms) / 300.0 <= 0.05 + 0.038, "{alarms} of {runs}");
    assert!(tested > 5 * runs, "functions were tested: {tested}");
}

#[test]
fn a_function_that_grows_from_a_tenth_to_four_tenths_is_found_and_is_slower() {
    let mut stream = Stream(9);
    let before = [0.1, 0.4, 0.3, 0.2];
    let after = [0.6, 0.4, 0.3, 0.2];
    let mut found = 0;
    for _ in 0..40 {
        let (a, b) = (run(&before, &mut stream), run(&after, &mut stream));
        let difference = difference(side(&a), side(&b), options(0.05)).unwrap();
        found += u32::from(difference.slower.iter().any(|change| change.symbol == "f0"));
    }
    // Samples come in phases of five, so that 1,500 are worth 170 or so.
    assert!(found >= 36, "{found} of 40");
}

fn median(value: f64) -> Figure {
    Figure {
        estimate: Estimate::WithInterval {
            value,
            interval: Interval::new(value * 0.99, value * 1.01).unwrap(),
            level: ConfidenceLevel::P95,
        },
        unit: Unit::Nanoseconds,
        n: 100,
        method: Method("empirical quantile".into()),
        of: Of::BatchMean,
    }
}

#[test]
fn with_measured_times_a_function_that_only_has_a_smaller_share_is_not_faster() {
    // 100 ns: 50 in `same`, 50 in `grown`; then 200 ns: 50 in `same`, 150 in `grown`.
    let before = repeated(40, &["t same 20", "t grown 20"]);
    let after = repeated(40, &["t same 10", "t grown 30"]);
    let (one, two) = (median(100.0), median(200.0));
    let timed = difference(
        Side { profile: &before, median: Some(&one) },
        Side { profile: &after, median: Some(&two) },
        options(0.01),
    )
    .unwrap();
    assert!(timed.faster.is_empty());
    let slower = &timed.slower[0];
    assert_eq!((slower.symbol.as_str(), slower.effect.unit), ("grown", Unit::Nanoseconds));
    assert!((slower.effect.value().unwrap() - 100.0).abs() < 1e-9);
    assert!(slower.effect.interval().unwrap().lower() > 50.0);
    let shares = difference(side(&before), side(&after), options(0.01)).unwrap();
    assert_eq!((shares.faster[0].symbol.as_str(), shares.faster[0].effect.unit), ("same", Unit::Ratio));
}

#[test]
fn a_change_of_time_within_the_noise_floor_is_none_and_a_larger_one_stays() {
    let (before, after) =
        (repeated(40, &["t same 20", "t grown 20"]), repeated(40, &["t same 20", "t grown 26"]));
    // 100 ns become 115 ns: `same` takes 50 ns in both, `grown` 50 and 65. The machine differs by 3 % from itself, so
    // that a profile of 103 ns with the same shares shows nothing.
    let (one, slower, noisy) = (median(100.0), median(115.0), median(103.0));
    let options = DifferenceOptions { noise_floor: Some(0.04), ..options(0.01) };
    let found = |after, median| {
        let before = Side { profile: &before, median: Some(&one) };
        difference(before, Side { profile: after, median: Some(median) }, options).unwrap()
    };
    let changed = found(&after, &slower);
    assert_eq!(changed.slower.iter().map(|change| change.symbol.as_str()).collect::<Vec<_>>(), ["grown"]);
    assert!(changed.faster.is_empty());
    let grown = &changed.slower[0];
    let times = [&grown.time_before, &grown.time_after].map(|time| time.as_ref().unwrap().value().unwrap());
    assert!((times[0] - 50.0).abs() < 1e-9 && (times[1] - 65.0).abs() < 1e-9, "{times:?}");
    let unchanged = found(&before, &noisy);
    assert!(unchanged.slower.is_empty() && unchanged.undecided.len() == 2);
}

#[test]
fn one_function_that_takes_30_percent_longer_is_found_and_it_alone_in_many_runs() {
    let mut stream = Stream(30);
    let before = [0.3, 0.3, 0.25, 0.15];
    let after = [0.3 * 1.3, 0.3, 0.25, 0.15];
    let (one, other) = (median(1000.0), median(1000.0 * after.iter().sum::<f64>()));
    let (mut found, mut others) = (0, 0);
    for _ in 0..200 {
        // Three seconds of a benchmark, whose iterations are far shorter than the time from one sample to the next.
        let mut run = |weights: &[f64]| run_that_leaves(1.0, 2 * BLOCKS, weights, &mut stream);
        let (a, b) = (run(&before), run(&after));
        let options = DifferenceOptions { noise_floor: Some(0.02), ..options(0.01) };
        let (a, b) = (Side { profile: &a, median: Some(&one) }, Side { profile: &b, median: Some(&other) });
        let difference = difference(a, b, options).unwrap();
        found += u32::from(difference.slower.iter().any(|change| change.symbol == "f0"));
        let all = difference.slower.iter().chain(&difference.faster);
        others += u32::from(all.filter(|change| change.symbol != "f0").count() > 0);
    }
    // At a rate of 1 % of findings that are false, 2 runs are expected at most; three standard errors above that are 6.
    assert!(others <= 6, "{others} of 200 runs blame another function");
    assert!(found >= 190, "{found} of 200");
}

#[test]
fn rare_functions_are_untested_instead_of_unchanged() {
    let before = repeated(20, &["t main 30"]);
    let mut lines = vec!["t main 30"];
    lines.push("t other 30");
    let after = repeated(20, &lines);
    let found = difference(side(&before), side(&after), options(0.01)).unwrap();
    assert_eq!(found.slower[0].symbol, "other", "a function that is new is found when it is not rare");
    let mut rare = before.clone();
    rare.functions.push(Function { name: "rare".into(), ..rare.functions[0].clone() });
    rare.frames.push(SourceFrame { function: 1, line: 1, inlined: false });
    rare.nodes.push(StackNode { parent: None, frame: 1 });
    rare.samples.push(SampleRun { node: 1, thread: 0, block: 3, count: 2 });
    let found = difference(side(&before), side(&rare), options(0.01)).unwrap();
    assert!(found.untested.iter().any(|row| row.reason == "seen in 0 and 2 samples, too few for a test"));
}

#[test]
fn profiles_taken_in_different_ways_are_refused_or_labelled() {
    let before = repeated(20, &["t main 30"]);
    let mut after = before.clone();
    after.sampler.rung = Rung::Agent;
    after.sampler.asked_hz = 250.0;
    let refused = difference(side(&before), side(&after), options(0.01)).unwrap_err();
    assert!(
        refused.to_string().contains("call that asked for it` after; 1000 Hz before, 250 Hz after"),
        "{refused}"
    );
    let allowed = DifferenceOptions { allow_unlike: true, ..options(0.01) };
    assert_eq!(difference(side(&before), side(&after), allowed).unwrap().unlike.len(), 2);
    let none = empty(3);
    assert_eq!(difference(side(&before), side(&none), options(0.1)), Err(DifferenceError::Empty("after")));
}
