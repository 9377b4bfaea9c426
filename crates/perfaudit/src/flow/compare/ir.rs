//! What the compiler hands to LLVM of both sides: exact counts, of each package once.

use perfaudit_bench::{IrError, IrRequest, ProjectIr, ir_method, project_ir};
use perfaudit_exec::{Interrupt, Stream};
use perfaudit_project::config::Config;
use perfaudit_prove::{Both, Side, witness};
use perfaudit_result::{Method, MetricName, PairedComparison, PairedRow, Unit};

use super::CompareError;
use super::builds::Builds;
use crate::progress::Progress;

/// Compiles both sides once more and puts the counts of each package beside the rows of its benchmarks. Why a side was
/// not counted is told of that side.
pub(super) fn count(
    builds: &mut Builds,
    comparison: &mut PairedComparison,
    config: &Config,
    interrupt: &Interrupt,
    progress: &Progress,
) -> Result<(), CompareError> {
    let counted = Both::try_of(|side| of_side(builds, side, config, interrupt, progress))?;
    let arms = [(&counted.a, &mut comparison.before), (&counted.b, &mut comparison.after)];
    for (counted, arm) in arms {
        if let Err(error) = counted {
            let why = error.to_string();
            let why = why.lines().next().unwrap_or_default();
            arm.remarks.push(format!("lines of LLVM IR were not counted: {why}"));
        }
    }
    if let Both { a: Ok(a), b: Ok(b) } = &counted {
        let profile = &config.bench.shipped_profile.value;
        comparison.rows.iter_mut().for_each(|row| beside(row, a, b, profile));
    }
    Ok(())
}

fn of_side(
    builds: &mut Builds,
    side: Side,
    config: &Config,
    interrupt: &Interrupt,
    progress: &Progress,
) -> Result<Result<ProjectIr, IrError>, CompareError> {
    if interrupt.is_set() {
        return Ok(Err(IrError::Interrupted));
    }
    builds.workbench.seat(side)?;
    let selection = config.bench.selection();
    let target = builds.workbench.target().join("ir");
    let request = IrRequest {
        project: &builds.built.get(side).project,
        selection: &selection,
        profile: &config.bench.shipped_profile.value,
        target: &target,
    };
    let said = format!("compile {} for LLVM IR", side.letter());
    progress.say(said.clone());
    Ok(project_ir(request, interrupt, &mut |line| {
        if let (Stream::Stderr, Some(name)) = (line.stream, line.text.trim_start().strip_prefix("Checking "))
        {
            progress.say(format!("{said}: {name}"));
        }
    }))
}

fn beside(row: &mut PairedRow, a: &ProjectIr, b: &ProjectIr, profile: &str) {
    let package = row.id.0.split('/').next().unwrap_or_default();
    let (Some(a), Some(b)) = (a.packages.get(package), b.packages.get(package)) else { return };
    let metrics = [
        (MetricName::IR_LINES, "lines of instructions", a.lines, b.lines),
        (MetricName::IR_COPIES, "functions, each copy of a generic one,", a.copies, b.copies),
    ];
    row.witnesses.extend(metrics.into_iter().filter_map(|(metric, what, a, b)| {
        witness(metric, Unit::Count, Method(ir_method(what, profile).into()), &[a], &[b])
    }));
}
