//! Whether the intervals of hotspots hold the truth as often as they say, on recorded traces.
//!
//! A trace is a recording of half a minute in blocks of 10 ms (`tests/traces`, made by `examples/trace.rs`). Recordings
//! as long as those of quick mode are drawn from it: segments of consecutive blocks from random places, so that samples
//! resemble their neighbours as they did when they were recorded. The share over the whole trace is the truth: each
//! block is drawn as often as any other.

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;
use perfaudit_cpu::analyse::{HotspotLimits, hotspots};
use perfaudit_result::{CpuProfile, Figure, Hotspot, SampleRun};

const RUNS: u32 = 2_000;
/// Blocks of a drawn recording: 1.5 s.
const BLOCKS: u32 = 150;
/// Three standard errors of 5 % among the runs.
const MONTE_CARLO: f64 = 0.0147;
const LIMITS: HotspotLimits = HotspotLimits { by_self: 12, by_total: 12, neighbours: 0 };

/// Steele, Lea and Flood's SplitMix64 (2014).
struct Draws(u64);

impl Draws {
    fn below(&mut self, end: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % u64::from(end)) as u32
    }
}

struct Trace {
    profile: CpuProfile,
    by_block: Vec<Vec<SampleRun>>,
}

impl Trace {
    fn read(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/traces").join(format!("{name}.json.gz"));
        let mut text = String::new();
        GzDecoder::new(std::fs::File::open(path).expect("the trace is there"))
            .read_to_string(&mut text)
            .expect("it is text");
        let profile: CpuProfile = serde_json::from_str(&text).expect("it is a profile");
        profile.check().expect("its numbers refer to what it holds");
        let mut by_block = vec![Vec::new(); profile.blocks.count as usize];
        for run in &profile.samples {
            by_block[run.block as usize].push(*run);
        }
        Self { profile, by_block }
    }

    /// Draws a recording into `drawn`, in segments of so many consecutive blocks; the first block follows the last.
    fn draw(&self, segment: u32, draws: &mut Draws, drawn: &mut CpuProfile) {
        let count = self.profile.blocks.count;
        drawn.samples.clear();
        let mut start = 0;
        for block in 0..BLOCKS {
            if block % segment == 0 {
                start = draws.below(count);
            }
            let from = (start + block % segment) % count;
            drawn.samples.extend(self.by_block[from as usize].iter().map(|run| SampleRun { block, ..*run }));
        }
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    stated: u32,
    covered: u32,
}

/// Both shares of a function, by its name and file.
fn shares(rows: &[Hotspot]) -> impl Iterator<Item = ((String, Option<String>, &'static str), &Figure)> {
    rows.iter().flat_map(|row| {
        let key = |which| (row.symbol.clone(), row.file.clone(), which);
        [(key("self"), &row.self_share), (key("total"), &row.total_share)]
    })
}

/// Segments, in blocks: every block from anywhere, and pieces of a tenth and of a third of a recording.
const SEGMENTS: [u32; 3] = [1, 15, 50];

/// Fails when intervals of a function miss too often, in segments of any length. Prints how often all of them hold the
/// truth, and those of the function with which it is worst.
fn intervals_cover(name: &str) {
    SEGMENTS.into_iter().for_each(|segment| covers(name, segment));
}

#[expect(clippy::print_stdout, reason = "the figure is worth knowing where the test passes, too")]
fn covers(name: &str, segment: u32) {
    let trace = Trace::read(name);
    let truth = hotspots(&trace.profile, None, LIMITS);
    let mut tallies: HashMap<_, (f64, Tally)> = shares(&truth)
        .filter_map(|(key, figure)| Some((key, (figure.value()?, Tally::default()))))
        .filter(|(_, (value, _))| (0.001..=0.999).contains(value))
        .collect();
    assert!(tallies.len() >= 3, "{tallies:?}");
    let mut draws = Draws(u64::from(segment));
    let mut drawn = trace.profile.clone();
    drawn.blocks.count = BLOCKS;
    for _ in 0..RUNS {
        trace.draw(segment, &mut draws, &mut drawn);
        for (key, figure) in shares(&hotspots(&drawn, None, LIMITS)) {
            if let (Some((truth, tally)), Some(interval)) = (tallies.get_mut(&key), figure.interval()) {
                tally.stated += 1;
                tally.covered += u32::from(interval.lower() <= *truth && *truth <= interval.upper());
            }
        }
    }
    let runs = f64::from(RUNS);
    let (mut stated, mut covered, mut worst) = (0.0, 0.0, 1.0_f64);
    for (key, (truth, tally)) in &tallies {
        let of_them = f64::from(tally.covered) / f64::from(tally.stated.max(1));
        let what = format!("{name}, segments of {segment}: {key:?} {truth:.4}: {tally:?}, {of_them:.4}");
        assert!(f64::from(tally.stated - tally.covered) / runs <= 0.05 + MONTE_CARLO, "{what}");
        if f64::from(tally.stated) >= 0.9 * runs {
            assert!(of_them >= 0.95 - MONTE_CARLO, "{what}");
            stated += f64::from(tally.stated);
            covered += f64::from(tally.covered);
            worst = worst.min(of_them);
        }
    }
    assert!(stated > 0.0, "some function has an interval in nine recordings of ten");
    println!("| {name} | {segment} | {stated} | {:.3} | {worst:.3} |", covered / stated);
}

#[test]
fn intervals_of_a_program_that_calls_its_functions_at_random_hold_the_share_over_the_whole_trace() {
    intervals_cover("shares");
}

#[test]
fn intervals_of_a_program_that_works_in_phases_hold_the_share_over_the_whole_trace() {
    intervals_cover("phases");
}

#[test]
fn intervals_of_a_benchmark_of_the_example_hold_the_share_over_the_whole_trace() {
    intervals_cover("end_to_end");
}
