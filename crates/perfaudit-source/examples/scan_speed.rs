//! Reads the source below a folder and prints what that took: `scan_speed FOLDER CACHE`.
//!
//! `cargo xtask source-speed` runs it twice, so that the second run finds everything in the cache.

use std::path::Path;
use std::time::Instant;

use perfaudit_source::scan::{ScanRequest, scan};

#[expect(clippy::print_stdout, reason = "it is there to print")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let [folder, cache] = <[String; 2]>::try_from(std::env::args().skip(1).collect::<Vec<_>>())
        .map_err(|_| "scan_speed FOLDER CACHE")?;
    let start = Instant::now();
    let scan = scan(&ScanRequest {
        root: Path::new(&folder),
        packages: &[],
        skip: &[],
        exclude: &[],
        cache: Some(Path::new(&cache)),
    })?;
    let wall_s = start.elapsed().as_secs_f64();
    let lines: u64 = scan.files.iter().map(|file| u64::from(file.analysis.lines.all)).sum();
    println!(
        "lines {lines} files {} hits {} misses {} wall_s {wall_s:.3} cpu_s {:.2}",
        scan.files.len(),
        scan.cache.hits,
        scan.cache.misses,
        cpu_s()?
    );
    Ok(())
}

/// User and system time of all threads of this process: fields 14 and 15 of its `stat`, in hundredths of a second (proc(5)).
fn cpu_s() -> Result<f64, Box<dyn std::error::Error>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let behind_name = stat.rsplit_once(')').map_or("", |(_, behind)| behind);
    let mut fields = behind_name.split_whitespace().skip(11);
    let mut next = || fields.next().unwrap_or_default().parse::<f64>();
    Ok((next()? + next()?) / 100.0)
}
