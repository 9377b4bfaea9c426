//! Whether a program's allocations can be seen, told by its file before it runs: a count that sees nothing would read as
//! "it allocates nothing".

use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::unistd::{getegid, geteuid};
use object::read::elf::{ElfFile64, FileHeader};
use object::{Architecture, Object};
use perfaudit_agent::Detour;
use perfaudit_exec::Command;

use crate::allocator::{self, Family, Looked};
use crate::detour::{NoDetour, plan};

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
        "{path} brings a `malloc` of its own, which comes before a preloaded one, and {reason}: build it without that allocator"
    )]
    OwnMalloc {
        /// The file.
        path: PathBuf,
        /// Why its functions cannot be taken over.
        reason: NoDetour,
    },
    /// An allocator with names of its own is linked into it.
    #[error(
        "{path} holds {allocator}, whose functions are linked into it, so that no library can stand before them{}: build it with the system's allocator, as by a cargo feature that leaves the `#[global_allocator]` out",
        .reason.as_ref().map(|reason| format!(", and {reason}")).unwrap_or_default()
    )]
    OwnAllocator {
        /// The file.
        path: PathBuf,
        /// Its name.
        allocator: &'static str,
        /// Why its functions cannot be taken over, where their names are known.
        reason: Option<NoDetour>,
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

/// A program whose allocations can be counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Its file: the program, or the interpreter of a script.
    pub program: PathBuf,
    /// How allocations by its own allocator are counted, if it has one; those by the C library's are in any case.
    pub own: Option<OwnAllocator>,
}

/// An allocator that is linked into a program, and whose functions can be taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnAllocator {
    /// Its name; none where the program exports it under the names of the C library's.
    pub name: Option<&'static str>,
    /// Its functions.
    pub detours: Vec<Detour>,
}

/// How the allocations of a command's program can be counted by a preloaded library.
///
/// # Errors
/// Why they cannot be counted.
pub fn route(command: &Command) -> Result<Route, Refusal> {
    let argv = command.argv();
    let named = argv.first().map(OsString::from).unwrap_or_default();
    let mut path = find(&named, command.working_directory())?;
    for _ in 0..MOST_INTERPRETERS {
        match interpreter(&path)? {
            Some(next) => path = next,
            None => break,
        }
    }
    let own = look(&path)?;
    Ok(Route { program: path, own })
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
pub(crate) fn look(path: &Path) -> Result<Option<OwnAllocator>, Refusal> {
    let unreadable = |source| Refusal::Unreadable { path: path.to_owned(), source };
    let metadata = path.metadata().map_err(unreadable)?;
    let mode = metadata.mode();
    let takes_user = mode & 0o4000 != 0 && metadata.uid() != geteuid().as_raw();
    let takes_group = mode & 0o2000 != 0 && metadata.gid() != getegid().as_raw();
    if takes_user || takes_group {
        return Err(Refusal::Privileged { path: path.to_owned() });
    }
    let (Looked::None(bytes) | Looked::Perhaps(bytes)) = allocator::read(path).map_err(unreadable)?;
    look_at_elf(path, &bytes)
}

fn look_at_elf(path: &Path, bytes: &[u8]) -> Result<Option<OwnAllocator>, Refusal> {
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
    if allocator::exports(&file, "malloc") {
        return match plan(&file, &allocator::EXPORTED) {
            Ok(detours) => Ok(Some(OwnAllocator { name: None, detours })),
            Err(reason) => Err(Refusal::OwnMalloc { path, reason }),
        };
    }
    let Some(allocator) = allocator::linked_into(&file) else { return Ok(None) };
    match Family::of(allocator).map(|family| plan(&file, family)) {
        Some(Ok(detours)) => Ok(Some(OwnAllocator { name: Some(allocator), detours })),
        Some(Err(reason)) => Err(Refusal::OwnAllocator { path, allocator, reason: Some(reason) }),
        None => Err(Refusal::OwnAllocator { path, allocator, reason: None }),
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
