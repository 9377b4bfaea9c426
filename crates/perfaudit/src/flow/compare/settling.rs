//! What changes rest on: where pairs of one layout show another time, instructions are asked, and where these do not carry
//! it, further layouts of what we link ourselves.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use perfaudit_bench::BenchExecutable;
use perfaudit_prove::{
    ArmBenchmarks, Both, ContestRequest, Contested, Ended, Means, RowArtifacts, Side, Subject, contest,
    grounds_of_changes, in_words, leave_open, not_borne_out, testify,
};
use perfaudit_result::{MetricName, PairedRow};
use perfaudit_run::RunDirectory;
use perfaudit_stats::Design;

use super::again::Looking;
use super::builds::Builds;
use super::instructions::{Counter, IsSameCode, Uncounted};
use super::keeping::telling;
use super::measure::Measuring;
use super::{CompareError, Sides};
use crate::error::CommandError;

/// How long one process may be counted where nobody asked for that.
const LONGEST_COUNT: Duration = Duration::from_secs(120);

/// How a change tells that it may be one of layout.
pub(super) const UNKNOWN: &str = "whether the place of code in memory makes this change is not known: ";

type Compared<'a> = (Contested<'a>, RowArtifacts);

/// Finds out what changes rest on.
pub(super) struct Settling<'a> {
    pub(super) measuring: &'a Measuring<'a>,
    pub(super) design: &'a Design,
    pub(super) looking: Looking<'a>,
}

/// A change that the layout of code may have made.
pub(super) struct Doubt {
    /// Its place among the rows.
    place: usize,
    /// Why its instructions are not known, where they are not.
    uncounted: Option<Uncounted>,
}

/// Programs in layouts that nothing was measured in.
#[derive(Default)]
pub(super) struct Linked {
    /// None, where nothing is in doubt or nothing could be linked.
    pub(super) layouts: Vec<Both<ArmBenchmarks>>,
    /// Why there are not as many as it takes, though a linker may give them.
    pub(super) refusal: Option<String>,
}

impl Settling<'_> {
    /// Counts the instructions of what is in doubt, the largest changes first, and answers what is in doubt then.
    pub(super) fn count(
        &self,
        sides: &mut Sides,
        measured: &[Compared<'_>],
        rows: &mut [PairedRow],
        directory: &RunDirectory,
    ) -> Vec<Doubt> {
        let mut places = self.in_doubt(measured, rows, &BTreeSet::new());
        if places.is_empty() {
            return Vec::new();
        }
        let size = |place: &usize| rows[*place].effect.value().map_or(0.0, f64::abs);
        places.sort_by(|a, b| size(b).total_cmp(&size(a)));
        let mut counter = Counter::new(self.looking, sides, directory);
        if self.measuring.arguments.witness.is_none() {
            counter = counter.at_most(LONGEST_COUNT);
        }
        let of = places.len();
        let (mut uncounted, mut same_code) = (Vec::new(), BTreeSet::new());
        for (index, &place) in places.iter().enumerate() {
            let row = &mut rows[place];
            self.looking.progress.say(format!("instr {}/{of}: {}", index + 1, row.id));
            match counter.count(&measured[place].0) {
                Ok((witness, is_same_code)) => {
                    row.witnesses.push(witness);
                    testify(row);
                    if is_same_code == IsSameCode(true) {
                        same_code.insert(place);
                    }
                }
                Err(why) => uncounted.push((place, why)),
            }
        }
        let why = |place| uncounted.iter().find(|(of, _)| *of == place).map(|(_, why)| why.clone());
        let left = self.in_doubt(measured, rows, &same_code).into_iter();
        left.map(|place| Doubt { place, uncounted: why(place) }).collect()
    }

    /// The places of changes without grounds; of the others, what a reader has to know of theirs is told in the row.
    fn in_doubt(
        &self,
        measured: &[Compared<'_>],
        rows: &mut [PairedRow],
        same_code: &BTreeSet<usize>,
    ) -> Vec<usize> {
        let mut places = Vec::new();
        for (place, grounds) in grounds_of_changes(self.design, measured, rows, same_code) {
            let remarks = &mut rows[place].remarks;
            match grounds {
                None => places.push(place),
                Some(grounds) => {
                    let words = in_words(grounds).filter(|words| !remarks.iter().any(|said| said == words));
                    remarks.extend(words.map(str::to_owned));
                }
            }
        }
        places
    }

    /// Links what is in doubt in layouts that it was not measured in, as many as count each as one observation.
    pub(super) fn further_layouts(
        &self,
        sides: &mut Sides,
        measured: &[Compared<'_>],
        doubts: &[Doubt],
    ) -> Result<Linked, CommandError> {
        let Sides::Builds(builds) = sides else { return Ok(Linked::default()) };
        let subjects: Vec<&Subject<'_>> =
            doubts.iter().map(|doubt| &measured[doubt.place].0.subject).collect();
        if subjects.is_empty() {
            return Ok(Linked::default());
        }
        let layouts = Both::try_of(|side| self.of_side(builds, side, &subjects))?;
        let refusal = layouts.a.as_ref().err().or(layouts.b.as_ref().err());
        if let Some(refusal) = refusal {
            return Ok(Linked { layouts: Vec::new(), refusal: refusal.clone() });
        }
        let (Ok(a), Ok(b)) = (layouts.a, layouts.b) else { return Ok(Linked::default()) };
        let both = a.into_iter().zip(b).map(|(a, b)| Both { a, b });
        Ok(Linked { layouts: both.collect(), refusal: None })
    }

    /// The layouts of one side, or why there are none; none again where its linker gives no others.
    fn of_side(
        &self,
        builds: &mut Builds,
        side: Side,
        subjects: &[&Subject<'_>],
    ) -> Result<Result<Vec<ArmBenchmarks>, Option<String>>, CommandError> {
        let held = subjects.iter().filter_map(|subject| subject.held(side));
        let mut executables: Vec<BenchExecutable> = Vec::new();
        let mut workloads = Vec::new();
        for (executable, _, all) in held {
            if !executables.iter().any(|one| one.path == executable.path) {
                executables.push(executable.clone());
            }
            workloads = all.to_vec();
        }
        let selection = self.measuring.config.bench.selection();
        let first = u32::try_from(builds.executables.get(side).len()).unwrap_or(u32::MAX);
        let mut linked = Vec::new();
        for layout in first..first.saturating_add(self.layouts().get()) {
            if let Some(why) = self.looking.refusal() {
                return Ok(Err(Some(why)));
            }
            let one = layout..layout + 1;
            let Looking { interrupt, progress, .. } = self.looking;
            match builds.link(side, &executables, one, &selection, interrupt, progress) {
                Ok(Some(programs)) => linked.extend(programs),
                Ok(None) => return Ok(Err(None)),
                Err(_) if interrupt.is_set() => return Ok(Err(Some("interrupted".to_owned()))),
                Err(error) => return Err(error),
            }
        }
        let arms =
            linked.into_iter().map(|executables| ArmBenchmarks { executables, workloads: workloads.clone() });
        Ok(Ok(arms.collect()))
    }

    /// So many that each counts as one observation, at the first look already.
    fn layouts(&self) -> NonZeroU32 {
        let layouts = self.design.layouts_to_sample().max(self.design.looks().pairs()[0]);
        u32::try_from(layouts).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN)
    }

    /// Measures what is in doubt in further layouts, with pairs of their own: those that raised the doubt were chosen by
    /// what they show.
    pub(super) fn measure<'l>(
        &self,
        sides: &mut Sides,
        layouts: &'l [Both<ArmBenchmarks>],
        measured: &[Compared<'_>],
        doubts: &[Doubt],
    ) -> Result<Vec<(usize, Contested<'l>)>, CommandError> {
        let subjects: Vec<(usize, Subject<'l>)> = match layouts {
            [] => Vec::new(),
            _ => doubts
                .iter()
                .filter_map(|doubt| Some((doubt.place, measured[doubt.place].0.subject.in_layouts(layouts)?)))
                .collect(),
        };
        let Sides::Builds(builds) = sides else { return Ok(Vec::new()) };
        if subjects.is_empty() {
            return Ok(Vec::new());
        }
        let (places, subjects): (Vec<usize>, Vec<Subject<'l>>) = subjects.into_iter().unzip();
        let request = ContestRequest {
            design: self.design,
            // Another order than that of the first pairs.
            seed: self.measuring.seed.rotate_left(32) ^ 1,
            budget: self.looking.until.map(|until| until.saturating_duration_since(Instant::now())),
            layouts: self.layouts().get(),
            pairs_of_commands: 0,
        };
        let mut means = Means {
            workbench: Some(&mut builds.workbench),
            launcher: None,
            patience: self.looking.patience,
            interrupt: self.looking.interrupt,
        };
        let progress = self.looking.progress;
        let contested = contest(&request, subjects, &mut means, &mut |standing| {
            progress.say(telling(&standing));
        });
        Ok(places.into_iter().zip(contested.map_err(CompareError::from)?).collect())
    }

    /// Puts what further layouts say in the place of what raised a doubt, and leaves open what no layouts decided.
    pub(super) fn settle<'l>(
        &self,
        again: Vec<(usize, Contested<'l>, RowArtifacts)>,
        doubts: Vec<Doubt>,
        refusal: Option<&str>,
        measured: &mut [Compared<'l>],
        rows: &mut [PairedRow],
    ) {
        let mut open: Vec<(usize, String)> = Vec::new();
        let mut told: Vec<(usize, String)> = Vec::new();
        let mut is_replaced = false;
        let mut left = doubts;
        for (place, contested, artifacts) in again {
            let before = &rows[place];
            left.retain(|doubt| doubt.place != place);
            if self.is_sampled(&contested) {
                told.push((place, first_seen(before)));
                measured[place] = (contested, artifacts);
                is_replaced = true;
            } else {
                open.push((place, layouts_open(before, &contested.ended)));
            }
        }
        if is_replaced {
            let fresh = perfaudit_prove::rows(self.design, measured);
            for (row, fresh) in rows.iter_mut().zip(fresh) {
                let witnesses = std::mem::take(&mut row.witnesses);
                *row = fresh;
                row.witnesses = witnesses;
            }
        }
        for (place, said) in told {
            rows[place].remarks.push(said);
        }
        for Doubt { place, uncounted } in left {
            let row = &mut rows[place];
            match (refusal, uncounted) {
                (Some(why), _) => open.push((place, no_time(why))),
                (None, None) => {
                    open.extend(not_borne_out(row).map(|why| (place, why)));
                }
                (None, Some(Uncounted::NoTime(why))) => open.push((place, no_time(&why))),
                // Nothing here can tell.
                (None, Some(Uncounted::Impossible(why))) => row.remarks.push(format!("{UNKNOWN}{why}")),
            }
        }
        for (place, why) in open {
            leave_open(&mut rows[place], why);
        }
        rows.iter_mut().for_each(|row| {
            if row.witnesses.iter().any(|one| one.metric == MetricName::INSTRUCTIONS) {
                testify(row);
            }
        });
    }

    /// Whether it was measured in so many layouts that its verdict is one over layouts.
    fn is_sampled(&self, contested: &Contested<'_>) -> bool {
        let mut layouts: Vec<u32> = contested.compared().iter().map(|pair| pair.layout).collect();
        layouts.sort_unstable();
        layouts.dedup();
        layouts.len() >= self.design.layouts_to_sample()
    }
}

/// What the pairs said that raised the doubt.
fn first_seen(row: &PairedRow) -> String {
    let layouts = if row.layouts == 1 { "one layout".to_owned() } else { format!("{} layouts", row.layouts) };
    let seen = row.effect.value().map_or_else(String::new, |effect| format!(" {:+.1} %", 100.0 * effect));
    let instructions = if not_borne_out(row).is_some() {
        "which instructions do not bear out"
    } else {
        "and instructions could not be asked"
    };
    format!(
        "{} pairs in {layouts} showed{seen}, {instructions}: the verdict is of further layouts and fresh pairs",
        row.pairs
    )
}

fn no_time(why: &str) -> String {
    format!(
        "there is a difference, which the place of code in memory may have made; that was not settled: {why}"
    )
}

fn layouts_open(row: &PairedRow, ended: &Ended) -> String {
    let why = match ended {
        Ended::BudgetSpent => {
            "the budget was spent before enough layouts were measured: give it more with `--budget`"
        }
        Ended::Interrupted => "interrupted",
        Ended::Disturbed => {
            "the hypervisor took the CPUs away during most pairs: measure when the machine is left alone"
        }
        Ended::Failed { .. } => "a process of it failed in a further layout",
        Ended::Decided | Ended::LooksOver => "there are too few layouts",
    };
    let instructions = not_borne_out(row).map_or_else(String::new, |said| format!("{said}; "));
    format!("{instructions}{}", no_time(why))
}
