//! What changes rest on where programs have but few layouts: instructions are asked, and where these do not carry a
//! change of time it is left open.

use std::collections::BTreeSet;
use std::time::Duration;

use perfaudit_prove::{
    Contested, RowArtifacts, grounds_of_changes, in_words, leave_open, not_borne_out, testify,
};
use perfaudit_result::PairedRow;
use perfaudit_run::RunDirectory;
use perfaudit_stats::Design;

use super::Sides;
use super::again::Looking;
use super::instructions::{Counter, IsSameCode, Uncounted};
use super::measure::Measuring;

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

    /// Leaves open what nothing bears out.
    pub(super) fn settle(&self, doubts: Vec<Doubt>, rows: &mut [PairedRow]) {
        for Doubt { place, uncounted } in doubts {
            let row = &mut rows[place];
            let open = match uncounted {
                None => not_borne_out(row),
                Some(Uncounted::NoTime(why)) => Some(format!(
                    "there is a difference, which the place of code in memory may have made; that was not settled: {why}"
                )),
                // Nothing here can tell.
                Some(Uncounted::Impossible(why)) => {
                    row.remarks.push(format!("{UNKNOWN}{why}"));
                    None
                }
            };
            if let Some(why) = open {
                leave_open(row, why);
                testify(row);
            }
        }
    }
}
