//! From segments to bytes by section and by symbol.

use perfaudit_result::{SectionKind, SectionSize};

use crate::claims::Owner;
use crate::elf::Elf;
use crate::padding::is_fill;
use crate::partition::Segment;

/// The bytes of a symbol, by what they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Charged {
    pub(crate) code: u64,
    pub(crate) data: u64,
    pub(crate) unwind: u64,
    pub(crate) relocations: u64,
    pub(crate) names: u64,
}

impl Charged {
    pub(crate) fn all(self) -> u64 {
        self.code + self.data + self.unwind + self.relocations + self.names
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.code += other.code;
        self.data += other.data;
        self.unwind += other.unwind;
        self.relocations += other.relocations;
        self.names += other.names;
    }

    fn of(kind: SectionKind) -> fn(&mut Self) -> &mut u64 {
        match kind {
            SectionKind::Code => |charged| &mut charged.code,
            SectionKind::Unwind => |charged| &mut charged.unwind,
            SectionKind::Relocations => |charged| &mut charged.relocations,
            SectionKind::Names => |charged| &mut charged.names,
            _ => |charged| &mut charged.data,
        }
    }
}

/// All bytes of a file, charged.
#[derive(Debug)]
pub(crate) struct Charges {
    /// By section, headers and gaps behind them; their bytes sum to the file.
    pub(crate) sections: Vec<SectionSize>,
    /// By the number of the symbol.
    pub(crate) symbols: Vec<Charged>,
    /// Bytes that no symbol has.
    pub(crate) remainder: u64,
}

impl Charges {
    /// Adds up segments that tile the file.
    pub(crate) fn of(file: &[u8], elf: &Elf<'_>, symbols: usize, segments: &[Segment<Owner>]) -> Self {
        let mut sections: Vec<SectionSize> = elf
            .sections
            .iter()
            .map(|section| {
                let memory = if section.is_loaded { section.size } else { 0 };
                empty(&section.name, section.kind, memory)
            })
            .collect();
        let headers: Vec<SectionSize> =
            elf.headers.iter().map(|(name, ..)| empty(name, SectionKind::Headers, 0)).collect();
        let first_header = sections.len();
        sections.extend(headers);
        let [padding, unclaimed] = [sections.len(), sections.len() + 1];
        sections.push(empty("[padding]", SectionKind::Padding, 0));
        sections.push(empty("[unclaimed]", SectionKind::Unclaimed, 0));
        let mut charged = vec![Charged::default(); symbols];
        let mut remainder = 0;
        for segment in segments {
            let bytes = segment.bytes();
            let content = content(file, segment);
            let row = match segment.owner {
                Some(Owner::Symbol { section, symbol }) => {
                    let section = section as usize;
                    *Charged::of(elf.sections[section].kind)(&mut charged[symbol as usize]) += bytes;
                    sections[section].bytes += bytes;
                    sections[section].named_bytes += bytes;
                    continue;
                }
                Some(Owner::Section(number)) => number as usize,
                Some(Owner::Header(number)) => first_header + number as usize,
                None if content.iter().all(|byte| *byte == 0) => padding,
                None => unclaimed,
            };
            remainder += bytes;
            let row_is_fill = match segment.owner {
                Some(Owner::Section(_)) => {
                    let section = &elf.sections[row];
                    let end = section.address.wrapping_add(segment.end.wrapping_sub(section.offset));
                    section.kind == SectionKind::Code && is_fill(content, end)
                }
                _ => row == padding,
            };
            let row = &mut sections[row];
            row.bytes += bytes;
            if row_is_fill { row.padding_bytes += bytes } else { row.unnamed_bytes += bytes }
        }
        sections.retain(|section| section.bytes > 0 || section.memory_bytes > 0);
        sections.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.name.cmp(&b.name)));
        Self { sections, symbols: charged, remainder }
    }
}

fn content<'a>(file: &'a [u8], segment: &Segment<Owner>) -> &'a [u8] {
    let within = |at: u64| usize::try_from(at).expect("segments lie within the file");
    &file[within(segment.start)..within(segment.end)]
}

fn empty(name: &str, kind: SectionKind, memory_bytes: u64) -> SectionSize {
    let name = if name.is_empty() { "[unnamed]" } else { name };
    SectionSize {
        name: name.to_owned(),
        kind,
        bytes: 0,
        memory_bytes,
        named_bytes: 0,
        padding_bytes: 0,
        unnamed_bytes: 0,
    }
}
