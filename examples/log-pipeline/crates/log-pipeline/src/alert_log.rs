use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use log_transform::Alert;

/// A text file with one line for each alert.
#[derive(Debug)]
pub struct AlertLog {
    file: File,
}

impl AlertLog {
    /// Starts a new file, in place of one that is there.
    ///
    /// # Errors
    /// The file cannot be created.
    pub fn create(path: &Path) -> io::Result<AlertLog> {
        Ok(AlertLog { file: File::create(path)? })
    }

    /// Adds a line for each alert: time, severity, service, score and the first line of the message.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&mut self, alerts: &[Alert]) -> io::Result<()> {
        for alert in alerts {
            let time = alert.time_unix_nano;
            let severity = alert.severity.name();
            let message = alert.message.lines().next().unwrap_or_default();
            writeln!(self.file, "{time} {severity} {} {} {message}", alert.service, alert.score)?;
        }
        Ok(())
    }
}
