//! Names by address from the symbol tables of a file.

use object::{Object, ObjectSection, ObjectSymbol, SectionFlags, SymbolKind, elf};

/// How far back a symbol that covers an address is looked for when symbols lie within each other.
const NESTED: usize = 16;

#[derive(Debug, Clone, Copy)]
struct Entry<'a> {
    start: u64,
    end: u64,
    /// Lower is better, among those that start at the same address.
    rank: u8,
    name: &'a str,
}

/// Names of functions by address.
#[derive(Debug, Default)]
pub(super) struct SymbolTable<'a> {
    entries: Vec<Entry<'a>>,
}

impl<'a> SymbolTable<'a> {
    /// Adds the functions of a file: of its symbol table and its dynamic one.
    pub(super) fn add(&mut self, file: &object::File<'a>) {
        let code: Vec<(u64, u64)> = file
            .sections()
            // By flag and not by kind: files that hold debug information alone keep the section without its bytes.
            .filter(|section| {
                matches!(section.flags(), SectionFlags::Elf { sh_flags, .. } if sh_flags.contains(elf::SHF_EXECINSTR))
            })
            .map(|section| (section.address(), section.address().saturating_add(section.size())))
            .collect();
        let section_end = |address: u64| code.iter().find(|(start, end)| (*start..*end).contains(&address));
        for symbol in file.symbols().chain(file.dynamic_symbols()) {
            let is_label = symbol.kind() == SymbolKind::Unknown || symbol.kind() == SymbolKind::Label;
            if !(is_label || symbol.is_definition() && symbol.kind() == SymbolKind::Text) {
                continue;
            }
            let Some(&(_, section_end)) = section_end(symbol.address()) else { continue };
            let Ok(name) = symbol.name() else { continue };
            // `$x` and `$d` mark code and data on some processors.
            if name.is_empty() || name.starts_with('$') {
                continue;
            }
            let start = symbol.address();
            // A size of 0 is settled in `finish`: up to the next symbol.
            let end = if symbol.size() == 0 { section_end } else { start.saturating_add(symbol.size()) };
            let rank = u8::from(is_label) * 8
                + u8::from(symbol.size() == 0) * 4
                + if symbol.is_local() { 2 } else { u8::from(symbol.is_weak()) };
            self.entries.push(Entry { start, end, rank, name });
        }
    }

    /// Sorts what was added: lookups work from here on.
    pub(super) fn finish(&mut self) {
        self.entries.sort_unstable_by(|a, b| {
            (a.start, a.rank, a.name.len(), a.name).cmp(&(b.start, b.rank, b.name.len(), b.name))
        });
        self.entries.dedup_by_key(|entry| entry.start);
        let mut next = u64::MAX;
        for entry in self.entries.iter_mut().rev() {
            if entry.rank & 4 != 0 {
                entry.end = entry.end.min(next);
            }
            next = entry.start;
        }
    }

    /// The name of the function that covers an address.
    pub(super) fn find(&self, address: u64) -> Option<&'a str> {
        let after = self.entries.partition_point(|entry| entry.start <= address);
        self.entries[..after]
            .iter()
            .rev()
            .take(NESTED)
            .find(|entry| address < entry.end)
            .map(|entry| entry.name)
    }
}
