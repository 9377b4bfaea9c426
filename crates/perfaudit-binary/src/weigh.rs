//! Weighing one file.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use perfaudit_cpu::symbols::separate_debug_file;
use perfaudit_result::{BinarySize, SectionKind};
use rayon::prelude::*;

use crate::charge::Charges;
use crate::claims::segments;
use crate::elf;
use crate::error::SizeError;
use crate::inlined;
use crate::name::Name;
use crate::symbols::placed;
use crate::tables::{Tables, Weighed};

/// Larger files are refused.
const MOST_BYTES: u64 = 4 << 30;

/// How much is told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Detail {
    /// Whether code is also charged to the functions that it was inlined from, which takes debug information.
    pub inlined: bool,
    /// How many rows each list has at most; none is all.
    pub rows: Option<usize>,
}

/// Weighs a program, a shared library or an object file. `name` is what the result calls it.
///
/// # Errors
/// When the file cannot be read or is no ELF file.
pub fn weigh(path: &Path, name: &str, detail: Detail) -> Result<BinarySize, SizeError> {
    let bytes = read(path)?;
    weigh_bytes(&bytes, path, name, detail)
}

/// Weighs the content of a file; `path` is where it comes from, for messages and for separate debug information.
///
/// # Errors
/// When it is no ELF file.
pub fn weigh_bytes(file: &[u8], path: &Path, name: &str, detail: Detail) -> Result<BinarySize, SizeError> {
    let elf = elf::read(file).map_err(|reason| refused(file, path, reason))?;
    let mut remarks = Vec::new();
    let separate = if elf.has_full_symbols { None } else { separate_debug_file(file, path) };
    let named =
        separate.as_deref().and_then(|bytes| elf::read(bytes).ok()).filter(|named| named.has_full_symbols);
    if named.is_none() && !elf.has_full_symbols {
        remarks.push(if elf.symbols.is_empty() {
            "it is stripped, and no debug information of it was found: nothing can be charged to functions; build it with `strip = false`".to_owned()
        } else {
            "it is stripped: only what it exports has a name; build it with `strip = false`".to_owned()
        });
    }
    // Entries of another file's symbols are no bytes of this one.
    let named = named.map(|mut named| {
        for symbol in &mut named.symbols {
            symbol.entry = None;
            symbol.text = None;
        }
        named
    });
    let source = match (&named, elf.has_full_symbols) {
        (Some(_), _) => "the symbols of its separate debug file",
        (None, true) => "its symbols",
        (None, false) => "the symbols that it exports",
    };
    let named = named.as_ref().unwrap_or(&elf);
    let placed = placed(&elf, named);
    let segments = segments(file, &elf, named, &placed);
    let charges = Charges::of(file, &elf, named.symbols.len(), &segments);
    let names: Vec<Name> =
        named.symbols.par_iter().map(|symbol| Name::of(&String::from_utf8_lossy(symbol.name))).collect();
    let tables =
        Tables::of(&Weighed { names: &names, charged: &charges.symbols, placed: &placed }, detail.rows);
    let charged = names.iter().zip(&charges.symbols);
    let derived: u64 = charged.filter(|(name, _)| name.is_derived).map(|(_, charged)| charged.all()).sum();
    if derived > 0 {
        remarks.push(format!(
            "{derived} bytes have names of the older mangling that do not say where their `impl` is: they are charged to the crate of its trait or of its type, whichever is not of the standard library, and to the type where neither is; `-Csymbol-mangling-version=v0` makes names that say it"
        ));
    }
    let inlined = detail.inlined.then(|| {
        let weighed = Weighed { names: &names, charged: &charges.symbols, placed: &placed };
        inlined::code(file, path, &elf, &weighed, &segments, detail.rows)
    });
    let inlined = inlined.map(|(code, told)| {
        remarks.extend(told);
        code
    });
    let method = format!(
        "exact: each byte of the file is charged once, by {source}, to the innermost symbol that it lies in; unwind tables, relocations and symbol names are charged to what they are about"
    );
    let file_bytes = file.len() as u64;
    let mut size = BinarySize {
        binary: name.to_owned(),
        file_bytes,
        answer: String::new(),
        method,
        remarks,
        sections: charges.sections,
        remainder_bytes: charges.remainder,
        inlined,
        ..tables.into_size()
    };
    size.answer = answer(&size);
    Ok(size)
}

/// What matters, in one line.
fn answer(size: &BinarySize) -> String {
    let of = |kind| {
        let of_kind = size.sections.iter().filter(|section| section.kind == kind);
        of_kind.map(|section| section.bytes).sum::<u64>()
    };
    let parts = [
        ("code", of(SectionKind::Code)),
        ("constants", of(SectionKind::ReadOnly)),
        ("debug information", of(SectionKind::Debug)),
        ("symbol names", of(SectionKind::Names)),
        ("unwind tables", of(SectionKind::Unwind)),
    ];
    let mut parts: Vec<_> = parts.into_iter().filter(|(_, bytes)| *bytes > 0).collect();
    parts.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    let shares: Vec<String> = parts
        .iter()
        .take(3)
        .map(|(what, bytes)| format!("{} {what}", percent(*bytes, size.file_bytes)))
        .collect();
    let is_worth_a_word = |bytes: u64| bytes > size.file_bytes / 1000;
    let largest = match size.packages.first().filter(|package| is_worth_a_word(package.bytes)) {
        None => format!("; no symbol names {} of it", percent(size.remainder_bytes, size.file_bytes)),
        Some(package) => {
            let share = percent(package.bytes, size.file_bytes);
            match &package.name {
                Some(name) => format!("; the largest crate is {name} with {share}"),
                None => format!("; {share} is code of no crate (C, assembly)"),
            }
        }
    };
    format!("{} bytes: {}{largest}", size.file_bytes, shares.join(", "))
}

#[expect(clippy::cast_precision_loss, reason = "shown to one digit")]
fn percent(part: u64, all: u64) -> String {
    format!("{:.1} %", 100.0 * part as f64 / all.max(1) as f64)
}

fn read(path: &Path) -> Result<Vec<u8>, SizeError> {
    let problem = |source| SizeError::Read { path: path.to_owned(), source };
    // Opening a pipe would wait for its writer, so the kind is asked before.
    let metadata = std::fs::metadata(path).map_err(problem)?;
    if !metadata.is_file() {
        return Err(problem(std::io::Error::other("it is not a regular file")));
    }
    if metadata.len() > MOST_BYTES {
        return Err(SizeError::TooLarge { path: path.to_owned(), bytes: metadata.len(), most: MOST_BYTES });
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
    File::open(path).and_then(|file| file.take(MOST_BYTES).read_to_end(&mut bytes)).map_err(problem)?;
    Ok(bytes)
}

fn refused(file: &[u8], path: &Path, reason: String) -> SizeError {
    let path = path.to_owned();
    let found = match file {
        [0x7f, b'E', b'L', b'F', ..] => return SizeError::Damaged { path, reason },
        [] => "it is empty",
        [b'!', b'<', b'a', b'r', b'c', b'h', b'>', ..] => {
            "it is an archive: weigh the program that it is linked into"
        }
        [0xcf | 0xce, 0xfa, 0xed, 0xfe, ..] => "it is a Mach-O file, which is not supported",
        [b'M', b'Z', ..] => "it is a Windows program, which is not supported",
        [b'#', b'!', ..] => "it is a script",
        _ => "it begins otherwise",
    };
    SizeError::NotElf { path, found }
}
