//! How long was waited where, when the stacks of a part of the waits are known.

use std::collections::HashMap;

use perfaudit_result::NodeId;

use crate::recording::WaitRun;

/// Waits by how long they lasted: each class is twice as long as the one before. A wait whose stack was not taken is like
/// those of its class that have one, so that few long waits are not weighed by many short ones.
#[derive(Debug)]
pub(super) struct WaitTimes {
    classes: [Class; 65],
    taken: HashMap<(usize, NodeId), Class>,
}

/// Waits together.
#[derive(Debug, Clone, Copy, Default)]
struct Class {
    ns: u64,
    waits: u64,
}

impl Class {
    fn add(&mut self, ns: u64) {
        self.ns = self.ns.saturating_add(ns);
        self.waits += 1;
    }
}

impl Default for WaitTimes {
    fn default() -> Self {
        Self { classes: [Class::default(); 65], taken: HashMap::new() }
    }
}

impl WaitTimes {
    /// A wait has ended.
    pub(super) fn add(&mut self, ns: u64, stack: Option<NodeId>) {
        let class = (u64::BITS - ns.leading_zeros()) as usize;
        self.classes[class].add(ns);
        if let Some(node) = stack {
            self.taken.entry((class, node)).or_default().add(ns);
        }
    }

    /// What was waited in each stack, and how long in classes of which no stack is known: the time and the number of each
    /// class are shared out among its stacks as those that were taken have them (a stratified ratio estimate; Cochran,
    /// Sampling Techniques, 1977, chapter 6). Where the stack of every wait was taken, that is what was counted.
    pub(super) fn finish(self) -> (Vec<WaitRun>, u64) {
        let mut known = [Class::default(); 65];
        for (&(class, _), taken) in &self.taken {
            known[class].ns += taken.ns;
            known[class].waits += taken.waits;
        }
        let share = |part: u64, of: u64, whole: u64| {
            let share = u128::from(part) * u128::from(whole) / u128::from(of.max(1));
            u64::try_from(share).unwrap_or(u64::MAX)
        };
        let mut runs: HashMap<NodeId, WaitRun> = HashMap::new();
        for (&(class, node), taken) in &self.taken {
            let (known, all) = (known[class], self.classes[class]);
            let run = runs.entry(node).or_insert(WaitRun { node, blocked_ns: 0, waits: 0, taken: 0 });
            run.blocked_ns += share(taken.ns, known.ns, all.ns);
            run.waits += share(taken.waits, known.waits, all.waits);
            run.taken += taken.waits;
        }
        let is_unknown = |(_, known): &(&Class, &Class)| known.waits == 0;
        let unknown_ns = self.classes.iter().zip(&known).filter(is_unknown).map(|(all, _)| all.ns).sum();
        let mut runs: Vec<WaitRun> = runs.into_values().collect();
        runs.sort_by_key(|run| run.node);
        (runs, unknown_ns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_taken_is_shared_out_among_waits_that_lasted_about_as_long() {
        let mut times = WaitTimes::default();
        // Of short ones, every tenth is taken, and of the long ones, each.
        for number in 0..1000 {
            let node = u32::from(number % 30 == 0);
            times.add(100, (number % 10 == 0).then_some(node));
        }
        for _ in 0..3 {
            times.add(1_000_000, Some(2));
        }
        times.add(70_000, None);
        let (runs, unknown_ns) = times.finish();
        let run = |node, blocked_ns, waits, taken| WaitRun { node, blocked_ns, waits, taken };
        assert_eq!(runs, [run(0, 66_000, 660, 66), run(1, 34_000, 340, 34), run(2, 3_000_000, 3, 3)]);
        assert_eq!(unknown_ns, 70_000);
    }

    #[test]
    fn waits_that_end_at_once_and_those_without_end_have_their_place() {
        let mut times = WaitTimes::default();
        times.add(0, Some(1));
        times.add(u64::MAX, Some(1));
        let (runs, unknown_ns) = times.finish();
        assert_eq!((runs[0].blocked_ns, runs[0].waits, unknown_ns), (u64::MAX, 2, 0));
    }
}
