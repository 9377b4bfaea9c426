//! The DWARF sections of a file in memory.

use std::borrow::Cow;
use std::collections::HashMap;

use gimli::{EndianSlice, RunTimeEndian, SectionId};
use object::Object;
use rayon::prelude::*;

use super::elf::{FileProblem, Image};

/// What gimli reads from.
pub(super) type Slice<'a> = EndianSlice<'a, RunTimeEndian>;

/// The sections that names and lines are in; what describes variables and macros is left on disk.
const NEEDED: [SectionId; 13] = [
    SectionId::DebugAbbrev,
    SectionId::DebugAddr,
    SectionId::DebugAranges,
    SectionId::DebugInfo,
    SectionId::DebugLine,
    SectionId::DebugLineStr,
    SectionId::DebugRanges,
    SectionId::DebugRngLists,
    SectionId::DebugStr,
    SectionId::DebugStrOffsets,
    SectionId::DebugTypes,
    SectionId::DebugCuIndex,
    SectionId::DebugTuIndex,
];

/// Sections that are not read either, but that packages of split units must hold as they say.
const IN_PACKAGES: [SectionId; 4] =
    [SectionId::DebugLoc, SectionId::DebugLocLists, SectionId::DebugMacinfo, SectionId::DebugMacro];

/// Which names sections have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    /// `.debug_info`.
    Main,
    /// `.debug_info.dwo`, in files that debug information is split to.
    Split,
}

/// The DWARF sections of a file.
pub(super) struct Sections<'a> {
    data: HashMap<SectionId, Cow<'a, [u8]>>,
    endian: RunTimeEndian,
}

impl<'a> Sections<'a> {
    /// Reads and decompresses, several sections at a time.
    pub(super) fn load(bytes: &'a [u8], naming: Naming) -> Result<Self, FileProblem> {
        let endian = if Image::parse(bytes)?.file.is_little_endian() {
            RunTimeEndian::Little
        } else {
            RunTimeEndian::Big
        };
        let load = |id: SectionId| {
            let name = match naming {
                Naming::Main => Some(id.name()),
                Naming::Split => id.dwo_name(),
            };
            let data = match name {
                Some(name) => Image::parse(bytes)?.section(name)?,
                None => Cow::Borrowed(&[][..]),
            };
            Ok((id, data))
        };
        let more = match naming {
            Naming::Main => &[][..],
            Naming::Split => &IN_PACKAGES,
        };
        let data = NEEDED.par_iter().chain(more).copied().map(load).collect::<Result<_, FileProblem>>()?;
        Ok(Self { data, endian })
    }

    /// The same, apart from the bytes of the file.
    pub(super) fn into_owned(self) -> Sections<'static> {
        let data = self.data.into_iter().map(|(id, data)| (id, Cow::Owned(data.into_owned()))).collect();
        Sections { data, endian: self.endian }
    }

    /// The bytes of a section; empty when it is not there.
    pub(super) fn get(&self, id: SectionId) -> Slice<'_> {
        EndianSlice::new(self.data.get(&id).map_or(&[], |data| data), self.endian)
    }

    /// What gimli makes of them.
    pub(super) fn dwarf(&self) -> gimli::Dwarf<Slice<'_>> {
        let loaded = gimli::Dwarf::load(|id| Ok::<_, std::convert::Infallible>(self.get(id)));
        let Ok(dwarf) = loaded;
        dwarf
    }
}
