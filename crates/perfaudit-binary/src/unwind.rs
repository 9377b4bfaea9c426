//! What unwinding takes for each function: its description, its place in the table of descriptions, and what it does
//! when a panic passes.

use gimli::{BaseAddresses, CieOrFde, EhFrame, Pointer, RunTimeEndian, UnwindSection};

use crate::claims::read_word;
use crate::elf::{Elf, Section};

/// A range of the file, with its section and the address of the function that it is about.
type Part = (u32, (u64, u64), u64);

/// The parts that are about one function each. What is damaged is left out: its bytes stay with their section.
pub(crate) fn parts(file: &[u8], elf: &Elf<'_>) -> Vec<Part> {
    let named = |name: &str| {
        (0_u32..).zip(&elf.sections).find(|(_, section)| section.name == name && section.has_bytes)
    };
    let mut found = Vec::new();
    if let Some(frames) = named(".eh_frame") {
        let actions = descriptions(file, elf, frames, &mut found);
        if let Some((number, section)) = named(".gcc_except_table") {
            exception_actions(number, section, actions, &mut found);
        }
    }
    if let Some((number, section)) = named(".eh_frame_hdr") {
        search_table(file, elf, number, section, &mut found);
    }
    found
}

/// Descriptions of functions; returns where their actions are: address and function.
fn descriptions(
    file: &[u8],
    elf: &Elf<'_>,
    (number, section): (u32, &Section),
    found: &mut Vec<Part>,
) -> Vec<(u64, u64)> {
    let endian = match elf.endian {
        object::Endianness::Little => RunTimeEndian::Little,
        object::Endianness::Big => RunTimeEndian::Big,
    };
    let mut frames = EhFrame::new(section.bytes(file), endian);
    frames.set_address_size(if elf.is_64 { 8 } else { 4 });
    let text = elf.sections.iter().find(|section| section.name == ".text").map_or(0, |text| text.address);
    let got = elf.sections.iter().find(|section| section.name == ".got").map_or(0, |got| got.address);
    let bases = BaseAddresses::default().set_eh_frame(section.address).set_text(text).set_got(got);
    let mut actions = Vec::new();
    let mut entries = frames.entries(&bases);
    while let Ok(Some(entry)) = entries.next() {
        let CieOrFde::Fde(partial) = entry else { continue };
        let Ok(description) = partial.parse(EhFrame::cie_from_offset) else { continue };
        // The length comes before what it counts.
        let start = section.offset.saturating_add(description.offset() as u64);
        let length = (description.entry_len() as u64).saturating_add(4);
        let function = description.initial_address();
        found.push((number, (start, start.saturating_add(length)), function));
        if let Some(Pointer::Direct(address)) = description.lsda() {
            actions.push((address, function));
        }
    }
    actions
}

/// Each action reaches up to the next one.
fn exception_actions(number: u32, section: &Section, mut actions: Vec<(u64, u64)>, found: &mut Vec<Part>) {
    let end = section.address.saturating_add(section.size);
    actions.retain(|(address, _)| (section.address..end).contains(address));
    actions.sort_unstable();
    actions.dedup_by_key(|(address, _)| *address);
    let place = |address: u64| section.offset.saturating_add(address - section.address);
    for (index, &(address, function)) in actions.iter().enumerate() {
        let next = actions.get(index + 1).map_or(end, |(next, _)| *next);
        found.push((number, (place(address), place(next)), function));
    }
}

/// The table by which descriptions are found: after twelve bytes, the address of a function and that of its description
/// in four bytes each, relative to the table. Source: Linux Standard Base Core 5.0, section 10.6.2.
fn search_table(file: &[u8], elf: &Elf<'_>, number: u32, section: &Section, found: &mut Vec<Part>) {
    const HEAD: u64 = 12;
    const EACH: u64 = 8;
    // Version 1; a pointer of any kind in four bytes; a count and a table in the encodings that all linkers use.
    let bytes = section.bytes(file);
    let Some(&[1, pointer, 0x03, 0x3b]) = bytes.get(..4) else { return };
    if pointer & 0x0f != 0x0b && pointer & 0x0f != 0x03 {
        return;
    }
    let table = bytes.get(usize::try_from(HEAD).unwrap_or(usize::MAX)..).unwrap_or_default();
    for (index, entry) in (0_u64..).zip(table.chunks_exact(8)) {
        let raw = u32::try_from(read_word(&entry[..4], elf)).unwrap_or(0);
        let function = section.address.wrapping_add_signed(i64::from(raw.cast_signed()));
        let start = section.offset.saturating_add(HEAD + index * EACH);
        found.push((number, (start, start.saturating_add(EACH)), function));
    }
}
