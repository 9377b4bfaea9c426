//! What to do about findings in source that matter: in which order, at what cost, for which gain.

use perfaudit_result::{AuditResult, CodeFinding, CodeKind, Effort, Finding, Heat};

use crate::{quantity, rows, text};

/// How the order of findings in source is told.
pub(crate) const ORDER: &str = "Findings in source are ranked by the share of CPU time in the workload where it is largest: what is gained if they cost nothing and the rest stays as it is. It may be more where caches are spared.";
/// What is said where nobody measured how the cost of a place grows.
pub(crate) const NO_SCALING: &str =
    "not measured: no workload of this run varies the input of this place alone";

/// A finding in source that takes at least a hundredth of a workload, and its place among them.
#[derive(Clone, Copy)]
pub(crate) struct Bottleneck<'a> {
    /// From 1.
    pub(crate) priority: usize,
    /// How many there are.
    pub(crate) of: usize,
    pub(crate) finding: &'a Finding,
    pub(crate) code: &'a CodeFinding,
}

/// All of them, in the order of the result.
pub(crate) fn bottlenecks(result: &AuditResult) -> Vec<Bottleneck<'_>> {
    let hot = result.findings.iter().filter_map(|finding| {
        let code = finding.code.as_ref()?;
        (code.kind == CodeKind::Production && code.heat == Heat::Hot).then_some((finding, code))
    });
    let hot: Vec<_> = hot.collect();
    let of = hot.len();
    let ranked = hot.into_iter().zip(1..);
    ranked.map(|((finding, code), priority)| Bottleneck { priority, of, finding, code }).collect()
}

/// The bottlenecks by how much work their remedies are; classes without any are left out.
pub(crate) fn steps(result: &AuditResult) -> Vec<(&'static str, Vec<Bottleneck<'_>>)> {
    let all = bottlenecks(result);
    let of = |effort| all.iter().copied().filter(|one| one.code.effort == effort).collect::<Vec<_>>();
    [
        ("Quick wins, a few lines in one place", of(Effort::Quick)),
        ("Medium, a function and its callers", of(Effort::Medium)),
        ("Deep, types, formats or who runs what", of(Effort::Deep)),
    ]
    .into_iter()
    .filter(|(_, steps)| !steps.is_empty())
    .collect()
}

/// What is said instead of a plan; none where there is one, or where nothing was to be planned from.
pub(crate) fn no_plan(result: &AuditResult) -> Option<&'static str> {
    let is_measured = result.cpu.is_some() || result.heap.is_some();
    let is_idle = result.source.is_some() && is_measured && bottlenecks(result).is_empty();
    is_idle.then_some("No action needed: no finding in source takes 1 % of a measured workload.")
}

impl Bottleneck<'_> {
    /// `src/lib.rs:12`.
    pub(crate) fn place(&self) -> String {
        let place = |location: &perfaudit_result::Location| {
            let line = location.line.map(|line| format!(":{line}")).unwrap_or_default();
            format!("{}{line}", text::visible(&location.file))
        };
        self.finding.locations.first().map(place).unwrap_or_default()
    }

    /// The workloads that it costs most of.
    pub(crate) fn impact(&self) -> String {
        const SHOWN: usize = 3;
        let shares = self.finding.by_workload.iter().take(SHOWN).map(|share| {
            let cpu = share.share_of_cpu.map(|share| format!("{} of CPU time", quantity::percent(share)));
            let bytes = share.share_of_alloc_bytes;
            let bytes = bytes.map(|share| format!("{} of allocated bytes", quantity::percent(share)));
            let parts: Vec<String> = cpu.into_iter().chain(bytes).collect();
            format!("{} in {}", parts.join(" and "), text::visible(&share.id.0))
        });
        let shares: Vec<String> = shares.collect();
        let more = self.finding.by_workload.len().saturating_sub(SHOWN);
        let more = if more > 0 { format!("; and {more} workloads more") } else { String::new() };
        format!("{}{more}", shares.join("; "))
    }

    /// What the first workload saves if it cost nothing and the rest stayed as it is, with its interval.
    pub(crate) fn gain(&self) -> String {
        let of = self.finding.by_workload.first().map(|share| text::visible(&share.id.0)).unwrap_or_default();
        match self.finding.ceiling_gain.as_ref().and_then(rows::gain) {
            Some(gain) => format!("{gain} of the time of {of} if it cost nothing"),
            None => "not measured".to_owned(),
        }
    }

    /// `2 of 7: 28.3 % of the CPU time of WORKLOAD`.
    pub(crate) fn rank(&self) -> String {
        format!("{} of {}: {}", self.priority, self.of, text::visible(&self.code.rank_key))
    }

    /// How much work the remedy is.
    pub(crate) fn effort(&self) -> String {
        rows::words(self.code.effort)
    }

    /// The source lines with their numbers.
    pub(crate) fn snippet(&self) -> Vec<String> {
        let Some(snippet) = &self.code.snippet else { return Vec::new() };
        let numbered = (snippet.first_line..).zip(&snippet.lines);
        numbered.map(|(number, line)| format!("{number:>5}  {}", text::visible(line))).collect()
    }
}
