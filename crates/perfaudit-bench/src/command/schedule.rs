//! Whose turn it is.

/// How far a command has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Progress {
    /// Runs made.
    pub(super) made: u32,
    /// Runs planned.
    pub(super) planned: u32,
}

/// The command whose turn it is: of those that are not done, the one that has the smallest share of its runs
/// behind it, so that whatever drifts while commands are measured hits the beginning, the middle and the end of
/// all of them alike. Of equals it is the one that comes first in an order that each round draws anew from the
/// seed.
pub(super) fn next(commands: &[Option<Progress>], seed: u64) -> Option<usize> {
    let made: u64 = commands.iter().flatten().map(|progress| u64::from(progress.made)).sum();
    let round = made / commands.len().max(1) as u64;
    let mut order: Vec<usize> = (0..commands.len()).collect();
    perfaudit_stats::shuffle(&mut order, seed.wrapping_add(round));
    order
        .into_iter()
        .filter_map(|index| {
            Some((index, commands[index].filter(|progress| progress.made < progress.planned)?))
        })
        // The first of equals is kept.
        .min_by_key(|(_, progress)| u64::from(progress.made) * 1_000_000 / u64::from(progress.planned))
        .map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sequence(planned: &[u32], seed: u64) -> Vec<usize> {
        let mut commands: Vec<_> =
            planned.iter().map(|&planned| Some(Progress { made: 0, planned })).collect();
        std::iter::from_fn(|| {
            let turn = next(&commands, seed)?;
            commands[turn].as_mut()?.made += 1;
            Some(turn)
        })
        .collect()
    }

    #[test]
    fn equals_take_turns_in_an_order_that_changes() {
        let turns = sequence(&[50, 50], 7);
        for pair in turns.chunks(2) {
            assert_ne!(pair[0], pair[1]);
        }
        let first: usize = turns.iter().step_by(2).sum();
        assert!((10..=40).contains(&first), "one of them nearly always came first: {first} of 50");
    }

    proptest! {
        #[test]
        fn every_prefix_has_about_the_same_share_of_each(planned in prop::collection::vec(1_u32..60, 1..6), seed: u64) {
            let turns = sequence(&planned, seed);
            prop_assert_eq!(turns.len(), planned.iter().sum::<u32>() as usize);
            let half = &turns[..turns.len() / 2];
            for (index, &planned) in planned.iter().enumerate() {
                let made = half.iter().filter(|&&turn| turn == index).count() as f64;
                prop_assert!((made - f64::from(planned) / 2.0).abs() <= 0.5 * f64::from(planned).sqrt().max(5.0) + 1.0);
            }
        }
    }
}
