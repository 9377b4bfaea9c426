//! Which bytes of the file symbols name.

use crate::claims::{Holding, holds_content};
use crate::elf::{Elf, Section};

/// A symbol with its bytes in the file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Placed {
    /// Its number among all symbols.
    pub(crate) symbol: u32,
    pub(crate) section: u32,
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) rank: u32,
}

/// The symbols of `named` that name bytes of the file whose sections are those of `elf`; another file has the names
/// where they were moved out of the program.
pub(crate) fn placed(elf: &Elf<'_>, named: &Elf<'_>) -> Vec<Placed> {
    let by_address = Holding::new(&elf.sections, |section| {
        if section.is_loaded && !is_thread_local_zero(section) {
            (section.address, section.address.saturating_add(section.size))
        } else {
            (0, 0)
        }
    });
    let place = |(number, symbol): (u32, &crate::elf::Symbol<'_>)| {
        let (section, from) = if named.is_object {
            let section = u32::try_from(symbol.section?).ok()?;
            (section, symbol.value)
        } else {
            let base = if symbol.is_thread_local { named.tls_address } else { 0 };
            let address = symbol.value.checked_add(base)?;
            let section = by_address.at(address)?;
            (section, address - elf.sections[section as usize].address)
        };
        let holder = elf.sections.get(section as usize)?;
        let (start, end) = holder.range();
        let from = start.checked_add(from)?;
        let to = from.saturating_add(symbol.size).min(end);
        (holds_content(holder.kind) && from < to).then_some(Placed {
            symbol: number,
            section,
            start: from,
            end: to,
            rank: symbol.rank,
        })
    };
    (0..).zip(&named.symbols).filter_map(place).collect()
}

/// `.tbss` takes no room at its address: what follows begins there, too.
fn is_thread_local_zero(section: &Section) -> bool {
    !section.has_bytes && section.name.starts_with(".tbss")
}
