//! Patches made from findings, in words.

use perfaudit_result::{Applied, Fixes, Heat, MadePatch, Run, Unmended};

use crate::quantity;

/// One patch in a table.
pub(crate) struct Row<'a> {
    pub(crate) state: &'a str,
    pub(crate) name: &'a str,
    pub(crate) place: String,
    pub(crate) cost: String,
    pub(crate) what: &'a str,
    pub(crate) reason: String,
}

/// All patches: those that are kept first.
pub(crate) fn rows(fixes: &Fixes) -> Vec<Row<'_>> {
    let mut patches: Vec<&MadePatch> = fixes.patches.iter().collect();
    patches.sort_by_key(|one| (one.kept.is_none(), one.verdict.is_none()));
    patches.into_iter().map(row).collect()
}

fn row(one: &MadePatch) -> Row<'_> {
    let kept = one.kept.as_ref().map(|path| format!("; kept as {path}")).unwrap_or_default();
    Row {
        state: one.verdict.map_or("not tried", |verdict| verdict.as_str()),
        name: &one.name,
        place: format!("{}:{}", one.file, one.line),
        cost: cost(one.heat, one.share_of_cpu, one.share_of_alloc_bytes),
        what: &one.what,
        reason: format!("{}{kept}", one.reason),
    }
}

/// What a place costs in the workload where that is most.
fn cost(heat: Heat, cpu: Option<f64>, bytes: Option<f64>) -> String {
    match (cpu, bytes, heat) {
        (Some(cpu), _, _) => format!("{} of CPU time", quantity::percent(cpu)),
        (None, Some(bytes), _) => format!("{} of allocated bytes", quantity::percent(bytes)),
        (None, None, Heat::Cold) => "in no profile to speak of".to_owned(),
        (None, None, _) => "not measured".to_owned(),
    }
}

/// Where a finding is that no patch was made for, and why.
pub(crate) fn unmended(one: &Unmended) -> String {
    format!("{} at {}:{}: {}", one.rule, one.file, one.line, one.reason)
}

/// What the order goes by; `here` is the run that tells it.
pub(crate) fn order(fixes: &Fixes, here: Option<&Run>) -> String {
    match &fixes.ranked_by {
        Some(run) if here.is_some_and(|here| here.id == *run) => {
            "The hottest first, as the profiles of this run tell; costs are those in the workload where they are largest.".to_owned()
        }
        Some(run) => {
            format!("The hottest first, as the profiles of run {run} tell; costs are those in the workload where they are largest.")
        }
        None => {
            "No run of this project has profiles: what is hot is not known. `perfaudit` measures and profiles it.".to_owned()
        }
    }
}

/// Where the patches and their certificates are; nothing where none was made.
pub(crate) fn places(fixes: &Fixes) -> Option<&'static str> {
    let is_kept = fixes.patches.iter().any(|one| one.kept.is_some());
    (!fixes.patches.is_empty()).then_some(if is_kept {
        "The patches are in `patches/` of the run, and what is kept in `fixes/`, each with its certificate as Markdown and JSON; `perfaudit prove PATCH` judges one again, `git apply PATCH` takes it."
    } else {
        "The patches are in `patches/` of the run; `perfaudit prove PATCH` judges one again."
    })
}

/// What became of `--apply`; nothing where it was not asked for.
pub(crate) fn applied(fixes: &Fixes) -> Option<String> {
    match &fixes.apply {
        Applied::NotAsked => None,
        Applied::Done { files } => {
            Some(format!("Applied to {}. To undo it: git restore {}", files.join(", "), files.join(" ")))
        }
        Applied::Refused { reason } => Some(format!("Nothing was applied: {reason}")),
    }
}

/// What `fix --dry-run` prints in front of the patches: lines that no patch program takes for one.
#[must_use]
pub fn planned_fixes(fixes: &Fixes) -> String {
    let many = |n: usize, one: &str, several: &str| format!("{n} {}", if n == 1 { one } else { several });
    let tried = fixes.patches.iter().filter(|one| one.reason == "not tried").count();
    let mut text = format!(
        "# {} made, {tried} would be tried; {} without one\n# {}\n",
        many(fixes.patches.len(), "patch", "patches"),
        many(fixes.without.len(), "finding", "findings"),
        order(fixes, None),
    );
    for row in rows(fixes) {
        let note = if row.reason == "not tried" { String::new() } else { format!("; {}", row.reason) };
        text.push_str(&format!("#   {}: {}: {}{note}\n", row.name, row.place, row.cost));
    }
    if !fixes.without.is_empty() {
        text.push_str("# without a patch:\n");
    }
    for one in &fixes.without {
        text.push_str(&format!("#   {}\n", unmended(one).replace('\n', " ")));
    }
    text
}
