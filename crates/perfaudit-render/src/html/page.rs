//! The document around the sections: head, navigation, help, and the policy that keeps it closed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use perfaudit_result::AuditResult;
use sha2::{Digest, Sha256};

use super::context::Context;
use super::text::Line;
use super::{
    appendix, benchmarks, build, cpu, data, findings, groups, heap, measured, size, source, summary,
};
use crate::rows;

/// The one style and the one script of a page.
struct Assets {
    style: &'static str,
    script: &'static str,
}

const PLAIN: Assets = Assets {
    style: include_str!("../../assets/report.css"),
    script: concat!(include_str!("../../assets/charts.js"), include_str!("../../assets/report.js")),
};
/// Those of a page with flame graphs.
const WITH_FLAMES: Assets = Assets {
    style: concat!(include_str!("../../assets/report.css"), include_str!("../../assets/flame/flame.css")),
    script: concat!(
        include_str!("../../assets/charts.js"),
        include_str!("../../assets/flame/profile.js"),
        include_str!("../../assets/flame/layout.js"),
        include_str!("../../assets/flame/paint.js"),
        include_str!("../../assets/flame/controls.js"),
        include_str!("../../assets/flame/graph.js"),
        include_str!("../../assets/flame/section.js"),
        include_str!("../../assets/report.js"),
    ),
};

/// The sections in order: element id and heading.
const SECTIONS: [(&str, &str); 11] = [
    ("summary", "Summary"),
    ("findings", "Findings"),
    ("benchmarks", "Benchmarks"),
    ("groups", "Groups"),
    ("cpu", "CPU"),
    ("heap", "Allocations"),
    ("builds", "Builds"),
    ("size", "Size"),
    ("source", "Source"),
    ("measured", "How it was measured"),
    ("appendix", "Appendix"),
];

/// The whole document.
pub(super) fn page(context: &Context<'_>) -> Markup {
    let result = context.result;
    let has_cpu = result.cpu.is_some();
    let has_flames = has_cpu || result.heap.is_some();
    let assets = if has_flames { WITH_FLAMES } else { PLAIN };
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy(&assets));
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="generator" content={ (Line(&result.tool.name)) " " (Line(&result.tool.version)) };
                title { (Line(&result.project.name)) " - performance audit" }
                style { (PreEscaped(assets.style)) }
                script { (PreEscaped(assets.script)) }
            }
            body {
                a.skip href="#main" { "Skip to the report" }
                (navigation(result))
                main #main {
                    (summary::header(context))
                    (summary::section(context))
                    @if has_section(result, "findings") { (findings::section(context)) }
                    @if has_section(result, "benchmarks") { (benchmarks::section(context)) }
                    @if has_section(result, "groups") { (groups::section(context)) }
                    @if has_cpu { (cpu::section(context)) }
                    @if result.heap.is_some() { (heap::section(context)) }
                    @if !result.builds.is_empty() { (build::section(result)) }
                    @if has_size(result) { (size::section(result)) }
                    @if let Some(read) = &result.source { (source::section(context, read)) }
                    (measured::section(context))
                    (appendix::section(context))
                }
                (help(has_flames))
                // Not a script: browsers do not run this type, and the policy does not cover it.
                script #data type="application/json" { (PreEscaped(data::json(context))) }
            }
        }
    }
}

/// Whether sides were compared, of which the summary tells everything.
pub(super) fn is_of_sides(result: &AuditResult) -> bool {
    let has_patches = !result.certificates.is_empty() || result.fixes.is_some();
    result.paired.is_some() || result.matrix.is_some() || (has_patches && !rows::is_audit(result))
}

fn has_section(result: &AuditResult, id: &str) -> bool {
    match id {
        "findings" => !is_of_sides(result) || !result.findings.is_empty() || result.source.is_some(),
        "benchmarks" => !is_of_sides(result) || !result.workloads.is_empty(),
        "groups" => !is_of_sides(result) || !result.groups.is_empty(),
        "cpu" => result.cpu.is_some(),
        "heap" => result.heap.is_some(),
        "builds" => !result.builds.is_empty(),
        "size" => has_size(result),
        "source" => result.source.is_some(),
        _ => true,
    }
}

fn has_size(result: &AuditResult) -> bool {
    !result.size.is_empty() || result.ir.is_some()
}

/// Nothing may be loaded; the style and the script of this page may be used, and no other.
fn policy(assets: &Assets) -> String {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(assets.style),
        hash(assets.script)
    )
}

/// A section with its heading and a link to itself.
pub(super) fn section(id: &str, body: &Markup) -> Markup {
    let title = SECTIONS.iter().find(|(section, _)| *section == id).map_or(id, |(_, title)| title);
    html! {
        section id=(id) aria-labelledby={ (id) "-title" } {
            h2 id={ (id) "-title" } { a.self href={ "#" (id) } { (title) } }
            (body)
        }
    }
}

/// The first digits of a hash; the title has all of them.
pub(super) fn hash_cell(digest: &str) -> Markup {
    let short: String = digest.chars().take(12).collect();
    html! { td title=(Line(digest)) { code { (Line(&short)) } } }
}

fn navigation(result: &AuditResult) -> Markup {
    html! {
        nav.top aria-label="Sections" {
            div.links {
                @for (id, title) in SECTIONS.into_iter().filter(|(id, _)| has_section(result, id)) {
                    a href={ "#" (id) } { (title) }
                }
            }
            div.tools.script-only {
                button #theme-button type="button" { "Theme" }
                button #help-button type="button" aria-haspopup="dialog" { "Help" }
            }
        }
    }
}

fn help(has_flames: bool) -> Markup {
    let keys = [
        ("/", "search the benchmarks"),
        ("t", "light or dark"),
        ("?", "this help"),
        ("Esc", "clear the search, close this help"),
        ("Tab, Enter", "reach and press column headings, rows and buttons"),
        ("\u{2190} \u{2192}", "in a column heading: the next one; in a chart: the next point"),
    ];
    html! {
        dialog #help aria-labelledby="help-title" {
            h2 #help-title { "Keys" }
            dl.keys {
                @for (key, what) in keys {
                    dt { kbd { (key) } }
                    dd { (what) }
                }
                @if has_flames {
                    dt { kbd { "\u{2191} \u{2193} \u{2190} \u{2192}" } }
                    dd { "in a flame graph: the next frame; Enter zooms into it, + and - zoom, Esc resets, / searches" }
                }
            }
            p.muted {
                "A benchmark, a finding or a section has an address of its own: open a row and copy the address of the page."
            }
            form method="dialog" { button type="submit" { "Close" } }
        }
    }
}
