//! Writes synthetic log records to a file, for trying the pipeline.

use std::env;
use std::fs;
use std::process::ExitCode;

use log_decode::{Compression, Format};
use log_fixtures::{encode, generate};

const USAGE: &str = "usage: generate-logs COUNT SEED FILE.(pb|pb.gz|json|json.gz)";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("generate-logs: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [count, seed, path] = arguments.as_slice() else {
        return Err(USAGE.into());
    };
    let count = count.parse().map_err(|error| format!("COUNT: {error}; {USAGE}"))?;
    let seed = seed.parse().map_err(|error| format!("SEED: {error}; {USAGE}"))?;
    let (plain_name, compression) = match path.strip_suffix(".gz") {
        Some(rest) => (rest, Compression::Gzip),
        None => (path.as_str(), Compression::Plain),
    };
    let format = match plain_name.rsplit_once('.') {
        Some((_, "pb")) => Format::Protobuf,
        Some((_, "json")) => Format::Json,
        _ => return Err(USAGE.into()),
    };
    let bytes = encode(&generate(count, seed), format, compression);
    fs::write(path, bytes).map_err(|error| format!("cannot write {path}: {error}"))
}
