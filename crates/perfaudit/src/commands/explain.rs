//! `perfaudit explain`.

use std::fmt::Write as _;

use super::rules::{AnyRule, all};
use crate::arguments::{ExplainArguments, PlainFormat};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output;

pub(crate) fn run(arguments: &ExplainArguments) -> Result<Exit, CommandError> {
    let rules = all();
    let chosen: Vec<&AnyRule> = match &arguments.rule {
        None => rules.iter().collect(),
        Some(name) => match rules.iter().find(|rule| rule.rule == name) {
            Some(rule) => vec![rule],
            None => return Err(unknown(name)),
        },
    };
    match arguments.format {
        PlainFormat::Json => {
            let json = serde_json::to_string_pretty(&chosen).expect("rules hold nothing that JSON cannot");
            output::raw(&format!("{json}\n"));
        }
        PlainFormat::Terminal if arguments.rule.is_some() => {
            let AnyRule { rule, title, explanation, .. } = chosen[0];
            output::result(&format!("{rule}: {title}\n\n{explanation}"));
        }
        PlainFormat::Terminal => {
            let width = chosen.iter().map(|rule| rule.rule.len()).max().unwrap_or(0);
            let mut text = String::new();
            for rule in chosen {
                writeln!(text, "{:width$}  {}", rule.rule, rule.title)
                    .expect("writing to a string cannot fail");
            }
            output::result(&text);
        }
    }
    Ok(Exit::Pass)
}

/// The error for a name that no rule has.
pub(crate) fn unknown(name: &str) -> CommandError {
    let names: Vec<&'static str> = all().into_iter().map(|rule| rule.rule).collect();
    let nearest = perfaudit_project::config::nearest(name, names.iter().copied());
    let nearest = nearest.map(|nearest| format!("; did you mean `{nearest}`?")).unwrap_or_default();
    CommandError::UnknownRule { name: name.to_owned(), nearest }
}
