//! Who claims which bytes of the file.

use object::elf;
use perfaudit_result::SectionKind;

use crate::elf::{Elf, Section};
use crate::partition::{Claim, Layer, Segment, partition};
use crate::symbols::Placed;
use crate::unwind;

/// Whose bytes they are, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    /// A header of the file.
    Header(u32),
    /// A section, as far as no symbol claims it.
    Section(u32),
    /// A symbol, in a section.
    Symbol { section: u32, symbol: u32 },
}

/// Every byte of the file with its owner. `named` has the symbols, which may be those of another file.
pub(crate) fn segments(
    file: &[u8],
    elf: &Elf<'_>,
    named: &Elf<'_>,
    placed: &[Placed],
) -> Vec<Segment<Owner>> {
    let length = file.len() as u64;
    let own: Vec<Claim<Owner>> = placed
        .iter()
        .map(|symbol| Claim {
            start: symbol.start,
            end: symbol.end,
            layer: Layer::Content,
            rank: symbol.rank,
            owner: Owner::Symbol { section: symbol.section, symbol: symbol.symbol },
        })
        .collect();
    let owned = Owned::new(&elf.sections, partition(length, &own));
    let mut claims = own;
    for (number, &(_, start, end)) in (0..).zip(&elf.headers) {
        claims.push(Claim { start, end, layer: Layer::Header, rank: number, owner: Owner::Header(number) });
    }
    for (number, section) in (0..).zip(&elf.sections) {
        let (start, end) = section.range();
        let owner = Owner::Section(number);
        claims.push(Claim { start, end, layer: Layer::Section, rank: number, owner });
    }
    let mut claim = |section: u32, (start, end): (u64, u64), symbol: u32| {
        let limits = elf.sections[section as usize].range();
        claims.push(Claim {
            start: start.clamp(limits.0, limits.1),
            end: end.clamp(limits.0, limits.1),
            layer: Layer::Content,
            rank: 0,
            owner: Owner::Symbol { section, symbol },
        });
    };
    claim_entries(elf, named, placed, &mut claim);
    if !elf.is_object {
        for (section, range, address) in unwind::parts(file, elf) {
            if let Some(symbol) = owned.at(address) {
                claim(section, range, symbol);
            }
        }
        claim_relocations(file, elf, &owned, &mut claim);
    }
    partition(length, &claims)
}

/// The entries of symbols and their names.
fn claim_entries(
    elf: &Elf<'_>,
    named: &Elf<'_>,
    placed: &[Placed],
    claim: &mut dyn FnMut(u32, (u64, u64), u32),
) {
    let holding = Holding::new(&elf.sections, Section::range);
    for one in placed {
        let symbol = &named.symbols[one.symbol as usize];
        for range in [symbol.entry, symbol.text].into_iter().flatten() {
            if let Some(section) = holding.at(range.0) {
                claim(section, range, one.symbol);
            }
        }
    }
}

/// Relocations, each for the symbol that it fills in an address of.
fn claim_relocations(file: &[u8], elf: &Elf<'_>, owned: &Owned, claim: &mut dyn FnMut(u32, (u64, u64), u32)) {
    let word: usize = if elf.is_64 { 8 } else { 4 };
    for (number, section) in (0..).zip(&elf.sections) {
        let each = match section.section_type {
            elf::SHT_RELA => word * 3,
            elf::SHT_REL => word * 2,
            _ => continue,
        };
        let (start, _) = section.range();
        for (index, entry) in (0_u64..).zip(section.bytes(file).chunks_exact(each)) {
            let address = read_word(&entry[..word], elf);
            if let Some(symbol) = owned.at(address) {
                let from = start + index * each as u64;
                claim(number, (from, from + each as u64), symbol);
            }
        }
    }
}

/// A number of four or eight bytes.
pub(crate) fn read_word(bytes: &[u8], elf: &Elf<'_>) -> u64 {
    let is_little = elf.endian == object::Endianness::Little;
    let add = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
    if is_little { bytes.iter().rev().fold(0, add) } else { bytes.iter().fold(0, add) }
}

/// Which symbol got the bytes at an address.
struct Owned {
    /// Ranges in the file, in their order, with the symbols that got them.
    segments: Vec<Segment<Owner>>,
    /// Addresses of the file's bytes: start, end, place in the file.
    loaded: Vec<(u64, u64, u64)>,
}

impl Owned {
    fn new(sections: &[Section], segments: Vec<Segment<Owner>>) -> Self {
        let mut loaded: Vec<(u64, u64, u64)> = sections
            .iter()
            .filter(|section| section.is_loaded && section.has_bytes && section.size > 0)
            .map(|section| (section.address, section.address.saturating_add(section.size), section.offset))
            .collect();
        loaded.sort_unstable();
        Self { segments, loaded }
    }

    fn at(&self, address: u64) -> Option<u32> {
        let after = self.loaded.partition_point(|(start, ..)| *start <= address);
        let &(start, end, offset) = self.loaded.get(after.checked_sub(1)?)?;
        let place = offset.checked_add(address.checked_sub(start)?).filter(|_| address < end)?;
        let after = self.segments.partition_point(|segment| segment.start <= place);
        match self.segments.get(after.checked_sub(1)?)?.owner? {
            Owner::Symbol { symbol, .. } => Some(symbol),
            Owner::Header(_) | Owner::Section(_) => None,
        }
    }
}

/// Which section holds a place.
pub(crate) struct Holding {
    ranges: Vec<(u64, u64, u32)>,
}

impl Holding {
    pub(crate) fn new(sections: &[Section], range: impl Fn(&Section) -> (u64, u64)) -> Self {
        let mut ranges: Vec<(u64, u64, u32)> = (0..)
            .zip(sections)
            .map(|(number, section)| {
                let (start, end) = range(section);
                (start, end, number)
            })
            .filter(|(start, end, _)| start < end)
            .collect();
        ranges.sort_unstable();
        Self { ranges }
    }

    pub(crate) fn at(&self, place: u64) -> Option<u32> {
        let after = self.ranges.partition_point(|(start, ..)| *start <= place);
        let &(_, end, number) = self.ranges.get(after.checked_sub(1)?)?;
        (place < end).then_some(number)
    }
}

/// Whether symbols in a section of this kind name what the program holds, and not what is told about it.
pub(crate) fn holds_content(kind: SectionKind) -> bool {
    matches!(kind, SectionKind::Code | SectionKind::ReadOnly | SectionKind::Data | SectionKind::Other)
}
