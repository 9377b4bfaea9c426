//! Reads a file of log records and writes it as Parquet.

use std::env;
use std::error::Error;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use log_pipeline::{AlertLog, Options, Report, run};

const USAGE: &str = "usage: log-pipeline [--alerts FILE] INPUT.(pb|json|ndjson)[.gz] OUTPUT.parquet";

struct Arguments {
    input: PathBuf,
    output: PathBuf,
    alerts: Option<PathBuf>,
}

fn main() -> ExitCode {
    let Some(arguments) = arguments(env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match convert(&arguments) {
        Ok(report) => {
            println!("{} records, {} alerts", report.records, report.alerts);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprint!("log-pipeline: {error}");
            let mut source = error.source();
            while let Some(cause) = source {
                eprint!(": {cause}");
                source = cause.source();
            }
            eprintln!();
            ExitCode::FAILURE
        }
    }
}

fn arguments(mut given: impl Iterator<Item = String>) -> Option<Arguments> {
    let mut alerts = None;
    let mut paths = Vec::new();
    while let Some(argument) = given.next() {
        match argument.as_str() {
            "--alerts" => alerts = Some(given.next()?.into()),
            option if option.starts_with('-') => return None,
            path => paths.push(PathBuf::from(path)),
        }
    }
    let [input, output] = <[PathBuf; 2]>::try_from(paths).ok()?;
    Some(Arguments { input, output, alerts })
}

fn convert(arguments: &Arguments) -> Result<Report, Box<dyn Error>> {
    let options = arguments
        .input
        .file_name()
        .and_then(|name| Options::for_file_name(&name.to_string_lossy()))
        .ok_or("the name of the input must end in .pb, .json or .ndjson, or one of these and .gz")?;
    let input = read(&arguments.input)?;
    let output = create(&arguments.output)?;
    let mut alert_log = match &arguments.alerts {
        Some(path) => Some(AlertLog::create(path).map_err(|error| describe("create", path, &error))?),
        None => None,
    };
    let (report, _) = run(&input, &options, output, alert_log.as_mut())?;
    Ok(report)
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| describe("read", path, &error))
}

fn create(path: &Path) -> Result<File, String> {
    File::create(path).map_err(|error| describe("create", path, &error))
}

fn describe(action: &str, path: &Path, error: &std::io::Error) -> String {
    format!("cannot {action} {}: {error}", path.display())
}
