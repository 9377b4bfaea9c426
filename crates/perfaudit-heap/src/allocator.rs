//! Allocators that are linked into a file beside the C library's, told from its symbols or, where they are stripped, from
//! what it would print.

use std::path::{Path, PathBuf};

use memchr::memmem;
use object::read::elf::ElfFile64;
use object::{Object, ObjectSection, ObjectSymbol};
use perfaudit_agent::AllocatorFunction;
use perfaudit_cpu::symbols::read_without_code;

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
        let name = symbol.name_bytes().ok()?;
        let is_of = |known: &&Known| known.symbols.iter().any(|start| name.starts_with(start.as_bytes()));
        ALLOCATORS.iter().find(is_of).map(|known| known.name)
    })
}

/// A file that was read as far as is needed to tell whether it brings an allocator.
pub(crate) enum Looked {
    /// It brings none. The bytes are without code and data.
    None(Vec<u8>),
    /// It may bring one, or is something else. All of its bytes.
    Perhaps(Vec<u8>),
}

/// Reads a file.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn read(path: &Path) -> std::io::Result<Looked> {
    let bytes = read_without_code(path)?;
    let has_none = ElfFile64::<object::Endianness>::parse(bytes.as_slice()).is_ok_and(|file| {
        file.symbols().next().is_some() && !exports(&file, "malloc") && linked_into(&file).is_none()
    });
    if has_none { Ok(Looked::None(bytes)) } else { std::fs::read(path).map(Looked::Perhaps) }
}

/// Whether a file defines a function for others.
pub(crate) fn exports(file: &ElfFile64<'_>, name: &str) -> bool {
    file.dynamic_symbols().any(|symbol| symbol.is_definition() && symbol.name() == Ok(name))
}

fn by_message(file: &ElfFile64<'_>) -> Option<&'static str> {
    let texts = file.section_by_name(".rodata")?.uncompressed_data().ok()?;
    let holds = |pieces: [&str; 2]| {
        let message = pieces.concat();
        memmem::find(&texts, message.as_bytes()).is_some()
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
    let Ok(Looked::Perhaps(bytes)) = read(path) else { return None };
    let file: ElfFile64<'_> = ElfFile64::parse(bytes.as_slice()).ok()?;
    let name = path.file_name().map_or_else(PathBuf::new, PathBuf::from);
    if exports(&file, "malloc") {
        let other = BESIDES.into_iter().find(|&other| exports(&file, other))?;
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

/// The functions of an allocator by which programs get memory.
pub(crate) struct Family {
    /// What the names of C's functions begin with here.
    prefix: &'static str,
    /// Those beside C's, without the prefix.
    own: &'static [(&'static str, AllocatorFunction)],
    /// Functions that hand out memory otherwise; with them a program is refused.
    pub(crate) unfit: &'static [&'static str],
}

const fn allocates(size: u8) -> AllocatorFunction {
    AllocatorFunction::Allocates { size, times: None }
}

const fn allocates_many(size: u8, times: u8) -> AllocatorFunction {
    AllocatorFunction::Allocates { size, times: Some(times) }
}

const fn reallocates(block: u8, size: u8) -> AllocatorFunction {
    AllocatorFunction::Reallocates { block, size }
}

const FREES: AllocatorFunction = AllocatorFunction::Frees { block: 0 };

/// C's functions, of C17 and POSIX and what the C libraries of Linux have beside them.
const OF_C: [(&str, AllocatorFunction); 9] = [
    ("malloc", allocates(0)),
    ("calloc", allocates_many(0, 1)),
    ("realloc", reallocates(0, 1)),
    ("free", FREES),
    ("posix_memalign", AllocatorFunction::AllocatesTo { place: 0, size: 2 }),
    ("aligned_alloc", allocates(1)),
    ("memalign", allocates(1)),
    ("valloc", allocates(0)),
    ("pvalloc", allocates(0)),
];

/// `jemalloc(3)`, under the prefix that its crate gives it.
const JEMALLOC: Family = Family { prefix: "_rjem_", own: &BESIDE_C, unfit: &[] };

/// What a program exports under C's own names: jemalloc, which has these beside them, or another.
pub(crate) const EXPORTED: Family =
    Family { prefix: "", own: &BESIDE_C, unfit: &["reallocarray", "_Znwm", "tc_malloc", "scalable_malloc"] };

const BESIDE_C: [(&str, AllocatorFunction); 5] = [
    ("mallocx", allocates(0)),
    ("rallocx", reallocates(0, 1)),
    ("xallocx", AllocatorFunction::Resizes { block: 0, size: 1 }),
    ("dallocx", FREES),
    ("sdallocx", FREES),
];

/// `mimalloc.h`, version 2 and 3. What is not followed is unfit: functions that make strings, those of C++, and the rarer
/// ones that change blocks. The linker leaves out what a program does not call.
const MIMALLOC: Family = Family {
    prefix: "mi_",
    own: &[
        ("malloc_small", allocates(0)),
        ("zalloc_small", allocates(0)),
        ("zalloc", allocates(0)),
        ("mallocn", allocates_many(0, 1)),
        ("rezalloc", reallocates(0, 1)),
        ("reallocf", reallocates(0, 1)),
        ("malloc_aligned", allocates(0)),
        ("malloc_aligned_at", allocates(0)),
        ("zalloc_aligned", allocates(0)),
        ("zalloc_aligned_at", allocates(0)),
        ("calloc_aligned", allocates_many(0, 1)),
        ("realloc_aligned", reallocates(0, 1)),
        ("realloc_aligned_at", reallocates(0, 1)),
        ("rezalloc_aligned", reallocates(0, 1)),
        ("free_size", FREES),
        ("free_size_aligned", FREES),
        ("free_aligned", FREES),
        ("cfree", FREES),
        ("heap_malloc", allocates(1)),
        ("heap_zalloc", allocates(1)),
        ("heap_calloc", allocates_many(1, 2)),
        ("heap_malloc_small", allocates(1)),
        ("heap_malloc_aligned", allocates(1)),
        ("heap_zalloc_aligned", allocates(1)),
        ("heap_realloc", reallocates(1, 2)),
        ("heap_realloc_aligned", reallocates(1, 2)),
    ],
    unfit: &[
        "mi_strdup",
        "mi_strndup",
        "mi_realpath",
        "mi_wcsdup",
        "mi_mbsdup",
        "mi_dupenv_s",
        "mi_new",
        "mi_new_aligned",
        "mi_new_nothrow",
        "mi_new_aligned_nothrow",
        "mi_new_n",
        "mi_new_realloc",
        "mi_new_reallocn",
        "mi_reallocarray",
        "mi_reallocarr",
        "mi_recalloc",
        "mi_recalloc_aligned",
        "mi_recalloc_aligned_at",
        "mi_calloc_aligned_at",
        "mi_rezalloc_aligned_at",
        "mi_heap_strdup",
        "mi_heap_strndup",
        "mi_heap_realpath",
        "mi_heap_mallocn",
        "mi_heap_reallocn",
        "mi_heap_reallocf",
        "mi_heap_rezalloc",
        "mi_heap_recalloc",
        "mi_heap_malloc_aligned_at",
        "mi_heap_zalloc_aligned_at",
        "mi_heap_calloc_aligned",
        "mi_heap_calloc_aligned_at",
        "mi_heap_realloc_aligned_at",
        "mi_heap_rezalloc_aligned",
        "mi_heap_rezalloc_aligned_at",
        "mi_heap_recalloc_aligned",
        "mi_heap_recalloc_aligned_at",
    ],
};

impl Family {
    /// That of an allocator that is known by this name.
    pub(crate) fn of(allocator: &str) -> Option<&'static Self> {
        match allocator {
            "jemalloc" => Some(&JEMALLOC),
            "mimalloc" => Some(&MIMALLOC),
            _ => None,
        }
    }

    /// What the function of this name does.
    pub(crate) fn function(&self, name: &str) -> Option<AllocatorFunction> {
        let name = name.strip_prefix(self.prefix)?;
        let known = OF_C.iter().chain(self.own).find(|(known, _)| *known == name);
        known.map(|(_, function)| *function)
    }
}
