//! `perfaudit explain`.

use std::fmt::Write as _;

use perfaudit_audits::{ALL, Audit, find, nearest};
use serde::Serialize;

use crate::arguments::{ExplainArguments, PlainFormat};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output;

/// A rule as programs read it.
#[derive(Debug, Serialize)]
struct Rule {
    rule: &'static str,
    title: &'static str,
    explanation: String,
}

impl Rule {
    fn of(audit: &Audit) -> Self {
        Self { rule: audit.rule, title: audit.title, explanation: unindented(audit.explanation) }
    }
}

pub(crate) fn run(arguments: &ExplainArguments) -> Result<Exit, CommandError> {
    let chosen: Vec<&Audit> = match &arguments.rule {
        None => ALL.iter().collect(),
        Some(name) => {
            let unknown = || CommandError::UnknownRule { name: name.clone(), nearest: nearest(name).rule };
            vec![find(name).ok_or_else(unknown)?]
        }
    };
    match arguments.format {
        PlainFormat::Json => {
            let rules: Vec<Rule> = chosen.into_iter().map(Rule::of).collect();
            let json = serde_json::to_string_pretty(&rules).expect("rules hold nothing that JSON cannot");
            output::raw(&format!("{json}\n"));
        }
        PlainFormat::Terminal if arguments.rule.is_some() => {
            let Rule { rule, title, explanation } = Rule::of(chosen[0]);
            output::result(&format!("{rule}: {title}\n\n{explanation}"));
        }
        PlainFormat::Terminal => {
            let width = chosen.iter().map(|audit| audit.rule.len()).max().unwrap_or(0);
            let mut text = String::new();
            for audit in chosen {
                writeln!(text, "{:width$}  {}", audit.rule, audit.title)
                    .expect("writing to a string cannot fail");
            }
            output::result(&text);
        }
    }
    Ok(Exit::Pass)
}

/// Doc comments carry the space behind `///`.
fn unindented(explanation: &str) -> String {
    explanation.lines().map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line))).collect()
}
