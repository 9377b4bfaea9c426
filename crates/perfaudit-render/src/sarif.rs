//! SARIF 2.1.0, as GitHub code scanning takes it: findings with rules, places and fingerprints.
//!
//! Format: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.

use std::collections::{BTreeMap, HashMap};

use perfaudit_result::{AuditResult, Finding, Location, PairedVerdict, Severity};
use serde::Serialize;

use crate::{paired, text};

/// The findings as a SARIF log with one run.
#[must_use]
pub fn sarif(result: &AuditResult) -> String {
    let (mut rules, indices) = rules(&result.findings);
    let fallback = fallback(result);
    let mut seen = HashMap::new();
    let slower = slower(result, &mut rules, &fallback);
    let results = result
        .findings
        .iter()
        .map(|finding| SarifResult {
            rule_id: &finding.rule,
            rule_index: indices[finding.rule.as_str()],
            level: level(finding.severity),
            message: Message { text: message(finding) },
            locations: locations(finding, &fallback),
            partial_fingerprints: BTreeMap::from([("perfaudit/v1", fingerprint(finding, &mut seen))]),
        })
        .chain(slower)
        .collect();
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool { driver: Driver { name: &result.tool.name, version: &result.tool.version, rules } },
            invocations: [Invocation {
                execution_successful: !matches!(result.verdict.exit_code, 2 | 4 | 70),
                exit_code: result.verdict.exit_code,
                exit_code_description: text::one_line(&result.verdict.headline),
            }],
            column_kind: "unicodeCodePoints",
            results,
        }],
    };
    let mut json =
        serde_json::to_string_pretty(&log).expect("the log has string keys only and fails nowhere");
    json.push('\n');
    json
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    invocations: [Invocation; 1],
    column_kind: &'static str,
    results: Vec<SarifResult<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
struct Driver<'a> {
    name: &'a str,
    version: &'a str,
    rules: Vec<Rule<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    id: &'a str,
    short_description: Message,
    help: Message,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    exit_code: u8,
    exit_code_description: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult<'a> {
    rule_id: &'a str,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: Vec<SarifLocation>,
    partial_fingerprints: BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifLocation {
    physical_location: PhysicalLocation,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    uri_base_id: &'static str,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<u32>,
}

/// What became slower than the other side of a comparison, at the function behind it where one is known.
fn slower<'a>(
    result: &'a AuditResult,
    rules: &mut Vec<Rule<'a>>,
    fallback: &SarifLocation,
) -> Vec<SarifResult<'a>> {
    const RULE: &str = "slower";
    let Some(comparison) = &result.paired else { return Vec::new() };
    let rule_index = rules.len();
    let found: Vec<SarifResult<'a>> = paired::with(comparison, PairedVerdict::Worse)
        .into_iter()
        .map(|row| {
            let of_function =
                row.functions.iter().flat_map(|found| &found.changed).find_map(|function| {
                    relative_uri(function.file).filter(|_| function.verdict == "slower")
                });
            let parts = [
                format!("{} is slower: {}, {} -> {}", row.workload, row.effect, row.before, row.after),
                row.evidence.clone(),
            ];
            let parts = parts.into_iter().chain(row.remarks);
            let text: Vec<String> = parts.map(|part| text::one_line(&part)).collect();
            SarifResult {
                rule_id: RULE,
                rule_index,
                level: "warning",
                message: Message { text: text.join("\n").replace("](", "] (") },
                locations: vec![of_function.map_or_else(|| fallback.clone(), |uri| at(uri, None))],
                partial_fingerprints: BTreeMap::from([("perfaudit/v1", format!("{RULE}:{}", row.workload))]),
            }
        })
        .collect();
    if !found.is_empty() {
        rules.push(Rule {
            id: RULE,
            short_description: Message { text: "slower than what it was compared with".to_owned() },
            help: Message {
                text: "Measured in pairs of processes by `perfaudit compare`; its report tells how sure that is."
                    .to_owned(),
            },
        });
    }
    found
}

/// The rules in the order in which findings name them first, and the index of each.
fn rules(findings: &[Finding]) -> (Vec<Rule<'_>>, HashMap<&str, usize>) {
    let mut rules = Vec::new();
    let mut indices = HashMap::new();
    for finding in findings {
        let id = finding.rule.as_str();
        indices.entry(id).or_insert_with(|| {
            let name = text::one_line(id);
            rules.push(Rule {
                id,
                short_description: Message { text: name.replace(['-', '_'], " ") },
                help: Message {
                    text: format!("`perfaudit explain {name}` tells what it means and what to do."),
                },
            });
            rules.len() - 1
        });
    }
    (rules, indices)
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn message(finding: &Finding) -> String {
    let parts = [&finding.title, &finding.message, &finding.remedy];
    let parts: Vec<String> =
        parts.into_iter().map(|part| text::one_line(part)).filter(|p| !p.is_empty()).collect();
    // `[text](target)` would be a link: section 3.11.6.
    parts.join("\n").replace("](", "] (")
}

/// The fingerprint; one that came before gets a number, since readers drop duplicates.
fn fingerprint<'a>(finding: &'a Finding, seen: &mut HashMap<&'a str, u32>) -> String {
    let times = seen.entry(&finding.fingerprint).or_default();
    *times += 1;
    if *times == 1 { finding.fingerprint.clone() } else { format!("{}:{times}", finding.fingerprint) }
}

/// Where a finding without a place of its own points, since GitHub refuses one that points nowhere: the source of
/// the first workload, else the root manifest.
fn fallback(result: &AuditResult) -> SarifLocation {
    let first = result.workloads.iter().find_map(|workload| relative_uri(&workload.source));
    at(first.unwrap_or_else(|| "Cargo.toml".to_owned()), None)
}

fn locations(finding: &Finding, fallback: &SarifLocation) -> Vec<SarifLocation> {
    let known: Vec<SarifLocation> = finding
        .locations
        .iter()
        .filter_map(|location| Some(at(relative_uri(&location.file)?, region(location))))
        .collect();
    if known.is_empty() { vec![fallback.clone()] } else { known }
}

fn at(uri: String, region: Option<Region>) -> SarifLocation {
    let artifact_location = ArtifactLocation { uri, uri_base_id: "%SRCROOT%" };
    SarifLocation { physical_location: PhysicalLocation { artifact_location, region } }
}

/// The region, when the line is known. Lines and columns count from 1; an end before the start is left out.
fn region(location: &Location) -> Option<Region> {
    let start_line = location.line.filter(|&line| line > 0)?;
    Some(Region {
        start_line,
        start_column: location.column.filter(|&column| column > 0),
        end_line: location.end_line.filter(|&end| end >= start_line),
    })
}

/// A path below the root as a URI reference; none for a path that leaves the root, or none at all.
fn relative_uri(path: &str) -> Option<String> {
    if path.is_empty() || path.starts_with('/') || path.split('/').any(|part| part == "..") {
        return None;
    }
    let mut uri = String::with_capacity(path.len());
    for &byte in path.as_bytes() {
        // Unreserved characters and the separator, RFC 3986 sections 2.3 and 3.3.
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    Some(uri)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_a_relative_uri() {
        assert_eq!(relative_uri("benches/a b#%.rs").as_deref(), Some("benches/a%20b%23%25.rs"));
        assert_eq!(relative_uri("src/größe.rs").as_deref(), Some("src/gr%C3%B6%C3%9Fe.rs"));
        assert_eq!(relative_uri("c:x.rs").as_deref(), Some("c%3Ax.rs"));
    }

    #[test]
    fn a_path_outside_the_tree_is_not_a_place() {
        for path in ["", "/etc/passwd", "../x.rs", "src/../../x.rs"] {
            assert_eq!(relative_uri(path), None, "{path}");
        }
    }
}
