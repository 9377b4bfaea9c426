//! How the figures came about: stages, host, build, preconditions, and what is not known.

use std::collections::HashSet;

use maud::{Markup, html};
use perfaudit_result::{Host, Unit, Workload};

use super::context::Context;
use super::page;
use super::text::{Line, Prose};
use super::words::{self, badge};
use crate::{quantity, rows};

/// The section.
pub(super) fn section(context: &Context<'_>) -> Markup {
    page::section(
        "measured",
        &html! {
            (preconditions(context))
            (limits(context))
            (stages(context))
            div.columns {
                (host(context))
                (build(context))
            }
            (targets(context))
            (methods(context))
            (capabilities(context))
            (tree_changes(context))
        },
    )
}

fn preconditions(context: &Context<'_>) -> Markup {
    html! {
        h3 { "Preconditions" }
        @if context.result.preconditions.is_empty() {
            p.muted { "None were checked." }
        } @else {
            div.scroll { table.plain {
                caption { "Conditions that bear on how far the figures can be trusted" }
                thead { tr { th scope="col" { "Condition" } th scope="col" { "Status" } th scope="col" { "What was seen" } th scope="col" { "What to do" } } }
                tbody {
                    @for condition in &context.result.preconditions {
                        tr {
                            th scope="row" { (Line(&condition.code)) }
                            td { (badge(words::precondition(condition.status))) }
                            td { (Prose(&condition.message)) }
                            td { (Prose(condition.remedy.as_deref().unwrap_or("-"))) }
                        }
                    }
                }
            } }
        }
    }
}

fn limits(context: &Context<'_>) -> Markup {
    html! {
        h3 { "Limits" }
        @if context.result.limits.is_empty() {
            p.muted { "None." }
        } @else {
            div.scroll { table.plain {
                caption { "What this run could not know" }
                thead { tr { th scope="col" { "Limit" } th scope="col" { "What is not known" } th scope="col" { "What would make it known" } } }
                tbody {
                    @for limit in &context.result.limits {
                        tr {
                            th scope="row" { (Line(&limit.code)) }
                            td { (Prose(&limit.message)) }
                            td { (Prose(limit.remedy.as_deref().unwrap_or("-"))) }
                        }
                    }
                }
            } }
        }
    }
}

fn stages(context: &Context<'_>) -> Markup {
    let run = &context.result.run;
    html! {
        h3 { "Stages" }
        div.scroll { table.plain {
            caption { "What each stage took" }
            thead { tr {
                th scope="col" { "Stage" }
                th scope="col" { "State" }
                th.num scope="col" { "Duration" }
                th.num scope="col" { "CPU time" }
                th.num scope="col" { "of perfaudit itself" }
                th.num scope="col" { "Disk" }
                th scope="col" { "Message" }
            } }
            tbody {
                @for stage in &run.stages {
                    tr {
                        th scope="row" { (words::stage(stage.name)) }
                        td { (badge(words::stage_state(stage.state))) }
                        td.num { (quantity::seconds(stage.duration_s)) }
                        td.num { (quantity::seconds(stage.cost.cpu_s)) }
                        td.num { (quantity::seconds(stage.cost.own_cpu_s)) }
                        td.num { (quantity::bytes(stage.cost.disk_bytes)) }
                        td { (Line(stage.message.as_deref().unwrap_or(""))) }
                    }
                }
            }
        } }
    }
}

fn host(context: &Context<'_>) -> Markup {
    let Host {
        cpu,
        cores,
        memory_bytes,
        os,
        kernel,
        arch,
        virtualised,
        cycle_ns,
        empty_loop_ns,
        noise_floor,
        ..
    } = &context.result.host;
    let not_measured = || "not measured".to_owned();
    let time = |nanoseconds: &Option<f64>| {
        nanoseconds.map_or_else(not_measured, |ns| quantity::value(ns, Unit::Nanoseconds))
    };
    html! {
        div {
            h3 { "Host" }
            dl.meta {
                dt { "CPU" } dd { (Line(cpu)) }
                dt { "CPUs usable" } dd { (cores) }
                dt { "Memory" } dd { (quantity::bytes(*memory_bytes)) }
                dt { "System" } dd { (Line(os)) ", kernel " (Line(kernel)) ", " (Line(arch)) }
                dt { "Virtual machine" } dd { (match virtualised { Some(true) => "yes", Some(false) => "no", None => "could not be told" }) }
                dt { "One CPU cycle" } dd { (time(cycle_ns)) }
                dt { "Empty benchmark loop" } dd { (time(empty_loop_ns)) " per iteration" }
                dt { "Noise floor" }
                dd {
                    @match noise_floor {
                        Some(floor) => (Line(&crate::noise::noise_floor(floor))),
                        None => "not established",
                    }
                }
            }
        }
    }
}

fn build(context: &Context<'_>) -> Markup {
    let project = &context.result.project;
    let profile = &project.profile;
    html! {
        div {
            h3 { "Build and run" }
            dl.meta {
                dt { "Compiler" } dd { (Line(&project.toolchain.rustc)) }
                dt { "Build tool" } dd { (Line(&project.toolchain.cargo)) }
                dt { "Host triple" } dd { code { (Line(&project.toolchain.host)) } }
                dt { "Profile" } dd { code { (Line(&profile.name)) } }
                dt { "Settings" }
                dd.settings {
                    @for (name, value) in [
                        ("opt-level", &profile.opt_level),
                        ("lto", &profile.lto),
                        ("codegen-units", &profile.codegen_units),
                        ("panic", &profile.panic),
                        ("debug", &profile.debug),
                        ("strip", &profile.strip),
                    ] { code { (name) " = " (Line(value)) } " " }
                }
                dt { "Packages" }
                dd { @for (index, package) in project.packages.iter().enumerate() {
                    @if index > 0 { ", " }
                    bdi { (Line(&package.name)) } " " (Line(&package.version))
                } }
                dt { "Seed" } dd { code { (context.result.run.seed) } }
                dt { "Run" } dd { code { (Line(&context.result.run.id)) } }
            }
        }
    }
}

/// What the workloads of a target share. A target with several executables has a row for each.
fn targets<'a>(context: &Context<'a>) -> Markup {
    let workloads = &context.result.workloads;
    let target = |workload: &'a Workload| (workload.package.as_str(), workload.target.as_str());
    let ran: HashSet<_> = workloads.iter().filter(|w| w.binary_sha256.is_some()).map(target).collect();
    let mut seen = HashSet::new();
    let rows: Vec<_> = workloads
        .iter()
        .filter(|w| w.binary_sha256.is_some() || !ran.contains(&target(w)))
        .filter(|w| seen.insert((target(w), w.binary_sha256.as_deref())))
        .collect();
    html! {
        @if !rows.is_empty() {
            h3 { "Benchmark targets" }
            div.scroll { table.plain {
                caption { "The source and the executable of each target; one that was never run has no executable" }
                thead { tr { th scope="col" { "Target" } th scope="col" { "Source" } th scope="col" { "SHA-256 of the executable" } } }
                tbody {
                    @for row in rows {
                        tr {
                            th scope="row" { (Line(&row.package)) @if !row.target.is_empty() { " / " (Line(&row.target)) } }
                            td { code { (Line(&row.source)) } }
                            @match &row.binary_sha256 { Some(binary) => (page::hash_cell(binary)), None => td { "-" } }
                        }
                    }
                }
            } }
        }
    }
}

/// The method of each metric, as most reports have one for all workloads. A workload with another one names it.
fn methods(context: &Context<'_>) -> Markup {
    html! {
        @if !context.methods.is_empty() {
            h3 #methods { "Methods" }
            div.scroll { table.plain {
                caption { "How each metric is made; a benchmark whose metrics are made in another way says so" }
                thead { tr { th scope="col" { "Metric" } th scope="col" { "Method" } } }
                tbody {
                    @for (name, method) in &context.methods {
                        tr { th scope="row" { (Line(rows::short_name(name))) } td { (Line(&method.0)) } }
                    }
                }
            } }
        }
    }
}

fn capabilities(context: &Context<'_>) -> Markup {
    html! {
        h3 { "Capabilities" }
        @if context.result.host.capabilities.is_empty() {
            p.muted { "None were probed." }
        } @else {
            div.scroll { table.plain {
                caption { "What can be measured on this host" }
                thead { tr { th scope="col" { "Capability" } th scope="col" { "State" } th scope="col" { "What was seen" } } }
                tbody {
                    @for capability in &context.result.host.capabilities {
                        tr {
                            th scope="row" { (Line(&capability.name)) }
                            td { (badge(words::capability(capability.state))) }
                            td { (Line(&capability.reason)) }
                        }
                    }
                }
            } }
        }
    }
}

fn tree_changes(context: &Context<'_>) -> Markup {
    let changes = &context.result.run.tree_changes;
    html! {
        h3 { "Changes in the project's tree" }
        @if changes.is_empty() {
            p.muted { "None: no file changed while the run went on." }
        } @else {
            p { "The project's own code changed these files while it ran. perfaudit itself writes nothing there." }
            div.scroll { table.plain {
                caption { "Files that changed" }
                tbody {
                    @for change in changes {
                        tr { th scope="row" { code { (Line(&change.path)) } } td { (words::tree_change(change.kind)) } }
                    }
                }
            } }
        }
    }
}
