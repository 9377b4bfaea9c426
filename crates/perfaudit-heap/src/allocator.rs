//! Allocators that are linked into a file beside the C library's, told from its symbols or, where they are stripped, from
//! what it would print.

use std::path::{Path, PathBuf};

use object::read::elf::ElfFile64;
use object::{Object, ObjectSection, ObjectSymbol};

/// How an allocator is known.
struct Known {
    name: &'static str,
    /// What the names of its functions begin with. Linkers drop functions that are not called, `mi_malloc` among them:
    /// these are called by whatever is called.
    symbols: &'static [&'static str],
    /// A part of its messages, in two pieces, so that this program does not hold it itself.
    message: Option<[&'static str; 2]>,
}

const ALLOCATORS: [Known; 4] = [
    Known { name: "jemalloc", symbols: &["_rjem_", "je_malloc"], message: Some(["<jemal", "loc>: "]) },
    Known {
        name: "mimalloc",
        symbols: &["mi_malloc", "_mi_malloc_generic", "_mi_page_malloc"],
        message: Some(["mimalloc: ", "warning: "]),
    },
    Known { name: "snmalloc", symbols: &["sn_rust_alloc", "sn_malloc"], message: None },
    Known { name: "rpmalloc", symbols: &["rpmalloc", "rpaligned_alloc"], message: None },
];

/// The allocator with names of its own that is linked into a file.
pub(crate) fn linked_into(file: &ElfFile64<'_>) -> Option<&'static str> {
    let mut symbols = file.symbols().filter(ObjectSymbol::is_definition).peekable();
    if symbols.peek().is_none() {
        return by_message(file);
    }
    symbols.find_map(|symbol| {
        let name = symbol.name().ok()?;
        let is_of = |known: &&Known| known.symbols.iter().any(|start| name.starts_with(start));
        ALLOCATORS.iter().find(is_of).map(|known| known.name)
    })
}

fn by_message(file: &ElfFile64<'_>) -> Option<&'static str> {
    let texts = file.section_by_name(".rodata")?.uncompressed_data().ok()?;
    let holds = |pieces: [&str; 2]| {
        let message = pieces.concat();
        texts.windows(message.len()).any(|window| window == message.as_bytes())
    };
    ALLOCATORS.iter().find(|known| known.message.is_some_and(holds)).map(|known| known.name)
}

/// Names under which allocators hand out blocks beside those of the C library: `operator new` of C++, which theirs does
/// not pass through `malloc`, and jemalloc's and mimalloc's own.
const BESIDES: [&str; 4] = ["_Znwm", "mallocx", "mi_malloc", "tc_malloc"];

/// Why some of what a program allocates may be missing: the libraries it has loaded that bring an allocator which it can
/// call by names that nobody stands before.
pub(crate) fn bypassed<'a>(libraries: impl Iterator<Item = &'a Path>) -> Vec<String> {
    libraries.filter_map(bypass).collect()
}

fn bypass(path: &Path) -> Option<String> {
    // What cannot be read or is no library, as the kernel's own, brings no allocator.
    let bytes = std::fs::read(path).ok()?;
    let file: ElfFile64<'_> = ElfFile64::parse(bytes.as_slice()).ok()?;
    let name = path.file_name().map_or_else(PathBuf::new, PathBuf::from);
    let defines = |wanted: &str| {
        file.dynamic_symbols().any(|symbol| symbol.is_definition() && symbol.name() == Ok(wanted))
    };
    if defines("malloc") {
        let other = BESIDES.into_iter().find(|&other| defines(other))?;
        return Some(format!(
            "{} brings an allocator, and what is allocated by its own names, as `{other}`, is not counted: count without it",
            name.display()
        ));
    }
    let allocator = linked_into(&file)?;
    Some(format!(
        "{} holds {allocator}, and what it allocates by that is not counted: use one that is built for the system's allocator",
        name.display()
    ))
}
