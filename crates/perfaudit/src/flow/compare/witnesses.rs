//! Counts of both sides beside each other: they repeat exactly where times do not.

use perfaudit_cpu::symbols::SymbolPlaces;
use perfaudit_prove::{Both, Contested, Side, witness};
use perfaudit_result::{Figure, Method, MetricName, Trust, Unit, Witness, WorkloadHeap};
use perfaudit_run::RunDirectory;

use super::Sides;
use super::again::{Looking, Measured};
use crate::flow::again::Homes;
use crate::flow::heap::{Counting, row};

/// How often each side is counted: what a program does not repeat shows between two counts.
pub(super) const COUNTS: usize = 2;

/// What one side allocates.
#[derive(Debug, Clone)]
struct Allocated {
    bytes: u64,
    blocks: u64,
    /// What was counted, and how.
    method: Method,
}

/// Counts what both sides allocate, as far as the time goes. Why something was not counted is told in the row.
pub(super) fn count(
    looking: Looking<'_>,
    sides: &mut Sides,
    measured: &mut [Measured<'_, '_>],
    directory: &RunDirectory,
) {
    let homes = Homes::within(directory).map_err(|error| format!("there is no folder for it: {error}"));
    let homes = match homes {
        Ok(homes) => homes,
        Err(why) => {
            measured
                .iter_mut()
                .for_each(|(_, row)| row.remarks.push(format!("allocations were not counted: {why}")));
            return;
        }
    };
    let mut counter = Counter { looking, sides, homes: Some(homes) };
    let of = measured.len();
    for (index, (contested, row)) in measured.iter_mut().enumerate() {
        if row.pairs == 0 {
            continue;
        }
        looking.progress.say(format!("count {}/{of}: {}", index + 1, row.id));
        match looking.refusal().map_or_else(|| counter.both(contested), Err) {
            Ok(witnesses) => row.witnesses.extend(witnesses),
            Err(why) => row.remarks.push(format!("allocations were not counted: {why}")),
        }
    }
}

struct Counter<'a> {
    looking: Looking<'a>,
    sides: &'a mut Sides,
    /// Lent to whoever counts.
    homes: Option<Homes>,
}

impl Counter<'_> {
    /// By turns, each side several times.
    fn both(&mut self, contested: &Contested<'_>) -> Result<Vec<Witness>, String> {
        let mut both = Both::<Vec<Allocated>>::default();
        for _ in 0..COUNTS {
            for side in Side::BOTH {
                let counted = self.one(contested, side).map_err(|why| format!("{}: {why}", side.letter()))?;
                both.get_mut(side).push(counted);
            }
        }
        let method = both.b.first().map(|one| one.method.clone()).ok_or("nothing was counted")?;
        let counts = |of: fn(&Allocated) -> u64| both.map(|all| all.iter().map(of).collect::<Vec<_>>());
        let (bytes, blocks) = (counts(|one| one.bytes), counts(|one| one.blocks));
        let witnesses = [
            witness(MetricName::ALLOC_BYTES, Unit::Bytes, method.clone(), &bytes.a, &bytes.b),
            witness(MetricName::ALLOC_COUNT, Unit::Count, method, &blocks.a, &blocks.b),
        ];
        Ok(witnesses.into_iter().flatten().collect())
    }

    fn one(&mut self, contested: &Contested<'_>, side: Side) -> Result<Allocated, String> {
        let sources = self.looking.sources(self.sides, side)?;
        let mut counting = Counting {
            sources,
            places: SymbolPlaces::of_this_machine(),
            interrupt: self.looking.interrupt,
            homes: self.homes.take().ok_or("its folder is gone")?,
            patience: self.looking.patience,
            sampling: None,
        };
        let counted = match contested.subject.held(side) {
            Some((executable, workload, all)) => counting
                .benchmark(executable, workload, all)
                .map(|taken| row(&taken, workload).0)
                .and_then(|row| each(&row)),
            None => self
                .looking
                .command(contested, side)
                .and_then(|command| counting.run(&command, &contested.subject.id))
                .and_then(|(taken, _)| match (taken.failure, taken.unseen.first()) {
                    (Some(failure), _) => Err(format!("it ended with {failure}")),
                    (None, Some(unseen)) => Err(format!("a process of it cannot be counted: {unseen}")),
                    (None, None) => {
                        let totals = taken.heap.whole().totals();
                        let method = "what all processes of a run allocate, every allocation counted";
                        Ok(Allocated {
                            bytes: totals.bytes,
                            blocks: totals.count,
                            method: Method(method.into()),
                        })
                    }
                }),
        };
        self.homes = Some(counting.homes);
        counted
    }
}

/// What an iteration allocates: each but the first where the harness tells how many there were, and else the first.
fn each(row: &WorkloadHeap) -> Result<Allocated, String> {
    if row.trust == Trust::Unfit || !row.exact {
        return Err(row.remarks.first().cloned().unwrap_or_else(|| "its counts mislead".to_owned()));
    }
    let each = row.per_iteration.as_ref().ok_or("its iterations are not known")?;
    let exact = |figure: &Figure| match figure.reason() {
        None => figure.value().map(whole),
        Some(_) => None,
    };
    exact(&each.bytes)
        .zip(exact(&each.count))
        .map(|(bytes, blocks)| Allocated { bytes, blocks, method: each.bytes.method.clone() })
        .ok_or_else(|| "its iterations allocate differently much, so that a mean is all there is".to_owned())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts are whole numbers that are not negative"
)]
pub(super) fn whole(value: f64) -> u64 {
    value as u64
}
