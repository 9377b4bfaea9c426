//! The executable memory of one process.

use super::FileId;

/// What a range of addresses holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Region {
    /// A file; `bias` added to an address in the process (wrapping) is the address that the file states.
    File {
        /// The file.
        file: FileId,
        /// The difference.
        bias: u64,
    },
    /// Code that no file backs.
    Anonymous,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Range {
    start: u64,
    end: u64,
    region: Region,
}

/// Ranges of executable memory that do not overlap, by address.
#[derive(Debug, Clone, Default)]
pub(crate) struct Maps(Vec<Range>);

impl Maps {
    /// Maps `start..end`, over whatever was there.
    pub(crate) fn insert(&mut self, start: u64, end: u64, region: Region) {
        if start >= end {
            return;
        }
        let first = self.0.partition_point(|range| range.end <= start);
        let last = self.0.partition_point(|range| range.start < end);
        let before = self.0[first..last].first().filter(|range| range.start < start);
        let after = self.0[first..last].last().filter(|range| range.end > end);
        let kept = [
            before.map(|range| Range { end: start, ..*range }),
            Some(Range { start, end, region }),
            after.map(|range| Range { start: end, ..*range }),
        ];
        self.0.splice(first..last, kept.into_iter().flatten());
    }

    /// What an address lies in.
    pub(crate) fn find(&self, address: u64) -> Option<Region> {
        let at = self.0.partition_point(|range| range.end <= address);
        self.0.get(at).filter(|range| range.start <= address).map(|range| range.region)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn file(number: u32) -> Region {
        Region::File { file: FileId(number), bias: 0 }
    }

    #[test]
    fn a_new_mapping_replaces_what_it_covers_and_leaves_the_rest() {
        let mut maps = Maps::default();
        maps.insert(100, 200, file(1));
        maps.insert(300, 400, file(2));
        maps.insert(150, 350, file(3));
        let found = [99, 100, 149, 150, 349, 350, 399, 400].map(|address| maps.find(address));
        let expected =
            [None, Some(1), Some(1), Some(3), Some(3), Some(2), Some(2), None].map(|n| n.map(file));
        assert_eq!(found, expected);
    }

    #[test]
    fn a_mapping_inside_of_another_cuts_it_in_two() {
        let mut maps = Maps::default();
        maps.insert(0, 100, file(1));
        maps.insert(40, 60, Region::Anonymous);
        assert_eq!(
            [39, 40, 60].map(|at| maps.find(at)),
            [Some(file(1)), Some(Region::Anonymous), Some(file(1))]
        );
    }

    #[test]
    fn an_empty_mapping_changes_nothing() {
        let mut maps = Maps::default();
        maps.insert(10, 10, file(1));
        maps.insert(20, 10, file(1));
        assert_eq!(maps.find(10), None);
    }

    proptest::proptest! {
        #[test]
        fn every_address_holds_what_was_mapped_last(
            inserts in proptest::collection::vec((0_u64..50, 0_u64..50), 0..30)
        ) {
            let mut maps = Maps::default();
            let mut plain = [None; 60];
            for (number, &(start, length)) in inserts.iter().enumerate() {
                let number = u32::try_from(number).unwrap();
                maps.insert(start, start + length, file(number));
                for address in start..(start + length).min(60) {
                    plain[usize::try_from(address).unwrap()] = Some(file(number));
                }
            }
            for (address, expected) in plain.iter().enumerate() {
                proptest::prop_assert_eq!(maps.find(address as u64), *expected);
            }
        }
    }
}
