//! `--redact`: a run that can be shown to others. It holds no line of source, nothing that the project printed, and no path
//! outside of the project.
//!
//! Names stay: of packages, files, functions and types, and of benchmarks and commands. It is the last step before the
//! reports are made, so that they are made of what is left.

mod pairs;
mod paths;

use perfaudit_result::{ArtifactKind, AuditResult, Finding};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::CommandError;
use crate::flow::CompletedRun;
use paths::Paths;

/// What stands where something was left out.
const HIDDEN: &str = "left out by `--redact`";

/// Leaves out of a run, and of its artifacts, what others must not see.
pub(crate) fn redact(run: &mut CompletedRun) -> Result<(), CommandError> {
    let cut = Cut { printed: printed(&run.result), paths: Paths::of(&run.root, run.directory.path()) };
    run.directory.revise(|artifact, content| match artifact.kind {
        // What the compiler, a benchmark or a command printed.
        ArtifactKind::BuildLog
        | ArtifactKind::WorkloadLog
        | ArtifactKind::BenchProcess
        | ArtifactKind::CommandRuns => None,
        ArtifactKind::Samples
        | ArtifactKind::Harness
        | ArtifactKind::Pairs
        | ArtifactKind::CpuProfile
        | ArtifactKind::HeapProfile => Some(cut.content(content)),
    })?;
    let mut result = without_source(run.result.clone());
    result.artifacts = run.directory.artifacts().to_vec();
    run.result = cut.all(&result);
    for profile in run.profiles.values_mut() {
        *profile = cut.all(profile);
    }
    for heap in run.heaps.values_mut() {
        *heap = cut.all(heap);
    }
    Ok(())
}

/// Without lines of source, and without what the project and its compiler said.
fn without_source(mut result: AuditResult) -> AuditResult {
    for row in result.cpu.iter_mut().flat_map(|cpu| &mut cpu.workloads) {
        row.excerpts.clear();
    }
    result.findings.iter_mut().for_each(hide_code);
    for workload in result.workloads.iter_mut().filter(|workload| workload.state.is_failure()) {
        workload.message = workload.message.as_ref().map(|_| HIDDEN.to_owned());
    }
    for stage in &mut result.run.stages {
        stage.message = stage.message.as_deref().map(first_part);
    }
    if let Some(source) = &mut result.source {
        source.oracle.detail = first_part(&source.oracle.detail);
    }
    result
}

/// What a rule says of a place quotes it.
fn hide_code(finding: &mut Finding) {
    if let Some(code) = &mut finding.code {
        code.snippet = None;
        finding.message = format!("what was seen there is {HIDDEN}");
    }
}

/// What perfaudit says before it quotes cargo or the compiler.
fn first_part(text: &str) -> String {
    match text.split_once(": ") {
        Some((own, quoted)) if quoted.starts_with("error") => format!("{own}: {HIDDEN}"),
        _ => text.to_owned(),
    }
}

/// What failed workloads printed, and what comparisons quote, by lines and as a whole, the longest first: other messages
/// quote it, too.
fn printed(result: &AuditResult) -> Vec<String> {
    /// Shorter lines say nothing.
    const SHORTEST: usize = 8;
    let failed = result.workloads.iter().filter(|workload| workload.state.is_failure());
    let messages = failed.filter_map(|workload| workload.message.as_deref()).chain(pairs::quoted(result));
    let mut printed: Vec<String> = messages
        .flat_map(|message| message.lines().chain([message]))
        .map(|line| line.trim().to_owned())
        .filter(|line| line.len() >= SHORTEST)
        .collect();
    printed.sort_by_key(|line| std::cmp::Reverse(line.len()));
    printed.dedup();
    printed
}

/// What is cut out of texts.
struct Cut {
    printed: Vec<String>,
    paths: Paths,
}

impl Cut {
    /// Every text in it.
    fn all<T: Serialize + DeserializeOwned>(&self, of: &T) -> T {
        let read = serde_json::to_value(of).map(|value| self.value(value)).and_then(serde_json::from_value);
        read.expect("a text stands wherever one stood")
    }

    fn value(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(&text)),
            Value::Array(values) => values.into_iter().map(|value| self.value(value)).collect(),
            Value::Object(fields) => {
                fields.into_iter().map(|(name, value)| (self.text(&name), self.value(value))).collect()
            }
            other => other,
        }
    }

    fn text(&self, text: &str) -> String {
        let quoted = self.printed.iter().filter(|printed| text.contains(printed.as_str()));
        let own = quoted.fold(text.to_owned(), |text, printed| text.replace(printed.as_str(), HIDDEN));
        self.paths.cut(&own)
    }

    /// JSON with its texts cut; what is no JSON is text or, if it is neither, left out.
    fn content(&self, content: Vec<u8>) -> Vec<u8> {
        match serde_json::from_slice::<Value>(&content) {
            Ok(value) => self.value(value).to_string().into_bytes(),
            Err(_) => {
                String::from_utf8(content).map(|text| self.text(&text).into_bytes()).unwrap_or_default()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_compiler_said_is_cut_off_and_what_perfaudit_says_stays() {
        let told = first_part("the project does not compile: error: expected `;`, found `let x = 1`");
        assert_eq!(told, "the project does not compile: left out by `--redact`");
        assert_eq!(first_part("there is no benchmark target"), "there is no benchmark target");
    }

    #[test]
    fn paths_and_what_the_project_printed_are_cut_in_json_wherever_they_stand() {
        let paths = Paths::of("/people/me/project".as_ref(), "/people/me/run".as_ref());
        let cut = Cut { printed: vec!["the secret".to_owned()], paths };
        let json =
            br#"{"file":"/people/me/other/a.rs","list":["/people/me/project/b.rs"],"said":"x: the secret!"}"#;
        assert_eq!(
            String::from_utf8(cut.content(json.to_vec())).unwrap(),
            r#"{"file":"<elsewhere>/a.rs","list":["./b.rs"],"said":"x: left out by `--redact`!"}"#
        );
    }
}
