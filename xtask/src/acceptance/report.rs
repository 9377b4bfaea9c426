//! What the developer sees, and what is kept of it.

use std::fmt::Write as _;
use std::fs;

use jiff::Timestamp;

use super::check::Check;
use super::cost::OwnCost;
use super::{CrateReport, Mode};
use crate::error::TaskError;
use crate::{say, workspace};

const BEGIN: &str = "<!-- acceptance: begin (written by `cargo xtask acceptance --record`) -->";
const END: &str = "<!-- acceptance: end -->";
/// The most problems that are shown of one check.
const MOST: usize = 10;

/// The checks of one crate, one line each.
pub(crate) fn details(report: &CrateReport) -> String {
    let mut text = format!("{} {}", report.published.name, report.published.version);
    match &report.outcome {
        Ok((_, checks)) => {
            for check in checks {
                let _ = write!(text, "\n  {:<4}  {:<13} {}", check.word(), check.name, check.detail);
                for problem in check.problems.iter().take(MOST) {
                    let _ = write!(text, "\n          {problem}");
                }
                if check.problems.len() > MOST {
                    let _ = write!(text, "\n          and {} more", check.problems.len() - MOST);
                }
            }
        }
        Err(error) => {
            let _ = write!(text, "\n  FAIL  {error}");
        }
    }
    text
}

/// All crates, one row each, in Markdown.
pub(crate) fn table(reports: &[CrateReport], own_time: &Check) -> String {
    let mut text = String::from(
        "| crate | Criterion | benchmarks | estimates | quantiles | honesty | hollow | report | own CPU | own time | result |\n\
         |---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for report in reports {
        let published = report.published;
        let _ = write!(text, "| {} {} | {} ", published.name, published.version, published.criterion);
        let result = if report.passed() { "pass" } else { "FAIL" };
        match &report.outcome {
            Ok((audit, checks)) => {
                for name in ["benchmarks", "estimates", "quantiles", "honesty", "hollow", "report.html"] {
                    let detail =
                        checks.iter().find(|check| check.name == name).map(|check| check.detail.as_str());
                    let _ = write!(text, "| {} ", detail.unwrap_or_default());
                }
                let cost = OwnCost::of(audit);
                let own = cost.fixed_s + cost.growing_s;
                let _ = writeln!(text, "| {:.2} s | {own:.2} s | {result} |", cost.cpu_s);
            }
            Err(_) => {
                let _ = writeln!(text, "| | | | | | | | | {result} |");
            }
        }
    }
    let _ = write!(text, "\nOwn time: {}: {}.", own_time.detail, own_time.word());
    text
}

/// Writes the table into its section of docs/benchmarks.md.
pub(crate) fn record(reports: &[CrateReport], table: &str, mode: Mode) -> Result<(), TaskError> {
    let path = workspace::root().join("docs/benchmarks.md");
    let old = if path.is_file() {
        fs::read_to_string(&path).map_err(TaskError::file(&path))?
    } else {
        String::new()
    };
    let day = Timestamp::now().strftime("%Y-%m-%d").to_string();
    let first =
        reports.iter().find_map(|report| report.outcome.as_ref().ok()).map(|(audit, _)| &audit.result);
    let fact = |pointer: &str| {
        let value = first.and_then(|result| result.pointer(pointer));
        value
            .map_or_else(String::new, |value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    };
    let section = format!(
        "Made on {day} with perfaudit {} in {} mode, on {} ({} cores), {}.\n\n{table}\n",
        fact("/tool/version"),
        mode.name(),
        fact("/host/cpu"),
        fact("/host/cores"),
        fact("/project/toolchain/rustc"),
    );
    workspace::write(&path, &with_section(&old, &section))?;
    say(&format!("wrote {}", path.display()));
    Ok(())
}

/// The text with its marked section replaced, or added at the end.
fn with_section(text: &str, section: &str) -> String {
    let marked = format!("{BEGIN}\n{section}{END}");
    match (text.find(BEGIN), text.find(END)) {
        (Some(begin), Some(end)) if begin < end => {
            format!("{}{marked}{}", &text[..begin], &text[end + END.len()..])
        }
        _ if text.is_empty() => format!("# Benchmarks\n\n## Published crates\n\n{marked}\n"),
        _ => format!("{}\n\n## Published crates\n\n{marked}\n", text.trim_end()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_replaced_where_it_stands_and_added_where_it_is_missing() {
        let first = with_section("# Title\n\ntext\n", "one\n");
        assert!(first.starts_with("# Title\n\ntext\n\n## Published crates\n"));
        let second = with_section(&format!("{first}after\n"), "two\n");
        assert!(second.contains("two") && !second.contains("one") && second.ends_with("after\n"));
        assert_eq!(second.matches(BEGIN).count(), 1);
        assert!(with_section("", "x\n").starts_with("# Benchmarks\n"));
    }
}
