//! What a command is run with: one workload for each combination of values.

use std::collections::BTreeSet;

use perfaudit_result::WorkloadId;
use toml::de::DeValue;

use super::super::problem::{Complaint, quote};
use super::super::section::{Item, Report};
use super::super::value::{array, mismatch};
use super::{CommandWorkload, Steps};

/// More workloads than this are a mistake: none of them would get a useful share of any budget.
pub(super) const MOST_WORKLOADS: usize = 1000;

/// More parameters than this are a mistake too.
const MOST_PARAMETERS: usize = 10;

const EXPECTED: &str = "a table of arrays, as in { file = [\"a.txt\", \"b.txt\"] }";

/// A parameter with its values, at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name, as in `{name}`.
    pub name: String,
    /// Its values, all different; numbers as they were written.
    pub values: Vec<String>,
}

/// The parameters, in the order of the file.
pub(super) fn parameters(item: Item<'_>, report: &mut Report<'_>) -> Option<Vec<Parameter>> {
    let DeValue::Table(table) = item.get_ref() else { return mismatch(item, EXPECTED, report) };
    if table.len() > MOST_PARAMETERS {
        let message = format!("there are more than {MOST_PARAMETERS} parameters");
        return report.refuse(&item.span(), Complaint::new(message));
    }
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    let mut parameters = Vec::new();
    for (key, values) in entries {
        let name = report.accept(&key.span(), parameter_name(key.get_ref()));
        let values = values_of(values, report);
        if let (Some(name), Some(values)) = (name, values) {
            parameters.push(Parameter { name, values });
        }
    }
    Some(parameters)
}

fn values_of(item: Item<'_>, report: &mut Report<'_>) -> Option<Vec<String>> {
    let values = array(item, report, "an array of values, as in [\"a.txt\", \"b.txt\"]", value)?;
    let is_empty = matches!(item.get_ref(), DeValue::Array(items) if items.is_empty());
    let mut seen = BTreeSet::new();
    if let Some(twice) = values.iter().find(|value| !seen.insert(*value)) {
        return report
            .refuse(&item.span(), Complaint::new(format!("the value {} stands here twice", quote(twice))));
    }
    if is_empty {
        return report.refuse(&item.span(), Complaint::new("a parameter needs at least one value"));
    }
    Some(values)
}

fn value(item: Item<'_>, report: &mut Report<'_>) -> Option<String> {
    let text = match item.get_ref() {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(integer) => integer.to_string(),
        DeValue::Float(float) => float.to_string(),
        _ => return mismatch(item, "a text or a number", report),
    };
    if text.is_empty() || text.chars().any(char::is_control) {
        let complaint = Complaint::new(format!("{} cannot be part of a workload's name", quote(&text)));
        return report.refuse(&item.span(), complaint.hint("expected text on one line"));
    }
    Some(text)
}

fn parameter_name(text: &str) -> Result<String, Complaint> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !text.is_empty() && text.chars().all(is_allowed) {
        Ok(text.to_owned())
    } else {
        Err(Complaint::new(format!("{} is no name for a parameter", quote(text)))
            .hint("expected letters, digits, `-` and `_`"))
    }
}

/// One workload for each combination of values, the last parameter varying fastest.
pub(super) fn combinations(
    command: &str,
    steps: &Steps,
    parameters: &[Parameter],
) -> Result<Vec<CommandWorkload>, Complaint> {
    let count =
        parameters.iter().fold(1_usize, |count, parameter| count.saturating_mul(parameter.values.len()));
    if count > MOST_WORKLOADS {
        let message = format!("there are more than {MOST_WORKLOADS} combinations of parameters");
        return Err(Complaint::new(message));
    }
    let mut workloads = Vec::with_capacity(count);
    let mut ids = BTreeSet::new();
    for index in 0..count {
        let values = combination(index, parameters);
        let named: Vec<(&str, &str)> =
            parameters.iter().map(|parameter| parameter.name.as_str()).zip(values.iter().copied()).collect();
        let steps = steps.filled(&named)?;
        let id = ["command", command].into_iter().chain(values.iter().copied()).collect::<Vec<_>>().join("/");
        if !ids.insert(id.clone()) {
            return Err(Complaint::new(format!(
                "two combinations of parameters are both named {}",
                quote(&id)
            )));
        }
        let values = values.into_iter().map(str::to_owned).collect();
        workloads.push(CommandWorkload { id: WorkloadId(id), values, steps });
    }
    Ok(workloads)
}

/// The combination of this index: its digits in a number system whose bases are the numbers of values.
fn combination(mut index: usize, parameters: &[Parameter]) -> Vec<&str> {
    let mut values: Vec<&str> = parameters
        .iter()
        .rev()
        .map(|Parameter { values, .. }| {
            let value = &values[index % values.len()];
            index /= values.len();
            value.as_str()
        })
        .collect();
    values.reverse();
    values
}

#[cfg(test)]
mod tests {
    use super::super::CommandLine;
    use super::*;

    fn names(parameters: &[(&str, &[&str])]) -> Result<Vec<String>, Complaint> {
        let steps = Steps {
            run: CommandLine::Shell("true".to_owned()),
            prepare: None,
            setup: None,
            cleanup: None,
            input: None,
        };
        let parameters: Vec<Parameter> = parameters
            .iter()
            .map(|(name, values)| Parameter {
                name: (*name).to_owned(),
                values: values.iter().map(|value| (*value).to_owned()).collect(),
            })
            .collect();
        let workloads = combinations("wc", &steps, &parameters)?;
        Ok(workloads.into_iter().map(|workload| workload.id.0).collect())
    }

    #[test]
    fn every_combination_is_a_workload() {
        assert_eq!(names(&[]).unwrap(), ["command/wc"]);
        assert_eq!(
            names(&[("file", &["a", "b"]), ("n", &["1", "2"])]).unwrap(),
            ["command/wc/a/1", "command/wc/a/2", "command/wc/b/1", "command/wc/b/2"]
        );
    }

    #[test]
    fn two_combinations_of_one_name_are_refused() {
        assert!(names(&[("x", &["a/b", "a"]), ("y", &["c", "b/c"])]).is_err());
    }

    #[test]
    fn more_combinations_than_can_be_counted_are_refused() {
        let many: Vec<(&str, &[&str])> = vec![("x", &["1", "2"]); 200];
        assert!(names(&many).is_err());
    }
}
