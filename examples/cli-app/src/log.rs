use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// How much is logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What a run did.
    #[default]
    Info,
    /// What was done with each note.
    Debug,
}

/// Tells what a run does, on lines of a file. What cannot be written is lost.
#[derive(Debug, Default)]
pub struct Log {
    level: Level,
    file: Option<BufWriter<File>>,
}

impl Log {
    /// A log that goes nowhere.
    pub fn off() -> Log {
        Log::default()
    }

    /// Starts a file, in place of one that is there.
    ///
    /// # Errors
    /// The file cannot be created.
    pub fn create(path: &Path, level: Level) -> io::Result<Log> {
        Ok(Log { level, file: Some(BufWriter::new(File::create(path)?)) })
    }

    /// What a run did.
    pub fn info(&mut self, message: impl FnOnce() -> String) {
        self.line(Level::Info, "info", message);
    }

    /// What was done with one note.
    pub fn debug(&mut self, message: impl FnOnce() -> String) {
        self.line(Level::Debug, "debug", message);
    }

    fn line(&mut self, level: Level, name: &str, message: impl FnOnce() -> String) {
        if let Some(file) = self.file.as_mut().filter(|_| level <= self.level) {
            _ = writeln!(file, "{name}: {}", message());
        }
    }
}
