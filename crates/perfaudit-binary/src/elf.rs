//! What an ELF file says of itself: headers, sections, and its symbols as they are written.

use object::Endianness;
use object::elf;
use object::read::elf::{FileHeader, ProgramHeader, SectionHeader, Sym};
use perfaudit_result::SectionKind;

/// The structure of an ELF file. Ranges may lie outside of it: nothing has been checked.
#[derive(Debug, Default)]
pub(crate) struct Elf<'a> {
    /// The header and the tables of segments and sections: name, start, end.
    pub(crate) headers: Vec<(&'static str, u64, u64)>,
    pub(crate) sections: Vec<Section>,
    pub(crate) symbols: Vec<Symbol<'a>>,
    /// Whether there is a table of all symbols, and not only of those that are exported.
    pub(crate) has_full_symbols: bool,
    /// Where thread-local variables start.
    pub(crate) tls_address: u64,
    /// Whether it is an object file, whose symbols are relative to their sections.
    pub(crate) is_object: bool,
    pub(crate) is_64: bool,
    pub(crate) endian: Endianness,
}

/// A section.
#[derive(Debug, Clone)]
pub(crate) struct Section {
    pub(crate) name: String,
    pub(crate) kind: SectionKind,
    pub(crate) section_type: elf::SectionType,
    pub(crate) is_loaded: bool,
    pub(crate) address: u64,
    /// What it takes in memory, and in the file where `has_bytes`.
    pub(crate) size: u64,
    pub(crate) offset: u64,
    /// False for what is only zeros in memory.
    pub(crate) has_bytes: bool,
    /// The section that this one refers to, as symbols do to their names.
    pub(crate) link: usize,
}

impl Section {
    /// Where its bytes start and end in the file.
    pub(crate) fn range(&self) -> (u64, u64) {
        let length = if self.has_bytes { self.size } else { 0 };
        (self.offset, self.offset.saturating_add(length))
    }

    /// Its bytes, as far as the file has them.
    pub(crate) fn bytes<'a>(&self, file: &'a [u8]) -> &'a [u8] {
        let (start, end) = self.range();
        let within = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(file.len());
        &file[within(start)..within(end)]
    }
}

/// A symbol that names something in the file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Symbol<'a> {
    /// Its mangled name.
    pub(crate) name: &'a [u8],
    /// An address; in object files an offset into the section.
    pub(crate) value: u64,
    pub(crate) size: u64,
    /// The number of its section, where that is one.
    pub(crate) section: Option<usize>,
    pub(crate) is_thread_local: bool,
    /// Lower is a better name for bytes that several symbols name.
    pub(crate) rank: u32,
    /// Where its entry is in the file, and where its name is; none for symbols of another file.
    pub(crate) entry: Option<(u64, u64)>,
    pub(crate) text: Option<(u64, u64)>,
}

/// Reads the structure. An error is a reason in words.
pub(crate) fn read(file: &[u8]) -> Result<Elf<'_>, String> {
    match object::FileKind::parse(file) {
        Ok(object::FileKind::Elf32) => read_class::<elf::FileHeader32<Endianness>>(file),
        Ok(object::FileKind::Elf64) => read_class::<elf::FileHeader64<Endianness>>(file),
        Ok(_) | Err(_) => Err("its header is that of no ELF file".to_owned()),
    }
}

fn read_class<H: FileHeader<Endian = Endianness>>(file: &[u8]) -> Result<Elf<'_>, String> {
    let told = |error: object::Error| error.to_string();
    let header = H::parse(file).map_err(told)?;
    let endian = header.endian().map_err(told)?;
    let sections = header.sections(endian, file).map_err(told)?;
    let is_object = header.e_type(endian) == elf::ET_REL;
    let mut found = Elf { is_object, is_64: header.is_type_64(), endian, ..Elf::default() };
    let table = |offset: u64, each: u16, count: u64| {
        (offset, offset.saturating_add(u64::from(each).saturating_mul(count)))
    };
    found.headers.push(("[file header]", 0, u64::from(header.e_ehsize(endian))));
    let segments = header.program_headers(endian, file).map_err(told)?;
    let (start, end) =
        table(header.e_phoff(endian).into(), header.e_phentsize(endian), segments.len() as u64);
    found.headers.push(("[segment table]", start, end));
    let (start, end) =
        table(header.e_shoff(endian).into(), header.e_shentsize(endian), sections.len() as u64);
    found.headers.push(("[section table]", start, end));
    let tls = segments.iter().find(|segment| segment.p_type(endian) == elf::PT_TLS);
    found.tls_address = tls.map_or(0, |segment| segment.p_vaddr(endian).into());
    for section in sections.iter() {
        let name = sections.section_name(endian, section).unwrap_or(b"?");
        let name = String::from_utf8_lossy(name).into_owned();
        let section_type = section.sh_type(endian);
        let flags = section.sh_flags(endian);
        found.sections.push(Section {
            kind: kind(&name, section_type, flags),
            name,
            section_type,
            is_loaded: flags.contains(elf::SHF_ALLOC),
            address: section.sh_addr(endian).into(),
            size: section.sh_size(endian).into(),
            offset: section.sh_offset(endian).into(),
            has_bytes: section_type != elf::SHT_NOBITS && section_type != elf::SHT_NULL,
            link: usize::try_from(section.sh_link(endian)).unwrap_or(usize::MAX),
        });
    }
    let full = symbols_of::<H>(&sections, elf::SHT_SYMTAB, endian, file, &found.sections);
    found.has_full_symbols = !full.is_empty();
    found.symbols = if full.is_empty() {
        symbols_of::<H>(&sections, elf::SHT_DYNSYM, endian, file, &found.sections)
    } else {
        full
    };
    Ok(found)
}

fn symbols_of<'data, H: FileHeader<Endian = Endianness>>(
    sections: &object::read::elf::SectionTable<'data, H, &'data [u8]>,
    table_type: elf::SectionType,
    endian: Endianness,
    file: &'data [u8],
    known: &[Section],
) -> Vec<Symbol<'data>> {
    // A damaged table names nothing; its bytes are counted all the same.
    let Ok(table) = sections.symbols(endian, file, table_type) else { return Vec::new() };
    let place = known.get(table.section().0);
    let names = place.and_then(|place| known.get(place.link));
    let each = size_of::<H::Sym>() as u64;
    let mut found = Vec::new();
    for (index, symbol) in table.enumerate() {
        let kind = symbol.st_type();
        let names_bytes = [elf::STT_FUNC, elf::STT_OBJECT, elf::STT_TLS, elf::STT_GNU_IFUNC, elf::STT_NOTYPE];
        let size: u64 = symbol.st_size(endian).into();
        // What has no size names a place, not bytes.
        if size == 0 || !names_bytes.contains(&kind) || symbol.is_undefined(endian) {
            continue;
        }
        let Ok(name) = symbol.name(endian, table.strings()) else { continue };
        // `$x` and `$d` mark code and data on some processors.
        if name.is_empty() || name.starts_with(b"$") {
            continue;
        }
        let section = table.symbol_section(endian, symbol, index).ok().flatten();
        let text = names.map(|names| {
            let start = names.offset.saturating_add(u64::from(symbol.st_name(endian)));
            (start, start.saturating_add(name.len() as u64 + 1))
        });
        found.push(Symbol {
            rank: u32::from(symbol.is_local()) * 2 + u32::from(symbol.is_weak()),
            name,
            value: symbol.st_value(endian).into(),
            size,
            section: section.map(|section| section.0),
            is_thread_local: kind == elf::STT_TLS,
            entry: place.map(|place| {
                let start = place.offset.saturating_add(each * index.0 as u64);
                (start, start.saturating_add(each))
            }),
            text,
        });
    }
    found
}

fn kind(name: &str, section_type: elf::SectionType, flags: elf::SectionFlags) -> SectionKind {
    let is_in_memory = flags.contains(elf::SHF_ALLOC);
    if name.starts_with(".debug") || name.starts_with(".zdebug") || name == ".gdb_index" {
        return SectionKind::Debug;
    }
    if name.starts_with(".eh_frame") || name.starts_with(".gcc_except_table") || name.starts_with(".ARM.ex") {
        return SectionKind::Unwind;
    }
    match section_type {
        elf::SHT_RELA | elf::SHT_REL | elf::SHT_RELR => SectionKind::Relocations,
        elf::SHT_SYMTAB
        | elf::SHT_STRTAB
        | elf::SHT_DYNSYM
        | elf::SHT_HASH
        | elf::SHT_GNU_HASH
        | elf::SHT_GNU_VERSYM
        | elf::SHT_GNU_VERNEED
        | elf::SHT_GNU_VERDEF => SectionKind::Names,
        _ if flags.contains(elf::SHF_EXECINSTR) => SectionKind::Code,
        _ if is_in_memory && flags.contains(elf::SHF_WRITE) => SectionKind::Data,
        _ if is_in_memory => SectionKind::ReadOnly,
        _ => SectionKind::Other,
    }
}
