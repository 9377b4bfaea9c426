//! The units of a file with debug information, parsed when they are needed.

use std::sync::OnceLock;

use gimli::{DebugInfoOffset, UnitRef};

use super::guard::{self, Refused};
use super::sections::Slice;

struct Lazy<'a> {
    offset: usize,
    header: gimli::UnitHeader<Slice<'a>>,
    unit: OnceLock<Option<gimli::Unit<Slice<'a>>>>,
}

/// The units of a file, by their place.
pub(super) struct Units<'a> {
    dwarf: &'a gimli::Dwarf<Slice<'a>>,
    units: Vec<Lazy<'a>>,
}

impl<'a> Units<'a> {
    pub(super) fn read(dwarf: &'a gimli::Dwarf<Slice<'a>>) -> Result<Self, gimli::Error> {
        let mut units = Vec::new();
        let mut headers = dwarf.units();
        while let Some(header) = headers.next()? {
            if let Some(offset) = header.debug_info_offset() {
                units.push(Lazy { offset: offset.0, header, unit: OnceLock::new() });
            }
        }
        Ok(Self { dwarf, units })
    }

    fn parsed<'s>(&'s self, lazy: &'s Lazy<'a>) -> Option<UnitRef<'s, Slice<'a>>> {
        let unit = lazy.unit.get_or_init(|| self.dwarf.unit(lazy.header).ok());
        unit.as_ref().map(|unit| UnitRef::new(self.dwarf, unit))
    }

    /// All units that can be read.
    pub(super) fn all(&self) -> impl Iterator<Item = UnitRef<'_, Slice<'a>>> {
        self.units.iter().filter_map(|lazy| self.parsed(lazy))
    }

    /// The unit that holds an entry, and the entry's place in it.
    pub(super) fn holding(
        &self,
        offset: DebugInfoOffset,
    ) -> Option<(UnitRef<'_, Slice<'a>>, gimli::UnitOffset)> {
        let after = self.units.partition_point(|lazy| lazy.offset <= offset.0);
        let lazy = self.units.get(after.checked_sub(1)?)?;
        let inside = offset.to_unit_offset(&lazy.header)?;
        Some((self.parsed(lazy)?, inside))
    }

    /// The unit that stands for one that was split off.
    pub(super) fn skeleton(&self, id: gimli::DwoId) -> Option<UnitRef<'_, Slice<'a>>> {
        self.units.iter().filter_map(|lazy| self.parsed(lazy)).find(|unit| unit.dwo_id == Some(id))
    }

    /// Checks every unit that may be read on the way to one of `probes`, which ascend: those that hold one, and
    /// those that do not say what they hold.
    pub(super) fn check(&self, probes: &[u64]) -> Result<(), Refused> {
        let listed = self.listed(probes)?;
        for lazy in &self.units {
            let Some(unit) = self.parsed(lazy) else { continue };
            if listed.contains(&lazy.offset) || may_hold(unit, probes)? {
                guard::check(unit)?;
            }
        }
        Ok(())
    }

    /// The units that `.debug_aranges` says hold one of the probes.
    fn listed(&self, probes: &[u64]) -> Result<std::collections::HashSet<usize>, gimli::Error> {
        let mut listed = std::collections::HashSet::new();
        let mut headers = self.dwarf.debug_aranges.headers();
        while let Some(header) = headers.next()? {
            let mut entries = header.entries();
            while let Some(entry) = entries.next().transpose() {
                // An entry that overflows is left out by the parser as well.
                if entry.is_ok_and(|entry| any_within(probes, entry.range())) {
                    listed.insert(header.debug_info_offset().0);
                }
            }
        }
        Ok(listed)
    }
}

/// Whether a unit has code at one of the probes, or does not say where its code is.
fn may_hold(unit: UnitRef<'_, Slice<'_>>, probes: &[u64]) -> Result<bool, gimli::Error> {
    let mut any = false;
    let mut ranges = unit.unit_ranges()?;
    while let Some(range) = ranges.next()? {
        any |= range.begin < range.end;
        if any_within(probes, range) {
            return Ok(true);
        }
    }
    Ok(!any)
}

fn any_within(probes: &[u64], range: gimli::Range) -> bool {
    let first = probes.partition_point(|&probe| probe < range.begin);
    probes.get(first).is_some_and(|&probe| probe < range.end)
}
