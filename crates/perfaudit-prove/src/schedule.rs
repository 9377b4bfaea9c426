//! Which subject is measured next: time goes where it decides.

use std::time::Duration;

/// How far a subject has come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Progress {
    /// Pairs measured.
    pub(crate) pairs: usize,
    /// The number of pairs at which it is judged next.
    pub(crate) next_look: usize,
    /// About how many pairs decide it, as the last look told.
    pub(crate) to_decision: Option<usize>,
    /// How long a pair takes; zero before the first.
    pub(crate) pair: Duration,
}

impl Progress {
    /// How long it takes up to the next look.
    fn until_look(self) -> Duration {
        self.pair * count(self.next_look.saturating_sub(self.pairs))
    }

    /// How long it takes until it may be decided.
    fn until_verdict(self) -> Duration {
        let needed = self.to_decision.unwrap_or(0).max(self.next_look);
        self.pair.saturating_mul(count(needed.saturating_sub(self.pairs)))
    }
}

fn count(pairs: usize) -> u32 {
    u32::try_from(pairs).unwrap_or(u32::MAX)
}

/// The subject whose turn it is, among those that are not decided (the others are `None`).
///
/// As long as the time that is left suffices for the next look at each of them, they take turns, those with the fewest
/// pairs first, so that whatever drifts hits all alike; of equals it is the one that comes first in `order`, which each
/// round draws anew. When time is short, the one that is decided soonest comes first: pairs that lead to no look are
/// worth nothing.
pub(crate) fn next(subjects: &[Option<Progress>], left: Option<Duration>, order: &[usize]) -> Option<usize> {
    let waiting = || order.iter().filter_map(|&index| Some((index, subjects[index].as_ref()?)));
    let needed = waiting().fold(Duration::ZERO, |sum, (_, subject)| sum.saturating_add(subject.until_look()));
    let is_ample = left.is_none_or(|left| needed <= left);
    // Before each has had a pair, nobody knows what a pair takes.
    let is_known = waiting().all(|(_, subject)| subject.pairs > 0);
    let chosen = if is_ample || !is_known {
        waiting().min_by_key(|(_, subject)| subject.pairs)
    } else {
        waiting().min_by_key(|(_, subject)| subject.until_verdict())
    };
    chosen.map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LOOKS: [usize; 4] = [10, 16, 24, 32];

    fn progress(pairs: usize, pair_ms: u64, to_decision: Option<usize>) -> Option<Progress> {
        let next_look = LOOKS.into_iter().find(|&look| look > pairs)?;
        Some(Progress { pairs, next_look, to_decision, pair: Duration::from_millis(pair_ms) })
    }

    #[test]
    fn with_time_enough_all_take_turns() {
        let mut made = [0_usize; 3];
        for _ in 0..30 {
            let subjects: Vec<_> = made.iter().map(|&pairs| progress(pairs, 100, None)).collect();
            made[next(&subjects, None, &[2, 0, 1]).unwrap()] += 1;
        }
        assert_eq!(made, [10, 10, 10]);
    }

    #[test]
    fn when_time_is_short_the_one_that_is_decided_soonest_comes_first() {
        let subjects =
            [progress(10, 100, Some(400)), progress(10, 100, Some(14)), progress(10, 900, Some(14))];
        assert_eq!(next(&subjects, Some(Duration::from_secs(2)), &[0, 1, 2]), Some(1));
    }

    #[test]
    fn who_is_decided_gets_nothing() {
        assert_eq!(next(&[None, progress(31, 1, None), None], None, &[0, 1, 2]), Some(1));
        assert_eq!(next(&[None, None], None, &[0, 1]), None);
    }

    proptest! {
        #[test]
        fn a_budget_for_one_look_gives_one_look(
            pairs_ms in prop::collection::vec(1_u64..2000, 1..12),
            budget_s in 1_u64..120,
        ) {
            // Nobody is ever decided: the worst case.
            let mut made = vec![0_usize; pairs_ms.len()];
            let mut left = Duration::from_secs(budget_s);
            let order: Vec<usize> = (0..made.len()).collect();
            loop {
                let known = |index: usize| if made[index] == 0 { 0 } else { pairs_ms[index] };
                let subjects: Vec<_> =
                    (0..made.len()).map(|index| progress(made[index], known(index), None)).collect();
                let Some(turn) = next(&subjects, Some(left), &order) else { break };
                let Some(rest) = left.checked_sub(Duration::from_millis(pairs_ms[turn])) else { break };
                left = rest;
                made[turn] += 1;
            }
            let cheapest = *pairs_ms.iter().min().unwrap();
            let all_once: u64 = pairs_ms.iter().sum();
            if all_once + 9 * cheapest <= budget_s * 1000 {
                prop_assert!(made.iter().any(|&pairs| pairs >= 10), "{made:?}");
            }
        }
    }
}
