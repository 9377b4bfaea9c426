//! Runs a benchmark of a published crate in a fresh process and prints the time of an iteration in each batch, or
//! starts such processes again and again and keeps what they print.
//!
//!     recorder one BENCHMARK
//!     recorder all OUT ROUNDS PROCESSES PROGRAM...
//!     recorder pack OUT FOLDER
//!
//! In every round each program runs each benchmark `PROCESSES` times in a row, in random order. The processes differ in
//! the length of their environment (0 to 4095 bytes) and in the addresses that the kernel draws. OUT gets one file for
//! each benchmark and program, with one `f64` (nanoseconds, little-endian) for each batch in the order measured.
//!
//! `pack` writes the compact form: little-endian 16-bit numbers, 3000 for the first decile of all batches of the benchmark
//! and one more for each factor of exp(1 / 10,000). Of one program that is every batch of every process; of several the
//! median batch of every process, one program after the other.

use std::collections::HashMap;
use std::fs::OpenOptions;
use std::hash::{BuildHasher, RandomState};
use std::hint::black_box;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const BATCHES: usize = 7;
const WARM_UP: Duration = Duration::from_millis(2);

/// Name and iterations in a batch, about half a millisecond.
const BENCHMARKS: [(&str, u32); 7] = [
    ("semver-version", 10_000),
    ("semver-req", 8_000),
    ("itoa-u64", 60_000),
    ("smol_str-from-50", 20_000),
    ("smol_str-lowercase-50", 4_000),
    ("crc32fast-1000", 8_000),
    ("crc32fast-1048576", 6),
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["one", benchmark] => one(benchmark),
        ["all", out, rounds, processes, ref programs @ ..] => {
            all(Path::new(out), number(rounds), number(processes), programs);
        }
        ["pack", out, folder] => pack(Path::new(out), Path::new(folder)),
        _ => panic!("one BENCHMARK, all OUT ROUNDS PROCESSES PROGRAM..., or pack OUT FOLDER"),
    }
}

fn number(text: &str) -> usize {
    text.parse().expect("a number")
}

fn one(benchmark: &str) {
    let iterations = BENCHMARKS.iter().find(|known| known.0 == benchmark).expect("a known benchmark").1;
    let bytes: Vec<u8> =
        (0..1_048_576_u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let means = match benchmark {
        "semver-version" => batches(iterations, || {
            black_box("1.0.2021-beta+exp.sha.5114f85").parse::<semver::Version>().expect("a version")
        }),
        "semver-req" => batches(iterations, || {
            black_box(">=1.2.3, <2.0.0").parse::<semver::VersionReq>().expect("a requirement")
        }),
        "itoa-u64" => {
            let mut buffer = itoa::Buffer::new();
            batches(iterations, || buffer.format(black_box(u64::MAX)).len())
        }
        "smol_str-from-50" => {
            let text = "q7Zt0LmW3xYbN8sKd5VhR2cFgJ9pT4wUaE6oXiQnBzMlCvDyHk".to_owned();
            batches(iterations, || smol_str::SmolStr::from(black_box(&text)))
        }
        "smol_str-lowercase-50" => {
            use smol_str::StrExt;
            let text = "q7Zt0LmW3xYbN8sKd5VhR2cFgJ9pT4wUaE6oXiQnBzMlCvDy\u{130}";
            batches(iterations, || black_box(text).to_lowercase_smolstr())
        }
        "crc32fast-1000" => batches(iterations, || crc32fast::hash(black_box(&bytes[..1000]))),
        _ => batches(iterations, || crc32fast::hash(black_box(&bytes))),
    };
    let printed: Vec<u8> = means.iter().flat_map(|mean| mean.to_le_bytes()).collect();
    std::io::stdout().write_all(&printed).expect("somebody reads");
}

/// The mean time of an iteration in each batch, in nanoseconds.
fn batches<R>(iterations: u32, mut routine: impl FnMut() -> R) -> [f64; BATCHES] {
    let mut batch = || {
        let start = Instant::now();
        for _ in 0..iterations {
            black_box(routine());
        }
        start.elapsed()
    };
    let start = Instant::now();
    while start.elapsed() < WARM_UP {
        batch();
    }
    std::array::from_fn(|_| batch().as_nanos() as f64 / f64::from(iterations))
}

fn all(out: &Path, rounds: usize, processes: usize, programs: &[&str]) {
    std::fs::create_dir_all(out).expect("a folder for the results");
    let mut jobs: Vec<(usize, &str)> = (0..programs.len())
        .flat_map(|program| BENCHMARKS.map(|(benchmark, _)| (program, benchmark)))
        .collect();
    let mut kept: HashMap<(usize, &str), Vec<u8>> = HashMap::new();
    for _ in 0..rounds {
        for last in (1..jobs.len()).rev() {
            jobs.swap(last, random(last + 1));
        }
        for &(program, benchmark) in &jobs {
            for _ in 0..processes {
                let output = Command::new(programs[program])
                    .args(["one", benchmark])
                    .env("PADDING", "x".repeat(random(4096)))
                    .output()
                    .expect("the program starts");
                assert!(output.status.success() && output.stdout.len() == 8 * BATCHES, "{output:?}");
                kept.entry((program, benchmark)).or_default().extend(output.stdout);
            }
        }
        for ((program, benchmark), means) in &mut kept {
            let path = out.join(format!("{benchmark}.{program}.f64"));
            let file = OpenOptions::new().create(true).append(true).open(path);
            file.and_then(|mut file| file.write_all(means)).expect("room on the disk");
            means.clear();
        }
    }
}

fn pack(out: &Path, folder: &Path) {
    std::fs::create_dir_all(folder).expect("a folder for the packed numbers");
    for (benchmark, _) in BENCHMARKS {
        let programs: Vec<Vec<f64>> = (0..)
            .map_while(|program| std::fs::read(out.join(format!("{benchmark}.{program}.f64"))).ok())
            .map(|bytes| {
                bytes
                    .chunks_exact(8)
                    .map(|mean| f64::from_le_bytes(mean.try_into().expect("8 bytes")))
                    .collect()
            })
            .collect();
        let origin = first_decile(&programs.concat());
        let kept: Vec<f64> = match &programs[..] {
            [one] => one.clone(),
            several => several.iter().flat_map(|program| program.chunks_exact(BATCHES).map(median)).collect(),
        };
        let code = |mean: &f64| 3_000.0 + ((mean / origin).ln() * 10_000.0).round();
        let outside = kept.iter().filter(|mean| !(0.0..=65_535.0).contains(&code(mean))).count();
        let packed: Vec<u8> = kept.iter().flat_map(|mean| (code(mean) as u16).to_le_bytes()).collect();
        std::fs::write(folder.join(format!("{benchmark}.u16")), packed).expect("room on the disk");
        println!("{benchmark}: {} numbers, {outside} beyond the range; 3000 is {origin:.4} ns", kept.len());
    }
}

fn first_decile(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted[sorted.len() / 10]
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    (sorted[(sorted.len() - 1) / 2] + sorted[sorted.len() / 2]) / 2.0
}

/// A number below `n`, from the operating system's random numbers.
fn random(n: usize) -> usize {
    (RandomState::new().hash_one(0) % n as u64) as usize
}
