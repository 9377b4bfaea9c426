//! Why a file cannot be used.

use crate::format::{FileFormat, Format};
use crate::input::LARGEST_FILE;

/// Why a file, or a folder, cannot be used: which one, where in it, what was expected, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file system refused.
    #[error("{file}: cannot be read: {source}")]
    Read {
        /// The file.
        file: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Neither a regular file nor a folder.
    #[error("{file}: expected a regular file; name the file itself, not a link, a pipe or a device")]
    NotAFile {
        /// The file.
        file: String,
    },
    /// More than any benchmark writes.
    #[error("{file}: {bytes} bytes, more than the {LARGEST_FILE} that are read; split it by benchmark")]
    TooLarge {
        /// The file.
        file: String,
        /// Its size.
        bytes: u64,
    },
    /// More benchmarks, or measurements of one, than any project has: each takes memory.
    #[error("{file}: more than {most} {what}; split the file")]
    TooMany {
        /// The file.
        file: String,
        /// What there is too much of.
        what: &'static str,
        /// How many are read.
        most: usize,
    },
    /// Not text in UTF-8.
    #[error("{file}: {found}; {remedy}")]
    NotText {
        /// The file.
        file: String,
        /// What it seems to be.
        found: &'static str,
        /// What makes it readable.
        remedy: &'static str,
    },
    /// Of no format that is known.
    #[error(
        "{file}: {found}; expected the JSON of hyperfine, google-benchmark, pytest-benchmark, pyperf or asv, the text \
         of `go test -bench`, or a folder that Criterion wrote (`target/criterion`)"
    )]
    Unrecognised {
        /// The file.
        file: String,
        /// What it seems to be.
        found: String,
    },
    /// Not the JSON that the tool writes.
    #[error("{file}: {source}; expected {expected}; if the file is cut short, write it again")]
    Json {
        /// The file.
        file: String,
        /// What is wrong, with line and column.
        source: serde_json::Error,
        /// What was expected.
        expected: &'static str,
    },
    /// A version of the format that is not known.
    #[error("{file}: version {found} of {format}'s format; expected {expected}; convert it with {format}")]
    Version {
        /// The file.
        file: String,
        /// Its format.
        format: FileFormat,
        /// The version it states.
        found: String,
        /// The versions that are read.
        expected: &'static str,
    },
    /// A number that cannot have been measured.
    #[error("{file}: {place}: {problem}; measure again, or remove the benchmark from the file")]
    Value {
        /// The file.
        file: String,
        /// Where in it: a JSON path or a line.
        place: String,
        /// What is wrong with it.
        problem: ValueProblem,
    },
    /// Parts of the file that contradict each other.
    #[error("{file}: {place}: {found}; expected {expected}; write the file again")]
    Shape {
        /// The file.
        file: String,
        /// Where in it: a JSON path or a line.
        place: String,
        /// What is there.
        found: String,
        /// What should be.
        expected: &'static str,
    },
    /// No measurement in it.
    #[error("{file}: holds no measurement of {format}{}; run the benchmarks again and look at what they print", told(.reasons))]
    Empty {
        /// The file or folder.
        file: String,
        /// Its format.
        format: Format,
        /// Why what it names was left out, if it names anything.
        reasons: Vec<String>,
    },
}

/// The first few reasons in brackets.
fn told(reasons: &[String]) -> String {
    match reasons {
        [] => String::new(),
        [only] => format!(" ({only})"),
        [first, others @ ..] => format!(" ({first}; and {} more)", others.len()),
    }
}

/// What is wrong with a number.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum ValueProblem {
    /// Not a number, or null where a number belongs.
    #[error("not a number, expected one")]
    NotANumber,
    /// Infinite, or too large for a float.
    #[error("infinite, expected a finite number")]
    Infinite,
    /// Below zero.
    #[error("{value}, expected at least 0")]
    Negative {
        /// The number as written.
        value: f64,
    },
    /// So large that sums of squares would not be finite.
    #[error("{value:e}, expected at most {most:e} after conversion to {base}")]
    TooLarge {
        /// The number as written.
        value: f64,
        /// The most that is read, in the base unit.
        most: f64,
        /// The base unit.
        base: &'static str,
    },
}
