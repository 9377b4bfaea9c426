//! `perfaudit rules`, and what all rules have in common.

use std::fmt::Write as _;

use perfaudit_source::rules::{self, Entry, search};
use serde::Serialize;

use crate::arguments::{PlainFormat, RulesArguments};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output;

/// A rule of any kind.
#[derive(Debug, Clone, Serialize)]
pub(super) struct AnyRule {
    pub(super) rule: &'static str,
    pub(super) title: &'static str,
    pub(super) category: &'static str,
    /// What it is about: `rust`, or `benchmarks` in any language.
    pub(super) language: &'static str,
    pub(super) explanation: String,
}

/// Every rule: those on figures, then those on source.
pub(super) fn all() -> Vec<AnyRule> {
    let of_figures = perfaudit_audits::ALL.iter().map(|audit| AnyRule {
        rule: audit.rule,
        title: audit.title,
        category: "benchmarks",
        language: "benchmarks",
        explanation: unindented(audit.explanation),
    });
    let of_source = rules::ALL.iter().map(|rule| AnyRule {
        rule: rule.id,
        title: rule.title,
        category: rule.category.as_str(),
        language: "rust",
        explanation: unindented(rule.explanation),
    });
    of_figures.chain(of_source).collect()
}

/// Doc comments carry the space behind `///`.
fn unindented(explanation: &str) -> String {
    explanation.lines().map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line))).collect()
}

/// A rule with how well it fits.
#[derive(Debug, Serialize)]
struct Found {
    #[serde(flatten)]
    rule: AnyRule,
    #[serde(skip_serializing_if = "Option::is_none")]
    relevance: Option<f64>,
}

pub(crate) fn run(arguments: &RulesArguments) -> Result<Exit, CommandError> {
    let mut rules = all();
    let fits = |wanted: &Option<String>, has: &str| {
        wanted.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(has))
    };
    rules.retain(|rule| fits(&arguments.category, rule.category) && fits(&arguments.language, rule.language));
    let found: Vec<Found> = if arguments.words.is_empty() {
        rules.into_iter().map(|rule| Found { rule, relevance: None }).collect()
    } else {
        let entries: Vec<Entry<'_>> = rules
            .iter()
            .map(|rule| Entry {
                id: rule.rule,
                title: rule.title,
                category: rule.category,
                text: &rule.explanation,
            })
            .collect();
        let ranked = search(&entries, &arguments.words);
        ranked
            .into_iter()
            .map(|ranked| Found { rule: rules[ranked.index].clone(), relevance: Some(ranked.relevance) })
            .collect()
    };
    match arguments.format {
        PlainFormat::Json => {
            let json = serde_json::to_string_pretty(&found).expect("rules hold nothing that JSON cannot");
            output::raw(&format!("{json}\n"));
        }
        PlainFormat::Terminal if found.is_empty() => {
            output::result("no rule fits; `perfaudit rules` lists all of them\n");
        }
        PlainFormat::Terminal => {
            let width =
                |of: fn(&AnyRule) -> usize| found.iter().map(|found| of(&found.rule)).max().unwrap_or(0);
            let (name, category) = (width(|rule| rule.rule.len()), width(|rule| rule.category.len()));
            let mut text = String::new();
            for Found { rule, relevance } in &found {
                let relevance = relevance.map(|relevance| format!("{relevance:>5.1}  ")).unwrap_or_default();
                writeln!(text, "{relevance}{:name$}  {:category$}  {}", rule.rule, rule.category, rule.title)
                    .expect("writing to a string cannot fail");
            }
            output::result(&text);
        }
    }
    Ok(Exit::Pass)
}
