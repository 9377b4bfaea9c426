//! A report in a real browser.

mod exercise;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use crate::error::TaskError;
use crate::{child, say};

/// What browsers call themselves, best first.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The report
    report: PathBuf,
    /// Folder for light.png and dark.png
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The element to open, by its `id`, in a window that holds the whole page: the browser takes no picture of a
    /// page that is scrolled
    #[arg(long, value_name = "ID")]
    anchor: Option<String>,
    /// The browser; without it the first Chromium or Chrome on the path
    #[arg(long, value_name = "FILE")]
    browser: Option<PathBuf>,
    /// Width and height of the window in pixels
    #[arg(long, value_name = "WIDTH,HEIGHT", default_value = "1280,1800")]
    window: String,
}

/// How a page is looked at. The numbers are those of the browser's setting `preferredColorScheme`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum View {
    Dark = 0,
    Light = 1,
    /// On paper: the page then draws the charts that wait to be scrolled to.
    Print = 2,
}

impl View {
    /// The argument that makes the browser prefer it.
    fn setting(self) -> String {
        format!("--blink-settings=preferredColorScheme={}", self as u8)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::Print => "print",
        }
    }

    fn file(self) -> &'static str {
        match self {
            Self::Dark => "dark.png",
            Self::Light => "light.png",
            Self::Print => "print.pdf",
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), TaskError> {
    let browser = arguments.browser.clone().map_or_else(find_browser, Ok)?;
    let report = arguments.report.canonicalize().map_err(TaskError::file(&arguments.report))?;
    let html = fs::read_to_string(&report).map_err(TaskError::file(&report))?;
    fs::create_dir_all(&arguments.out).map_err(TaskError::file(&arguments.out))?;
    let out = arguments.out.canonicalize().map_err(TaskError::file(&arguments.out))?;
    let scratch = tempfile::tempdir().map_err(TaskError::file(&std::env::temp_dir()))?;
    let mut said = Vec::new();
    for view in [View::Light, View::Dark, View::Print] {
        // The page opens the row that its address names, and draws the row's charts.
        let (folder, anchor) = match view {
            View::Print => (scratch.path(), first_row(&html)),
            View::Light | View::Dark => (out.as_path(), arguments.anchor.as_deref()),
        };
        let file = folder.join(view.file());
        let messages = open(&browser, &report, anchor.unwrap_or_default(), view, &file, &arguments.window)?;
        say(&format!("{}: {} console messages", view.file(), messages.len()));
        said.extend(messages);
    }
    if let Some(copy) = exercise::copy(&html) {
        let file = scratch.path().join("exercised.html");
        fs::write(&file, copy).map_err(TaskError::file(&file))?;
        for view in [View::Light, View::Dark] {
            let (told, messages) = exercise::watch(&browser, &file, view)?;
            say(&format!("flame graph, {}: {told}, {} console messages", view.name(), messages.len()));
            said.extend(messages);
        }
    }
    if said.is_empty() {
        return Ok(());
    }
    Err(TaskError::Failed(format!("the report writes to the console:\n{}", said.join("\n"))))
}

/// The `id` of the first benchmark's row.
fn first_row(html: &str) -> Option<&str> {
    let start = html.find("id=\"w-")? + "id=\"".len();
    html[start..].split('"').next()
}

fn find_browser() -> Result<PathBuf, TaskError> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    BROWSERS
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|candidate| candidate.is_file())
        .ok_or_else(|| {
            TaskError::Failed("no Chromium on the path: install one, or name it with --browser".to_owned())
        })
}

/// Opens the page, writes a picture or a print of it, and returns what was written to the console.
fn open(
    browser: &Path,
    report: &Path,
    anchor: &str,
    view: View,
    file: &Path,
    window: &str,
) -> Result<Vec<String>, TaskError> {
    let profile = tempfile::tempdir().map_err(TaskError::file(&std::env::temp_dir()))?;
    let mut command = quiet(browser, profile.path(), window);
    // Real time: under virtual time the browser may end before the charts that wait for a frame are drawn.
    command.arg("--timeout=3000");
    match view {
        View::Print => command.arg(format!("--print-to-pdf={}", file.display())),
        View::Light | View::Dark => {
            command.arg(format!("--screenshot={}", file.display())).arg(view.setting())
        }
    };
    let fragment = if anchor.is_empty() { String::new() } else { format!("#{anchor}") };
    command.arg(format!("file://{}{fragment}", report.display()));
    let finished = child::output(&mut command)?;
    let stderr = String::from_utf8_lossy(&finished.stderr);
    if !finished.status.success() || !file.is_file() {
        let said = stderr.trim().to_owned();
        return Err(TaskError::Ended {
            program: browser.display().to_string(),
            status: finished.status,
            said,
        });
    }
    Ok(console_messages(&stderr))
}

/// The browser without a screen, without a network, and with the console of its pages on standard error.
fn quiet(browser: &Path, profile: &Path, window: &str) -> Command {
    let mut command = Command::new(browser);
    command
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        // A request to anywhere fails, and says so on the console.
        .args(["--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr", "--hide-scrollbars"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("--window-size={window}"));
    command
}

/// Lines of the browser's log that a page wrote: errors, warnings, violations of its content security policy. A
/// report has no reason to write any.
fn console_messages(log: &str) -> Vec<String> {
    log.lines().filter(|line| line.contains(":CONSOLE")).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_of_the_console_count() {
        let log = "[1:2:ERROR:dbus/bus.cc:406] Failed to connect\n\
                   [1:2:INFO:CONSOLE:3] \"Uncaught TypeError: x is null\", source: file:///report.html (3)\n\
                   DevTools listening";
        assert_eq!(console_messages(log).len(), 1);
        assert!(console_messages(log)[0].contains("Uncaught TypeError"));
    }

    #[test]
    fn the_first_row_is_found_by_its_id() {
        let html = r#"<section id="benchmarks"><tbody id="w-p/t/a-1f"><tbody id="w-p/t/b-2e">"#;
        assert_eq!(first_row(html), Some("w-p/t/a-1f"));
        assert_eq!(first_row("<p id=\"x\">"), None);
    }
}
