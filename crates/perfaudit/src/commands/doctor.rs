//! `perfaudit doctor`: what can be measured here, and what stands in the way.

use std::fmt::Write as _;

use perfaudit_cpu::instructions::Callgrind;
use perfaudit_cpu::record::{LadderReport, try_ladder};
use perfaudit_exec::{Command, FileLock, Interrupt};
use perfaudit_host::{LoadAverage, before_measuring, calibrate, host, idle_now};
use perfaudit_project::config::FloorSource;
use perfaudit_project::{CargoProject, ProjectError, ProjectRoot, Selection, effective_profile};
use perfaudit_result::{
    BuildProfile, Capability, CapabilityState, Host, Precondition, PreconditionStatus, Toolchain,
};
use serde::Serialize;

use crate::arguments::{DoctorArguments, PlainFormat};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::flow::like_shipped;
use crate::flow::noise_floor::{Floor, FloorRequest, establish};
use crate::{output, settings};

/// What doctor finds.
#[derive(Debug, Serialize)]
struct Checkup {
    host: Host,
    /// Why there is no noise floor.
    #[serde(skip_serializing_if = "Option::is_none")]
    no_noise_floor: Option<String>,
    preconditions: Vec<Precondition>,
    project: ProjectCheckup,
}

/// What doctor finds of the project.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum ProjectCheckup {
    /// It can be audited.
    Usable {
        name: String,
        toolchain: Toolchain,
        bench_targets: usize,
        writes_to: String,
        built_in_a_copy: bool,
    },
    /// It cannot.
    Unusable { reason: String },
}

pub(crate) fn run(arguments: &DoctorArguments) -> Result<Exit, CommandError> {
    let interrupt = Interrupt::on_signals().map_err(CommandError::Signals)?;
    let project = ProjectRoot::locate(&arguments.path, &interrupt)
        .and_then(|root| CargoProject::discover(root, &Selection::default(), true, &interrupt));
    let profile = project.as_ref().ok().map(|project| {
        effective_profile(&project.cargo, "bench", perfaudit_bench::DEBUG, perfaudit_bench::STRIP)
    });
    let mut host = host(&calibrate());
    host.capabilities.extend([cpu_samples(), instructions(), revisions()]);
    let Floor { floor, warnings } = floor(arguments, &host, &interrupt)?;
    for warning in &warnings {
        output::note(&format!("{}; {}", warning.message, warning.remedy));
    }
    let no_floor = match floor {
        Ok(floor) => {
            host.noise_floor = Some(floor);
            None
        }
        Err(reason) => Some(reason),
    };
    let mut preconditions = vec![idle_now(host.cores, LoadAverage::now())];
    preconditions.extend(profile.iter().flat_map(before_measuring));
    if let Ok(project) = &project {
        let shipped = settings::configured(&project.root)?.bench.shipped_profile.value;
        preconditions.push(like_shipped(project, "bench", &shipped));
    }
    let usable = project.is_ok();
    let checkup = Checkup { host, no_noise_floor: no_floor, preconditions, project: checked(project) };
    match arguments.format {
        PlainFormat::Json => {
            let json =
                serde_json::to_string_pretty(&checkup).expect("the checkup holds nothing that JSON cannot");
            output::raw(&format!("{json}\n"));
        }
        PlainFormat::Terminal => output::result(&describe(&checkup, profile.as_ref())),
    }
    Ok(if usable { Exit::Pass } else { Exit::Usage })
}

/// The noise floor, which has to wait until nobody else measures if it is to be measured.
fn floor(arguments: &DoctorArguments, host: &Host, interrupt: &Interrupt) -> Result<Floor, CommandError> {
    let source = FloorSource::from(arguments.noise_floor);
    let lock = (source != FloorSource::Stored).then(|| {
        FileLock::for_measuring(interrupt, || output::note("another perfaudit measures: waiting for it"))
    });
    let _lock = lock.transpose()?;
    let store = arguments.store.directory.as_deref();
    let request = FloorRequest { source, store, not_now: None, seed: 0 };
    Ok(establish(&request, host, interrupt, || {}))
}

fn checked(project: Result<CargoProject, ProjectError>) -> ProjectCheckup {
    let project = match project {
        Ok(project) => project,
        Err(error) => return ProjectCheckup::Unusable { reason: error.to_string() },
    };
    match project.work_directory() {
        Ok(work) => ProjectCheckup::Usable {
            bench_targets: project.packages.iter().map(|package| package.benches.len()).sum(),
            writes_to: super::relative_to_here(&work.path),
            built_in_a_copy: project.copied.is_some(),
            toolchain: project.toolchain.versions,
            name: project.name,
        },
        Err(error) => ProjectCheckup::Unusable { reason: error.to_string() },
    }
}

fn describe(checkup: &Checkup, profile: Option<&BuildProfile>) -> String {
    let mut rows: Vec<(&str, String, String)> = Vec::new();
    let host = &checkup.host;
    let virtualised = match host.virtualised {
        Some(true) => ", virtual machine",
        Some(false) => "",
        None => ", virtual or not cannot be told",
    };
    rows.push((
        "ok",
        "host".into(),
        format!("{}, {} cores{virtualised}, {}", host.cpu, host.cores, host.kernel),
    ));
    if let (Some(cycle), Some(empty)) = (host.cycle_ns, host.empty_loop_ns) {
        let text = format!("one cycle takes {cycle:.3} ns, an empty benchmark loop {empty:.3} ns");
        rows.push(("ok", "calibration".into(), text));
    }
    if let Some(floor) = &host.noise_floor {
        rows.push(("ok", "noise floor".into(), perfaudit_render::noise_floor(floor)));
    }
    if let Some(reason) = &checkup.no_noise_floor {
        let text = format!("{reason}; `perfaudit doctor --noise-floor fresh` measures it");
        rows.push(("--", "noise floor".into(), text));
    }
    rows.extend(host.capabilities.iter().map(capability));
    match &checkup.project {
        ProjectCheckup::Usable { name, toolchain, bench_targets, writes_to, built_in_a_copy } => {
            let copy =
                if *built_in_a_copy { ", built in a copy for want of a fitting Cargo.lock" } else { "" };
            let targets = perfaudit_render::quantity::counted(*bench_targets, "benchmark target");
            let start = if *bench_targets == 0 { "; `perfaudit init --bench` writes benchmarks" } else { "" };
            rows.push(("ok", "project".into(), format!("{name}: {targets}{start}{copy}")));
            rows.push(("ok", "toolchain".into(), format!("{}, {}", toolchain.rustc, toolchain.cargo)));
            rows.push(("ok", "writes to".into(), writes_to.clone()));
        }
        ProjectCheckup::Unusable { reason } => rows.push(("no", "project".into(), reason.clone())),
    }
    if let Some(profile) = profile {
        let BuildProfile { opt_level, lto, codegen_units, panic, .. } = profile;
        let text = format!("opt-level {opt_level}, lto {lto}, codegen-units {codegen_units}, panic {panic}");
        rows.push(("ok", "bench profile".into(), text));
    }
    rows.extend(checkup.preconditions.iter().map(precondition));
    aligned(&rows)
}

/// The best way to take CPU samples, with why it is not the very best.
fn cpu_samples() -> Capability {
    let LadderReport { works, refused } = try_ladder();
    let (state, reason) = match works.first() {
        Some(best) if best.sees_kernel() => (CapabilityState::Available, best.label().to_owned()),
        Some(best) => {
            let why = refused.last().map_or_else(String::new, |refused| format!("; {refused}"));
            (CapabilityState::Limited, format!("{}{why}", best.label()))
        }
        None => {
            let why: Vec<String> = refused.iter().map(ToString::to_string).collect();
            (CapabilityState::Missing, format!("no way to take them works here: {}", why.join("; ")))
        }
    };
    Capability { name: "cpu-samples".to_owned(), state, reason }
}

/// Whether instructions can be counted, which tells changes of given programs from those of their place in memory.
fn instructions() -> Capability {
    let (state, reason) = match Callgrind::find() {
        Ok(_) => (CapabilityState::Available, "valgrind counts them"),
        Err(_) => (
            CapabilityState::Missing,
            "there is no `valgrind` on the PATH: install it; without it, whether the place of code in memory changed the time of a given program is not known",
        ),
    };
    Capability { name: "instructions".to_owned(), state, reason: reason.to_owned() }
}

/// Whether revisions of the project can be compared.
fn revisions() -> Capability {
    let (state, reason) = match Command::new("git").program_file() {
        Some(_) => (CapabilityState::Available, "git takes them out of the repository"),
        None => (
            CapabilityState::Missing,
            "there is no `git` on the PATH: install it; folders and programs are compared without it",
        ),
    };
    Capability { name: "revisions".to_owned(), state, reason: reason.to_owned() }
}

fn capability(capability: &Capability) -> (&'static str, String, String) {
    let mark = match capability.state {
        CapabilityState::Available => "ok",
        CapabilityState::Limited => "--",
        CapabilityState::Missing => "no",
    };
    (mark, capability.name.clone(), capability.reason.clone())
}

fn precondition(precondition: &Precondition) -> (&'static str, String, String) {
    let mark = match precondition.status {
        PreconditionStatus::Met | PreconditionStatus::Allowed => "ok",
        PreconditionStatus::Violated => "no",
        PreconditionStatus::Unknown => "--",
    };
    let remedy = precondition.remedy.as_ref().map_or_else(String::new, |remedy| format!("; {remedy}"));
    (mark, precondition.code.clone(), format!("{}{remedy}", precondition.message))
}

fn aligned(rows: &[(&str, String, String)]) -> String {
    let width = rows.iter().map(|(_, name, _)| name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for (mark, name, what) in rows {
        let first = format!("{mark}  {name:width$}  ");
        // Whoever reads lines in a pipe gets them whole.
        let room = output::terminal_width().map_or(usize::MAX, |columns| columns.saturating_sub(first.len()));
        let rest = format!("\n{}", " ".repeat(first.len()));
        let lines = perfaudit_render::wrap(what, room).join(&rest);
        writeln!(text, "{first}{lines}").expect("writing to a string cannot fail");
    }
    text
}
