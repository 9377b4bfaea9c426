//! The flame graphs of a report in use: a copy of the report with a script that presses its keys and buttons.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::{View, console_messages, quiet};
use crate::error::TaskError;

/// How long the script may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Presses keys and buttons, and writes to the console what does not happen; then how many checks there were.
const SCRIPT: &str = include_str!("exercise.js");
/// What lets this one script pass the report's own policy.
const NONCE: &str = "exercise";

/// The report with the script; none when it has no flame graph.
pub(super) fn copy(html: &str) -> Option<String> {
    let policy = "script-src ";
    if !html.contains("data-flame=") || !html.contains(policy) {
        return None;
    }
    let allowed = html.replacen(policy, &format!("{policy}'nonce-{NONCE}' "), 1);
    let end = allowed.rfind("</body>")?;
    let (before, after) = allowed.split_at(end);
    Some(format!("{before}<script nonce=\"{NONCE}\">{SCRIPT}</script>{after}"))
}

/// Opens the copy and waits for the end of the script: what it told, and what else was written to the console.
pub(super) fn watch(browser: &Path, copy: &Path, view: View) -> Result<(String, Vec<String>), TaskError> {
    let profile = tempfile::tempdir().map_err(TaskError::file(&std::env::temp_dir()))?;
    let mut command = quiet(browser, profile.path(), "1280,1800");
    // With a port to be driven by, the browser stays until it is ended; without, it ends when it has a picture.
    command.arg("--remote-debugging-port=0").arg(view.setting()).arg(format!("file://{}", copy.display()));
    let start = |source| TaskError::Start { program: browser.display().to_string(), source };
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().map_err(start)?;
    let stderr = child.stderr.take().expect("standard error is a pipe");
    let (sender, lines) = mpsc::channel();
    std::thread::spawn(move || {
        BufReader::new(stderr).lines().map_while(Result::ok).all(|line| sender.send(line).is_ok())
    });
    let end = Instant::now() + PATIENCE;
    let mut log = String::new();
    let mut told = None;
    while told.is_none() {
        let Ok(line) = lines.recv_timeout(end.saturating_duration_since(Instant::now())) else { break };
        told = end_of_script(&line);
        if told.is_none() {
            log.push_str(&line);
            log.push('\n');
        }
    }
    // It may have ended by itself; either way it is gone after this.
    let _ = child.kill();
    let _ = child.wait();
    match told {
        Some(told) => Ok((told, console_messages(&log))),
        None => Err(TaskError::Failed(format!("the script did not come to its end:\n{log}"))),
    }
}

/// What the script tells at its end, when this line of the browser's log is that.
fn end_of_script(line: &str) -> Option<String> {
    let told = line.split('"').nth(1).filter(|_| line.contains(":CONSOLE"))?;
    told.starts_with("exercised: ").then(|| told.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_with_a_flame_graph_gets_the_script_within_its_policy() {
        let html = "<meta content=\"script-src 'sha256-x'\"><body><div data-flame=\"0\"></div></body>";
        let copy = copy(html).unwrap();
        assert!(copy.starts_with("<meta content=\"script-src 'nonce-exercise' 'sha256-x'\">"));
        assert!(copy.contains("<script nonce=\"exercise\">") && copy.ends_with("</script></body>"));
        assert_eq!(super::copy("<body>script-src </body>"), None);
    }

    #[test]
    fn the_end_of_the_script_is_told_from_complaints() {
        assert_eq!(
            end_of_script(":CONSOLE:9] \"exercised: 3 checks\", source").as_deref(),
            Some("exercised: 3 checks")
        );
        assert_eq!(end_of_script(":CONSOLE:9] \"flame graph: a click\", source"), None);
        assert_eq!(end_of_script("exercised: 3 checks"), None);
    }
}
