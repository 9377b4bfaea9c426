//! Changes that are proposed: one for each finding, or for those of a rule in one function.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use perfaudit_result::{Finding, Heat, MadePatch, ProofVerdict, Unmended};
use perfaudit_source::fix::{Edit, Fix, NoFix, Place, edited, fixes, release_profile, without_line};
use perfaudit_source::tree;

use super::findings::Found;
use super::series;
use crate::error::CommandError;
use crate::flow::source::{HotIn, Priced};

/// Why a patch for a cold place is not tried.
pub(super) const COLD: &str = "measured to take less than 1 % of every workload: `--cold` tries it";

/// A change of one file.
#[derive(Debug, Clone)]
pub(super) struct Proposal {
    pub(super) name: String,
    pub(super) rule: String,
    pub(super) file: String,
    line: u32,
    findings: Vec<String>,
    pub(super) what: String,
    message: String,
    pub(super) price: Priced,
    /// The file as it is.
    pub(super) before: String,
    pub(super) edits: Vec<Edit>,
}

impl Proposal {
    /// Whether it is worth a try.
    pub(super) fn is_tried(&self, with_cold: bool) -> bool {
        with_cold || self.price.heat != Heat::Cold
    }

    /// The patch for the source as it is.
    pub(super) fn patch(&self) -> String {
        let after = edited(&self.before, &self.edits).expect("edits were tried when it was proposed");
        self.patch_of(&self.before, &after)
    }

    /// The patch with a message in front, from one state of its file to another.
    pub(super) fn patch_of(&self, before: &str, after: &str) -> String {
        let (what, file, line) = (&self.what, &self.file, self.line);
        let why = format!("`{}` at {file}:{line}: {}", self.rule, self.message);
        format!("perfaudit fix: {what}\n\n{why}\n\n{}", series::difference(file, before, after))
    }

    /// As the result has it.
    pub(super) fn told(self, reason: &str) -> MadePatch {
        let diff = series::difference(&self.file, &self.before, &self.after());
        MadePatch {
            name: self.name,
            rule: self.rule,
            file: self.file,
            line: self.line,
            findings: self.findings,
            what: self.what,
            heat: self.price.heat,
            share_of_cpu: self.price.cpu,
            share_of_alloc_bytes: self.price.bytes,
            diff,
            verdict: None::<ProofVerdict>,
            reason: reason.to_owned(),
            kept: None,
        }
    }

    fn after(&self) -> String {
        edited(&self.before, &self.edits).expect("edits were tried when it was proposed")
    }
}

/// The changes for what was found, the hottest first; findings without one are noted with the reason. `source` is a copy
/// of the project.
pub(super) fn proposals(
    found: &mut Found,
    source: &Path,
    with_profile: bool,
) -> Result<Vec<Proposal>, CommandError> {
    let mut texts = Texts { source, known: HashMap::new() };
    let mut all = of_findings(found, &mut texts)?;
    for (suggestion, price) in &found.suggestions {
        let Some(text) = texts.of(&suggestion.file) else { continue };
        // A template that mends the same lines knows more.
        let is_known = all.iter().any(|one: &Proposal| {
            let overlaps = |a: &Edit, b: &Edit| a.start < b.end && b.start < a.end;
            one.file == suggestion.file
                && one.edits.iter().any(|a| suggestion.edits.iter().any(|b| overlaps(a, b)))
        });
        if is_known || edited(text, &suggestion.edits).is_err() {
            continue;
        }
        all.push(Proposal {
            name: name(&suggestion.lint, &suggestion.file, suggestion.lines.0),
            rule: suggestion.lint.clone(),
            file: suggestion.file.clone(),
            line: suggestion.lines.0,
            findings: Vec::new(),
            what: "apply what clippy suggests".to_owned(),
            message: suggestion.message.clone(),
            price: price.clone(),
            before: text.to_owned(),
            edits: suggestion.edits.clone(),
        });
    }
    let share = |share: Option<f64>| share.unwrap_or(0.0);
    all.sort_by(|a, b| {
        rank(a.price.heat)
            .cmp(&rank(b.price.heat))
            .then_with(|| share(b.price.cpu).total_cmp(&share(a.price.cpu)))
            .then_with(|| share(b.price.bytes).total_cmp(&share(a.price.bytes)))
    });
    if with_profile
        && let Some(text) = texts.of("Cargo.toml")
        && let Ok(fix) = release_profile(text)
    {
        all.push(Proposal {
            name: "build-profile-Cargo".to_owned(),
            rule: "build-profile".to_owned(),
            file: "Cargo.toml".to_owned(),
            line: 1,
            findings: Vec::new(),
            what: fix.what,
            message: "each crate is optimised by itself, in several parts".to_owned(),
            price: Priced { heat: Heat::NotMeasured, cpu: None, bytes: None, hot_in: Vec::new() },
            before: text.to_owned(),
            edits: fix.edits,
        });
    }
    let mut names: HashMap<String, usize> = HashMap::new();
    for one in &mut all {
        let count = names.entry(one.name.clone()).or_default();
        *count += 1;
        if *count > 1 {
            one.name = format!("{}-{count}", one.name);
        }
    }
    Ok(all)
}

fn rank(heat: Heat) -> u8 {
    match heat {
        Heat::Hot => 0,
        Heat::NotMeasured => 1,
        Heat::Cold => 2,
    }
}

fn of_findings(found: &mut Found, texts: &mut Texts<'_>) -> Result<Vec<Proposal>, CommandError> {
    let mut by_file: BTreeMap<&str, Vec<(usize, u32, u32)>> = BTreeMap::new();
    for (at, finding) in found.findings.iter().enumerate() {
        let Some(place) = finding.locations.first() else { continue };
        if let Some(line) = place.line {
            by_file.entry(&place.file).or_default().push((at, line, place.column.unwrap_or(1)));
        }
    }
    let mut made: Vec<Option<Result<Fix, NoFix>>> = vec![None; found.findings.len()];
    for (file, places) in by_file {
        let Some(text) = texts.of(file) else { continue };
        if file.ends_with("Cargo.toml") {
            for (at, line, _) in places {
                made[at] = Some(without_line(text, line));
            }
            continue;
        }
        let wanted: Vec<Place<'_>> = places
            .iter()
            .map(|&(at, line, column)| Place { rule: &found.findings[at].rule, line, column })
            .collect();
        for ((at, ..), fix) in places.iter().zip(fixes(text, &wanted)?) {
            made[*at] = Some(fix);
        }
    }
    let mut all: Vec<(String, Proposal)> = Vec::new();
    for (finding, made) in found.findings.iter().zip(made) {
        let (price, place) = (price(finding), finding.locations.first());
        let (file, line) = place.map_or(("", 0), |place| (place.file.as_str(), place.line.unwrap_or(0)));
        match made {
            Some(Ok(fix)) => {
                let Some(before) = texts.of(file) else { continue };
                if edited(before, &fix.edits).is_err() {
                    continue;
                }
                let symbol = finding.code.as_ref().map_or("", |code| code.symbol.as_str());
                let key = format!("{}\0{file}\0{symbol}", finding.rule);
                let same = all.iter_mut().find(|(known, _)| *known == key && !symbol.is_empty());
                if let Some((_, same)) = same {
                    let both: Vec<Edit> = same.edits.iter().chain(&fix.edits).cloned().collect();
                    if edited(before, &both).is_ok() {
                        same.edits = both;
                        same.findings.push(finding.fingerprint.clone());
                        same.price = hotter(same.price.clone(), price);
                        continue;
                    }
                }
                let proposal = Proposal {
                    name: name(&finding.rule, file, line),
                    rule: finding.rule.clone(),
                    file: file.to_owned(),
                    line,
                    findings: vec![finding.fingerprint.clone()],
                    what: fix.what,
                    message: finding.message.clone(),
                    price,
                    before: before.to_owned(),
                    edits: fix.edits,
                };
                all.push((key, proposal));
            }
            other => found.without.push(Unmended {
                rule: finding.rule.clone(),
                file: file.to_owned(),
                line,
                heat: price.heat,
                share_of_cpu: price.cpu,
                reason: match other {
                    Some(Err(why)) => why.to_string(),
                    _ => "the file is not part of what git knows".to_owned(),
                },
            }),
        }
    }
    Ok(all.into_iter().map(|(_, proposal)| proposal).collect())
}

fn price(finding: &Finding) -> Priced {
    let most = |of: fn(&perfaudit_result::WorkloadShare) -> Option<f64>| {
        finding.by_workload.iter().filter_map(of).max_by(f64::total_cmp)
    };
    Priced {
        heat: finding.code.as_ref().map_or(Heat::NotMeasured, |code| code.heat),
        cpu: most(|seen| seen.share_of_cpu),
        bytes: most(|seen| seen.share_of_alloc_bytes),
        hot_in: finding
            .by_workload
            .iter()
            .filter_map(|seen| HotIn::new(&seen.id, seen.share_of_cpu, seen.share_of_alloc_bytes))
            .collect(),
    }
}

fn hotter(a: Priced, b: Priced) -> Priced {
    let more = |a: Option<f64>, b: Option<f64>| match (a, b) {
        (Some(a), Some(b)) => Some(a.max(b)),
        (one, other) => one.or(other),
    };
    let heat = if rank(b.heat) < rank(a.heat) { b.heat } else { a.heat };
    let mut hot_in = a.hot_in;
    for one in b.hot_in {
        match hot_in.iter_mut().find(|known| known.id == one.id) {
            Some(known) => known.share = known.share.max(one.share),
            None => hot_in.push(one),
        }
    }
    Priced { heat, cpu: more(a.cpu, b.cpu), bytes: more(a.bytes, b.bytes), hot_in }
}

/// `regex-per-call-mask-12`.
fn name(rule: &str, file: &str, line: u32) -> String {
    let stem =
        Path::new(file).file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '-' };
    let rule = rule.replace("::", "-");
    format!("{rule}-{stem}-{line}").chars().map(plain).collect()
}

/// The files of the copy, each read once.
struct Texts<'a> {
    source: &'a Path,
    known: HashMap<String, Option<String>>,
}

impl Texts<'_> {
    fn of(&mut self, file: &str) -> Option<&str> {
        let read = || tree::read(&self.source.join(file)).ok();
        if !self.known.contains_key(file) {
            let text = read();
            self.known.insert(file.to_owned(), text);
        }
        self.known.get(file).and_then(Option::as_deref)
    }
}
