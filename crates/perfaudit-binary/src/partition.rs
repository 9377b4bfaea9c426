//! The bytes of a file, each with one owner.
//!
//! Whoever claims a range of the file does so with a rank; ranges may overlap in any way. A sweep over all ends of
//! claims cuts the file into segments, and each goes to the best claim that covers it, or to nobody. Segments follow
//! each other from the first byte of the file to the last: their lengths sum to that of the file whatever the claims
//! are.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// What a claim is worth. Later ones beat earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Layer {
    /// Headers of the file.
    Header,
    /// A section as a whole.
    Section,
    /// What lies within a section.
    Content,
}

/// Somebody claims the bytes from `start` to before `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Claim<T> {
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) layer: Layer,
    /// Among claims of the same range, the lowest wins.
    pub(crate) rank: u32,
    pub(crate) owner: T,
}

/// Bytes in a row with the same owner; none when nobody claims them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Segment<T> {
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) owner: Option<T>,
}

impl<T> Segment<T> {
    pub(crate) fn bytes(&self) -> u64 {
        self.end - self.start
    }
}

/// The order of claims: the layer, then whoever begins last and so lies within others, then the shortest, then the
/// lowest rank, then the first.
type Precedence = (Layer, u64, Reverse<u64>, Reverse<u32>, Reverse<usize>);

/// Cuts `length` bytes into segments. Takes time of order n log n for n claims.
pub(crate) fn partition<T: Copy + PartialEq>(length: u64, claims: &[Claim<T>]) -> Vec<Segment<T>> {
    let clipped = |claim: &Claim<T>| (claim.start.min(length), claim.end.min(length));
    let mut order: Vec<usize> = (0..claims.len())
        .filter(|&at| {
            let (start, end) = clipped(&claims[at]);
            start < end
        })
        .collect();
    order.sort_unstable_by_key(|&at| claims[at].start);
    let mut cuts: Vec<u64> = order.iter().flat_map(|&at| <[u64; 2]>::from(clipped(&claims[at]))).collect();
    cuts.extend([0, length]);
    cuts.sort_unstable();
    cuts.dedup();
    let mut segments: Vec<Segment<T>> = Vec::with_capacity(cuts.len());
    let mut open: BinaryHeap<Precedence> = BinaryHeap::new();
    let mut next = order.into_iter().peekable();
    for pair in cuts.windows(2) {
        let (start, end) = (pair[0], pair[1]);
        while let Some(at) = next.next_if(|&at| claims[at].start <= start) {
            let claim = &claims[at];
            let precedence = (claim.layer, claim.start, Reverse(claim.end), Reverse(claim.rank), Reverse(at));
            open.push(precedence);
        }
        // A claim that has ended is worth nothing, and is taken away when it is the best one.
        while open.peek().is_some_and(|(_, _, Reverse(claim_end), _, _)| *claim_end <= start) {
            open.pop();
        }
        let owner = open.peek().map(|(.., Reverse(at))| claims[*at].owner);
        match segments.last_mut() {
            Some(last) if last.owner == owner => last.end = end,
            _ => segments.push(Segment { start, end, owner }),
        }
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn claim(start: u64, end: u64, layer: Layer, owner: u32) -> Claim<u32> {
        Claim { start, end, layer, rank: 0, owner }
    }

    #[test]
    fn what_lies_within_beats_what_it_lies_in() {
        let claims = [
            claim(2, 10, Layer::Section, 1),
            claim(3, 8, Layer::Content, 2),
            claim(5, 6, Layer::Content, 3),
            claim(0, 4, Layer::Header, 0),
        ];
        let found: Vec<_> = partition(12, &claims)
            .iter()
            .map(|segment| (segment.start, segment.end, segment.owner))
            .collect();
        let expected = [
            (0, 2, Some(0)),
            (2, 3, Some(1)),
            (3, 5, Some(2)),
            (5, 6, Some(3)),
            (6, 8, Some(2)),
            (8, 10, Some(1)),
            (10, 12, None),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn of_equal_ranges_the_lowest_rank_gets_the_bytes() {
        let mut claims = [claim(0, 4, Layer::Content, 1), claim(0, 4, Layer::Content, 2)];
        claims[0].rank = 7;
        assert_eq!(partition(4, &claims)[0].owner, Some(2));
    }

    proptest! {
        #[test]
        fn segments_tile_the_file_and_each_byte_goes_to_the_best_claim(
            raw in proptest::collection::vec((0_u64..70, 0_u64..70, 0_u32..3, 0_u32..3), 0..20),
            length in 0_u64..64,
        ) {
            let layers = [Layer::Header, Layer::Section, Layer::Content];
            let claims: Vec<Claim<u32>> = raw
                .iter()
                .zip(0..)
                .map(|(&(start, end, layer, rank), owner)| Claim {
                    start,
                    end,
                    layer: layers[layer as usize],
                    rank,
                    owner,
                })
                .collect();
            let segments = partition(length, &claims);
            prop_assert_eq!(segments.iter().map(Segment::bytes).sum::<u64>(), length);
            let mut at = 0;
            for segment in &segments {
                prop_assert_eq!(segment.start, at);
                at = segment.end;
                for byte in segment.start..segment.end {
                    let best = claims
                        .iter()
                        .enumerate()
                        .filter(|(_, claim)| (claim.start..claim.end).contains(&byte))
                        .max_by_key(|(index, claim)| {
                            let end = Reverse(claim.end);
                            (claim.layer, claim.start, end, Reverse(claim.rank), Reverse(*index))
                        });
                    prop_assert_eq!(segment.owner, best.map(|(_, claim)| claim.owner));
                }
            }
        }
    }
}
