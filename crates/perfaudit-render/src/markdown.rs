//! The report as GitHub-flavoured Markdown, for step summaries and pull requests.

mod benchmarks;
mod bisection;
mod build;
mod certificate;
mod cpu;
mod delivery;
mod difference;
mod escape;
mod fixes;
mod heap;
mod matrix;
mod paired;
mod plan;
mod seen;
mod size;
mod source;

use perfaudit_result::{AuditResult, Finding, Location, NextAction, PreconditionStatus, ReproduceStep};

use crate::{comparison, objectives, quantity, rows, shell, text};
pub use certificate::certificate_document;
pub use size::{binary_size, size_difference};

use escape::{code, fenced, prose, strong, table};

/// What fits into one GitHub comment, with room for what a script adds to it: GitHub takes 65,536 characters.
pub const COMMENT_BYTES: usize = 64_000;

/// A part of the report that stands or falls as a whole.
struct Section {
    title: &'static str,
    body: String,
}

/// The report in at most [`COMMENT_BYTES`].
#[must_use]
pub fn markdown(result: &AuditResult) -> String {
    markdown_within(result, COMMENT_BYTES)
}

/// The report in at most `limit_bytes`. Whole sections are dropped from the end until it fits, and the last line
/// names them; no section is cut. Where not even the verdict fits, one line says so, whatever the limit.
#[must_use]
pub fn markdown_within(result: &AuditResult, limit_bytes: usize) -> String {
    let sections = sections(result);
    let head = head(result);
    let mut size = head.len();
    let ends: Vec<usize> = std::iter::once(size)
        .chain(sections.iter().map(|section| {
            size += rendered_len(section);
            size
        }))
        .collect();
    for kept in (0..=sections.len()).rev() {
        let note = left_out(&sections[kept..]);
        if ends[kept] + note.len() <= limit_bytes {
            let mut out = head;
            for section in &sections[..kept] {
                out.push_str(&format!("\n## {}\n\n{}", section.title, section.body));
            }
            out.push_str(&note);
            return out;
        }
    }
    "The report does not fit here: see result.json.\n".to_owned()
}

/// The length of a section with its heading: `\n## TITLE\n\nBODY`.
fn rendered_len(section: &Section) -> usize {
    "\n## \n\n".len() + section.title.len() + section.body.len()
}

fn left_out(sections: &[Section]) -> String {
    if sections.is_empty() {
        return String::new();
    }
    let titles: Vec<&str> = sections.iter().map(|section| section.title).collect();
    format!("\nLeft out to fit the size limit, see report.html or result.json: {}.\n", titles.join(", "))
}

fn head(result: &AuditResult) -> String {
    let interrupted = if result.run.interrupted { ", interrupted" } else { "" };
    format!(
        "# perfaudit: {}\n\n{}\n\n{}. {} mode, {}{interrupted}.\n",
        code(&result.project.name),
        strong(&result.verdict.headline),
        prose(&capitalised(&rows::counts(result))),
        capitalised(&rows::words(result.run.mode)),
        quantity::seconds(result.run.duration_s),
    )
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_ascii_uppercase().to_string() + chars.as_str()).unwrap_or_default()
}

/// The sections that have something to say, the most useful first.
fn sections(result: &AuditResult) -> Vec<Section> {
    let all = [
        ("The search", bisection::bisection(result)),
        ("Build settings", matrix::matrix(result)),
        ("A against B", paired::paired(result)),
        ("Patches made from findings", fixes::fixes(result)),
        ("Patches", certificate::certificates(result)),
        ("Objectives", objectives(result)),
        ("Beside the baseline", compared(result)),
        ("Findings", findings(&crate::source::folded(result).0)),
        ("Plan", plan::plan(result)),
        ("Bottlenecks", plan::bottlenecks(result)),
        ("Next", next_actions(&result.next_actions)),
        ("Not measured", benchmarks::unmeasured(result)),
        ("Benchmarks", benchmarks::benchmarks(result)),
        ("Beside each other", relative(result)),
        ("Functions beside another run", difference::difference(result)),
        ("CPU time", cpu::cpu(result)),
        ("Allocations", heap::heap(result)),
        ("Source", source::source(result)),
        ("Builds, tests and sizes", delivery::delivery(result)),
        ("What builds do with their time", build::builds(result)),
        ("Where the bytes are", size::size(result)),
        ("LLVM IR", size::ir(result)),
        ("Parameters", benchmarks::groups(result)),
        ("How it was measured", how_measured(result)),
        ("Conditions", conditions(result)),
        ("Limits", limits(result)),
        ("Reproduce", reproduce(&result.reproduce)),
        ("Artifacts", artifacts(result)),
    ];
    all.into_iter()
        .filter(|(_, body)| !body.is_empty())
        .map(|(title, body)| Section { title, body })
        .collect()
}

fn relative(result: &AuditResult) -> String {
    rows::relative(result).iter().map(|row| format!("- {}\n", prose(row))).collect()
}

fn objectives(result: &AuditResult) -> String {
    let rows = objectives::rows(result);
    if rows.is_empty() {
        return String::new();
    }
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            vec![
                row.status.label().to_owned(),
                prose(row.name),
                code(row.workload),
                prose(&row.target),
                prose(&row.actual),
                prose(&row.remark),
            ]
        })
        .collect();
    table(&["status", "objective", "workload", "target", "measured", "headroom"], &[false; 6], &cells)
}

fn compared(result: &AuditResult) -> String {
    let Some(comparison) = &result.comparison else { return String::new() };
    let cells: Vec<Vec<String>> = comparison::differing(comparison)
        .iter()
        .map(|row| {
            vec![
                row.verdict.to_owned(),
                code(row.workload),
                row.metric.to_owned(),
                row.before.clone(),
                row.after.clone(),
                row.effect.clone(),
            ]
        })
        .collect();
    let mut out = format!("{}\n\n", prose(&comparison::beside(comparison)));
    for difference in &comparison.unlike {
        out.push_str(&format!("- unlike: {}\n", prose(difference)));
    }
    if !cells.is_empty() {
        let right = [false, false, false, true, true, true];
        out.push_str(&table(&["", "workload", "metric", "before", "after", "effect"], &right, &cells));
        out.push('\n');
    }
    out.push_str(&format!("{}. {}\n", capitalised(&comparison::rest(comparison)), comparison::CAVEAT));
    out
}

fn findings(findings: &[&Finding]) -> String {
    findings.iter().enumerate().map(|(index, finding)| self::finding(index + 1, finding)).collect()
}

fn finding(rank: usize, finding: &Finding) -> String {
    let severity = rows::words(finding.severity);
    let mut out =
        format!("{rank}. {} ({})\n", strong(&format!("{severity}: {}", finding.title)), code(&finding.rule));
    // Content of a list item stands below its text, whatever the width of the number.
    let indent = " ".repeat(rank.to_string().len() + 2);
    let mut item = |text: String| out.push_str(&format!("{indent}- {text}\n"));
    // An empty item would underline the line before it, which makes that a heading.
    if !finding.message.trim().is_empty() {
        item(prose(&finding.message));
    }
    if !finding.remedy.is_empty() {
        item(format!("Do: {}", prose(&finding.remedy)));
    }
    if !finding.locations.is_empty() {
        let places: Vec<String> = finding.locations.iter().map(place).collect();
        item(format!("Where: {}", places.join(", ")));
    }
    if !finding.workloads.is_empty() {
        const SHOWN: usize = 5;
        let mut names: Vec<String> = finding.workloads.iter().take(SHOWN).map(|id| code(&id.0)).collect();
        if finding.workloads.len() > SHOWN {
            names.push(format!("and {} more", finding.workloads.len() - SHOWN));
        }
        item(format!("Benchmarks: {}", names.join(", ")));
    }
    for evidence in &finding.evidence {
        let artifact = evidence.artifact.as_ref().map(|id| format!(" ({})", code(&id.0))).unwrap_or_default();
        item(format!("Evidence: {}{artifact}", prose(&evidence.text)));
    }
    let share = |share: Option<f64>| share.map_or_else(|| "not measured".to_owned(), quantity::percent);
    let mut cost = format!(
        "Share of CPU: {}; of allocated bytes: {}",
        share(finding.share_of_cpu),
        share(finding.share_of_alloc_bytes)
    );
    if let Some(gain) = rows::to_gain(finding) {
        cost.push_str(&format!("; {gain}"));
    }
    item(format!("{cost}. Confidence: {}.", rows::words(finding.confidence)));
    out
}

fn place(location: &Location) -> String {
    let line = location.line.map(|line| format!(":{line}")).unwrap_or_default();
    code(&format!("{}{line}", location.file))
}

fn next_actions(actions: &[NextAction]) -> String {
    let mut out = String::new();
    for action in actions {
        let command =
            action.command.as_ref().map(|command| format!(" {}", code(command))).unwrap_or_default();
        out.push_str(&format!("- {}: {}{command}\n", strong(&action.title), prose(&action.reason)));
    }
    out
}

fn how_measured(result: &AuditResult) -> String {
    let (host, toolchain, profile) = (&result.host, &result.project.toolchain, &result.project.profile);
    let virtualised = match host.virtualised {
        Some(true) => ", virtualised",
        Some(false) => ", not virtualised",
        None => "",
    };
    let noise =
        host.noise_floor.as_ref().map_or_else(|| "not established".to_owned(), crate::noise::noise_floor);
    let revision = result.project.vcs.as_ref().map_or_else(
        || "not under version control".to_owned(),
        |vcs| format!("{}{}", code(&vcs.commit), if vcs.dirty { ", with changes" } else { "" }),
    );
    let facts = [
        (
            "Host",
            format!("{}, {}{virtualised}", prose(&host.cpu), quantity::counted(host.cores as usize, "CPU")),
        ),
        ("System", format!("{}, kernel {}, {}", prose(&host.os), prose(&host.kernel), prose(&host.arch))),
        ("Memory", quantity::bytes(host.memory_bytes)),
        ("Noise floor", prose(&noise)),
        ("Revision", revision),
        ("Toolchain", format!("{}; {}", prose(&toolchain.rustc), prose(&toolchain.cargo))),
        (
            "Profile",
            prose(&format!(
                "{}: opt-level {}, lto {}, codegen-units {}, panic {}, debug {}, strip {}",
                profile.name,
                profile.opt_level,
                profile.lto,
                profile.codegen_units,
                profile.panic,
                profile.debug,
                profile.strip
            )),
        ),
        ("Command", code(&shell::command(&result.run.argv))),
        ("Started", prose(&result.run.started)),
        ("Seed", result.run.seed.to_string()),
    ];
    let mut out: String = facts.iter().map(|(name, fact)| format!("- {name}: {fact}\n")).collect();
    out.push('\n');
    out.push_str(&stages(result));
    if !result.run.tree_changes.is_empty() {
        out.push_str("\nFiles of the project that changed while its own code ran:\n\n");
        for change in &result.run.tree_changes {
            out.push_str(&format!("- {}: {}\n", code(&change.path), rows::words(change.kind)));
        }
    }
    out
}

fn stages(result: &AuditResult) -> String {
    let rows: Vec<Vec<String>> = result
        .run
        .stages
        .iter()
        .map(|stage| {
            vec![
                rows::words(stage.name),
                rows::words(stage.state),
                quantity::seconds(stage.duration_s),
                quantity::seconds(stage.cost.cpu_s),
                quantity::seconds(stage.cost.own_cpu_s),
                quantity::bytes(stage.cost.disk_bytes),
                stage.message.as_deref().map(prose).unwrap_or_default(),
            ]
        })
        .collect();
    let header = ["stage", "state", "time", "CPU", "of it perfaudit", "disk", "message"];
    table(&header, &[false, false, true, true, true, true, false], &rows)
}

fn conditions(result: &AuditResult) -> String {
    let mut out = String::new();
    for status in [
        PreconditionStatus::Violated,
        PreconditionStatus::Allowed,
        PreconditionStatus::Unknown,
        PreconditionStatus::Met,
    ] {
        for condition in result.preconditions.iter().filter(|condition| condition.status == status) {
            let remedy = condition.remedy.as_deref().filter(|_| status != PreconditionStatus::Met);
            out.push_str(&remark(&rows::words(status), &condition.code, &condition.message, remedy));
        }
    }
    out
}

fn limits(result: &AuditResult) -> String {
    result
        .limits
        .iter()
        .map(|limit| remark("", &limit.code, &limit.message, limit.remedy.as_deref()))
        .collect()
}

fn remark(status: &str, code_of: &str, message: &str, remedy: Option<&str>) -> String {
    let status = if status.is_empty() { String::new() } else { format!("{status}: ") };
    let remedy = remedy.map(|remedy| format!(" Do: {}", prose(remedy))).unwrap_or_default();
    format!("- {status}{}: {}{remedy}\n", code(code_of), prose(&text::sentence(message)))
}

fn reproduce(steps: &[ReproduceStep]) -> String {
    let mut out = String::new();
    for step in steps {
        let place =
            if step.directory.is_empty() { String::new() } else { format!(" in {}", code(&step.directory)) };
        let command = shell::command(step.environment.iter().chain(&step.argv));
        out.push_str(&format!("{}{place}:\n\n{}\n", strong(&step.what), fenced("sh", &[command])));
    }
    out
}

fn artifacts(result: &AuditResult) -> String {
    let rows: Vec<Vec<String>> = result
        .artifacts
        .iter()
        .map(|artifact| {
            vec![
                code(&artifact.path),
                rows::words(artifact.kind),
                quantity::bytes(artifact.bytes),
                code(&artifact.sha256),
            ]
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    table(&["file", "kind", "size", "SHA-256"], &[false, false, true, false], &rows)
}
