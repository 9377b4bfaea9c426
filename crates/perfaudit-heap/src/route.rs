//! Whether a program's allocations can be seen, told by its file before it runs: a count that sees nothing would read as
//! "it allocates nothing".

use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::unistd::{getegid, geteuid};
use object::read::elf::{ElfFile64, FileHeader};
use object::{Architecture, Object, ObjectSymbol};
use perfaudit_exec::Command;

use crate::allocator;

/// Why a program's allocations cannot be counted, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// There is no such program.
    #[error("`{program}` is not found: name it with its path")]
    NotFound {
        /// What was named.
        program: String,
    },
    /// Its file cannot be read.
    #[error("{path} cannot be looked at: {source}; give the right to read it")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is neither a program for this kind of system nor a script.
    #[error("{path} is neither a 64-bit ELF program nor a script that names its interpreter: {reason}")]
    NotElf {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// It is for another processor.
    #[error("{path} is for another processor than this one: count where it runs natively")]
    OtherProcessor {
        /// The file.
        path: PathBuf,
    },
    /// It has no dynamic loader.
    #[error(
        "{path} is linked statically, so that nothing can be preloaded: build it for a target with glibc and without `-C target-feature=+crt-static`, as `x86_64-unknown-linux-gnu`"
    )]
    Static {
        /// The file.
        path: PathBuf,
    },
    /// Its C library is not the one that the preloaded library is made for.
    #[error(
        "{path} is loaded by {loader}, which is not glibc's: build it for a target with glibc, as `x86_64-unknown-linux-gnu`"
    )]
    OtherLibrary {
        /// The file.
        path: PathBuf,
        /// The loader that it names.
        loader: String,
    },
    /// It defines `malloc` for all that it loads.
    #[error(
        "{path} brings a `malloc` of its own, which comes before a preloaded one: build it without that allocator"
    )]
    OwnMalloc {
        /// The file.
        path: PathBuf,
    },
    /// An allocator with names of its own is linked into it.
    #[error(
        "{path} holds {allocator}, whose functions are linked into it and cannot be stood before: build it with the system's allocator, as by a cargo feature that leaves the `#[global_allocator]` out"
    )]
    OwnAllocator {
        /// The file.
        path: PathBuf,
        /// Its name.
        allocator: &'static str,
    },
    /// It runs with other rights than its user's.
    #[error(
        "{path} runs with the rights of another user (setuid or setgid), for which the loader preloads nothing: count it as that user, or a copy without that mark"
    )]
    Privileged {
        /// The file.
        path: PathBuf,
    },
}

/// A script may name a script as its interpreter, and the system follows that so often.
const MOST_INTERPRETERS: usize = 4;

/// The file whose allocations would be counted by preloading: the program, or the interpreter of a script.
///
/// # Errors
/// Why they cannot be counted.
pub fn route(command: &Command) -> Result<PathBuf, Refusal> {
    let argv = command.argv();
    let named = argv.first().map(OsString::from).unwrap_or_default();
    let mut path = find(&named, command.working_directory())?;
    for _ in 0..MOST_INTERPRETERS {
        match interpreter(&path)? {
            Some(next) => path = next,
            None => break,
        }
    }
    look(&path)?;
    Ok(path)
}

/// The file that a name stands for, as the system finds it.
fn find(named: &OsStr, directory: Option<&Path>) -> Result<PathBuf, Refusal> {
    let here = directory.map_or_else(|| PathBuf::from("."), Path::to_owned);
    let not_found = || Refusal::NotFound { program: named.to_string_lossy().into_owned() };
    if named.as_bytes().contains(&b'/') {
        let path = here.join(named);
        return path.canonicalize().map_err(|_| not_found());
    }
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let is_program = |path: &PathBuf| {
        path.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
    };
    std::env::split_paths(&folders)
        .map(|folder| here.join(folder).join(named))
        .find(is_program)
        .and_then(|path| path.canonicalize().ok())
        .ok_or_else(not_found)
}

/// The interpreter of a script; none for what is no script.
fn interpreter(path: &Path) -> Result<Option<PathBuf>, Refusal> {
    let unreadable = |source| Refusal::Unreadable { path: path.to_owned(), source };
    let mut start = Vec::new();
    std::fs::File::open(path).and_then(|file| file.take(256).read_to_end(&mut start)).map_err(unreadable)?;
    let Some(line) = start.strip_prefix(b"#!") else { return Ok(None) };
    let line = line.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii();
    let name = line.split(u8::is_ascii_whitespace).next().unwrap_or_default();
    find(OsStr::from_bytes(name), None).map(Some)
}

/// Looks at a program that is to run, or has run.
///
/// # Errors
/// Why its allocations cannot be counted.
pub(crate) fn look(path: &Path) -> Result<(), Refusal> {
    let unreadable = |source| Refusal::Unreadable { path: path.to_owned(), source };
    let metadata = path.metadata().map_err(unreadable)?;
    let mode = metadata.mode();
    let takes_user = mode & 0o4000 != 0 && metadata.uid() != geteuid().as_raw();
    let takes_group = mode & 0o2000 != 0 && metadata.gid() != getegid().as_raw();
    if takes_user || takes_group {
        return Err(Refusal::Privileged { path: path.to_owned() });
    }
    let bytes = std::fs::read(path).map_err(unreadable)?;
    look_at_elf(path, &bytes)
}

fn look_at_elf(path: &Path, bytes: &[u8]) -> Result<(), Refusal> {
    let path = path.to_owned();
    let file: ElfFile64<'_> = match ElfFile64::parse(bytes) {
        Ok(file) => file,
        Err(error) => return Err(Refusal::NotElf { path, reason: error.to_string() }),
    };
    let ours = match std::env::consts::ARCH {
        "aarch64" => Architecture::Aarch64,
        _ => Architecture::X86_64,
    };
    if file.architecture() != ours {
        return Err(Refusal::OtherProcessor { path });
    }
    let Some(loader) = loader(&file) else { return Err(Refusal::Static { path }) };
    if !loader.rsplit('/').next().is_some_and(|name| name.starts_with("ld-linux")) {
        return Err(Refusal::OtherLibrary { path, loader });
    }
    let defines = |symbol: &object::read::elf::ElfSymbol64<'_, '_>, name: &str| {
        symbol.is_definition() && symbol.name() == Ok(name)
    };
    if file.dynamic_symbols().any(|symbol| defines(&symbol, "malloc")) {
        return Err(Refusal::OwnMalloc { path });
    }
    match allocator::linked_into(&file) {
        Some(allocator) => Err(Refusal::OwnAllocator { path, allocator }),
        None => Ok(()),
    }
}

/// The dynamic loader that a program names.
fn loader(file: &ElfFile64<'_>) -> Option<String> {
    use object::read::elf::ProgramHeader;
    let endian = file.endian();
    let headers = file.elf_header().program_headers(endian, file.data()).ok()?;
    let name = headers.iter().find_map(|header| header.interpreter(endian, file.data()).ok().flatten())?;
    Some(String::from_utf8_lossy(name).into_owned())
}
