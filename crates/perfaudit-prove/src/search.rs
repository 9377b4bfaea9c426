//! Halving a history until one commit is left.

/// What is known of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It does not have the change.
    Before,
    /// It has the change.
    After,
    /// Nothing can be known of it.
    Skipped,
}

/// Where the change is, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// It came with this commit: the one before does not have it.
    Commit(usize),
    /// It came with one of these, the first and the last of them.
    Between(usize, usize),
}

/// A search among commits in their order, counted from 0: the first one does not have the change, the last one does,
/// and each that comes behind one that has it has it too.
#[derive(Debug, Clone)]
pub struct Search {
    marks: Vec<Option<Mark>>,
    before: usize,
    after: usize,
}

impl Search {
    /// A search for a change that came with one of `commits` commits behind the first one.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn new(commits: usize) -> Self {
        assert!(commits > 0, "a change comes with a commit");
        Self { marks: vec![None; commits + 1], before: 0, after: commits }
    }

    /// How many commits have to be decided where none has to be skipped: the logarithm of their number, rounded up.
    #[must_use]
    pub fn decisions(commits: usize) -> usize {
        commits.next_power_of_two().trailing_zeros() as usize
    }

    /// The commit to look at: of those that nothing is known of, the one closest to the middle, and the earlier of two.
    #[must_use]
    pub fn next(&self) -> Option<usize> {
        let middle = self.before + self.after;
        (self.before + 1..self.after)
            .filter(|&commit| self.marks[commit].is_none())
            .min_by_key(|&commit| middle.abs_diff(2 * commit))
    }

    /// Notes what is known of a commit.
    ///
    /// # Panics
    /// When it is not one between those that are known.
    pub fn mark(&mut self, commit: usize, mark: Mark) {
        assert!(self.before < commit && commit < self.after, "nothing new is known of commit {commit}");
        self.marks[commit] = Some(mark);
        match mark {
            Mark::Before => self.before = commit,
            Mark::After => self.after = commit,
            Mark::Skipped => {}
        }
    }

    /// What is known so far.
    #[must_use]
    pub fn found(&self) -> Found {
        if self.after == self.before + 1 {
            Found::Commit(self.after)
        } else {
            Found::Between(self.before + 1, self.after)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// Searches for `culprit`, and tells what was found and how many commits were decided.
    fn search(commits: usize, culprit: usize, skipped: &BTreeSet<usize>) -> (Found, usize) {
        let mut search = Search::new(commits);
        let mut decided = 0;
        while let Some(commit) = search.next() {
            let mark = match () {
                () if skipped.contains(&commit) => Mark::Skipped,
                () if commit >= culprit => Mark::After,
                () => Mark::Before,
            };
            decided += usize::from(mark != Mark::Skipped);
            search.mark(commit, mark);
        }
        (search.found(), decided)
    }

    #[test]
    fn any_commit_among_64_is_found_in_six_decisions() {
        assert_eq!(Search::decisions(64), 6);
        for culprit in 1..=64 {
            assert_eq!(search(64, culprit, &BTreeSet::new()), (Found::Commit(culprit), 6));
        }
    }

    #[test]
    fn the_only_commit_is_the_one() {
        assert_eq!((search(1, 1, &BTreeSet::new()), Search::decisions(1)), ((Found::Commit(1), 0), 0));
    }

    proptest! {
        #[test]
        fn what_is_found_is_the_commit_or_as_close_to_it_as_skipped_ones_allow(
            (commits, culprit, skipped) in (1_usize..200).prop_flat_map(|commits| {
                (Just(commits), 1..=commits, prop::collection::btree_set(1..=commits, 0..20))
            }),
        ) {
            // The ends are known.
            let skipped: BTreeSet<usize> = skipped.into_iter().filter(|&commit| commit < commits).collect();
            let (found, decided) = search(commits, culprit, &skipped);
            let is_known = |commit: usize| !skipped.contains(&commit);
            let first = (0..culprit).rev().find(|&commit| is_known(commit)).unwrap() + 1;
            let last = (culprit..=commits).find(|&commit| is_known(commit)).unwrap();
            let expected = if first == last { Found::Commit(culprit) } else { Found::Between(first, last) };
            prop_assert_eq!(found, expected);
            prop_assert!(decided <= Search::decisions(commits) + skipped.len());
        }

        #[test]
        fn without_skipped_ones_there_are_no_more_decisions_than_were_planned(
            (commits, culprit) in (1_usize..5000).prop_flat_map(|commits| (Just(commits), 1..=commits)),
        ) {
            let (found, decided) = search(commits, culprit, &BTreeSet::new());
            prop_assert_eq!(found, Found::Commit(culprit));
            prop_assert!(decided <= Search::decisions(commits));
        }
    }
}
