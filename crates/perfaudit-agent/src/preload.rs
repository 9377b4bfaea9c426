//! Whether a library can be preloaded into a program: told from its file, before it is run.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use object::read::elf::{ElfFile64, FileHeader, ProgramHeader};
use object::{LittleEndian, ReadCache, ReadRef, elf};

/// The bits of a file's mode that let it run with the rights of its owner and of its group (`inode(7)`).
const SET_USER: u32 = 0o4000;
const SET_GROUP: u32 = 0o2000;
/// Interpreters of interpreters, as deep as the kernel follows them (`execve(2)`).
const MOST_INTERPRETERS: usize = 4;
/// The longest first line of a script that the kernel reads.
const FIRST_LINE_BYTES: u64 = 256;

/// A program that the loader of glibc starts, so that `LD_PRELOAD` has an effect on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preloadable {
    program: PathBuf,
}

/// Why nothing can be preloaded into a program.
#[derive(Debug, thiserror::Error)]
pub enum NotPreloadable {
    /// The file cannot be read.
    #[error("cannot read `{}`: {source}", named(.program))]
    Read {
        /// The file.
        program: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is no program for this machine.
    #[error("`{}` is no 64-bit ELF program for this processor", named(.program))]
    Foreign {
        /// The file.
        program: PathBuf,
    },
    /// Nothing is loaded into it when it starts.
    #[error(
        "`{}` is linked statically, so that nothing can be preloaded into it: build it for a target with glibc",
        named(.program)
    )]
    Static {
        /// The file.
        program: PathBuf,
    },
    /// Its loader is not that of glibc.
    #[error(
        "`{}` is loaded by `{loader}`, and what is preloaded is made for glibc: build it for a target with glibc",
        named(.program)
    )]
    OtherLoader {
        /// The file.
        program: PathBuf,
        /// The path of its loader.
        loader: String,
    },
    /// It gets the rights of another user or group, and the loader then preloads nothing.
    #[error(
        "`{}` runs with the rights of another user or group (setuid or setgid), and the loader then preloads nothing",
        named(.program)
    )]
    OtherRights {
        /// The file.
        program: PathBuf,
    },
}

impl Preloadable {
    /// Looks at a program; of a script, at its interpreter. Rights that are given to a file by capabilities are not
    /// seen: whoever preloads still has to look whether the library started.
    ///
    /// # Errors
    /// When nothing can be preloaded into it, with the reason.
    pub fn of(program: &Path) -> Result<Self, NotPreloadable> {
        let mut program = program.to_owned();
        for _ in 0..MOST_INTERPRETERS {
            let read = |source| NotPreloadable::Read { program: program.clone(), source };
            let mut file = File::open(&program).map_err(read)?;
            if let Some(interpreter) = interpreter(&mut file).map_err(read)? {
                program = interpreter;
                continue;
            }
            return look(program, &file);
        }
        Err(NotPreloadable::Foreign { program })
    }

    /// The ELF file that is run: the program, or the interpreter of a script.
    #[must_use]
    pub fn program(&self) -> &Path {
        &self.program
    }
}

/// A file without its folders: reports are read on other machines.
fn named(program: &Path) -> std::borrow::Cow<'_, str> {
    program.file_name().unwrap_or(program.as_os_str()).to_string_lossy()
}

/// The interpreter that the first line of a script names.
fn interpreter(file: &mut File) -> io::Result<Option<PathBuf>> {
    let mut start = Vec::new();
    file.take(FIRST_LINE_BYTES).read_to_end(&mut start)?;
    let Some(line) = start.strip_prefix(b"#!") else { return Ok(None) };
    let line = line.split(|&byte| byte == b'\n').next().unwrap_or_default().trim_ascii();
    let path = line.split(u8::is_ascii_whitespace).next().unwrap_or_default();
    Ok(Some(PathBuf::from(std::ffi::OsString::from_vec(path.to_vec()))))
}

fn look(program: PathBuf, file: &File) -> Result<Preloadable, NotPreloadable> {
    let read = |source| NotPreloadable::Read { program: program.clone(), source };
    let metadata = file.metadata().map_err(read)?;
    // The folder of a process belongs to its effective user and group (`proc(5)`).
    let own = std::fs::metadata("/proc/self").map_err(read)?;
    let is_other = (metadata.mode() & SET_USER != 0 && metadata.uid() != own.uid())
        || (metadata.mode() & SET_GROUP != 0 && metadata.gid() != own.gid());
    if is_other {
        return Err(NotPreloadable::OtherRights { program });
    }
    let cache = ReadCache::new(file);
    match loader(&cache) {
        None => Err(NotPreloadable::Foreign { program }),
        Some(None) => Err(NotPreloadable::Static { program }),
        Some(Some(loader)) if is_of_glibc(&loader) => Ok(Preloadable { program }),
        Some(Some(loader)) => {
            Err(NotPreloadable::OtherLoader { program, loader: loader.to_string_lossy().into_owned() })
        }
    }
}

/// The loader that a program names; none inside if it names none, none at all if it is no program for this machine.
fn loader<'a, R: ReadRef<'a>>(data: R) -> Option<Option<PathBuf>> {
    const MACHINE: u16 = if cfg!(target_arch = "aarch64") { elf::EM_AARCH64.0 } else { elf::EM_X86_64.0 };
    let file = ElfFile64::<LittleEndian, R>::parse(data).ok()?;
    if file.elf_header().e_machine(LittleEndian).0 != MACHINE {
        return None;
    }
    let named = file
        .elf_program_headers()
        .iter()
        .find_map(|header| header.interpreter(LittleEndian, data).ok().flatten());
    Some(named.map(|path| PathBuf::from(std::ffi::OsStr::from_bytes(path))))
}

/// `ld-linux-x86-64.so.2`, `ld-linux-aarch64.so.1`, wherever it lies.
fn is_of_glibc(loader: &Path) -> bool {
    loader.file_name().is_some_and(|name| name.as_bytes().starts_with(b"ld-linux"))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A header of an ELF program, and a segment that names this loader.
    fn program(machine: u16, loader: Option<&str>) -> Vec<u8> {
        let mut bytes = vec![0x7f, b'E', b'L', b'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        bytes.extend(2_u16.to_le_bytes());
        bytes.extend(machine.to_le_bytes());
        bytes.extend(1_u32.to_le_bytes());
        // Entry, the offsets of program and section headers.
        for number in [0_u64, 64, 0] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend(0_u32.to_le_bytes());
        // Sizes and numbers of headers.
        for number in [64_u16, 56, u16::from(loader.is_some()), 64, 0, 0] {
            bytes.extend(number.to_le_bytes());
        }
        if let Some(loader) = loader {
            bytes.extend(3_u32.to_le_bytes());
            bytes.extend(4_u32.to_le_bytes());
            let length = loader.len() as u64 + 1;
            for number in [120_u64, 120, 120, length, length, 1] {
                bytes.extend(number.to_le_bytes());
            }
            bytes.extend(loader.as_bytes());
            bytes.push(0);
        }
        bytes
    }

    const HERE: u16 = if cfg!(target_arch = "aarch64") { 183 } else { 62 };

    fn of(bytes: &[u8]) -> Result<Preloadable, NotPreloadable> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("program");
        std::fs::write(&path, bytes).unwrap();
        Preloadable::of(&path)
    }

    #[test]
    fn a_program_of_glibc_can_be_preloaded_into_and_others_say_why_not() {
        assert!(of(&program(HERE, Some("/lib64/ld-linux-x86-64.so.2"))).is_ok());
        assert!(matches!(of(&program(HERE, None)), Err(NotPreloadable::Static { .. })));
        let musl = of(&program(HERE, Some("/lib/ld-musl-x86_64.so.1"))).unwrap_err();
        assert!(musl.to_string().contains("ld-musl"), "{musl}");
        assert!(matches!(of(&program(8, None)), Err(NotPreloadable::Foreign { .. })));
        for no_program in [&b""[..], b"text", b"\x7fELF", &program(HERE, Some("/lib/ld"))[..125]] {
            assert!(of(no_program).is_err(), "{no_program:?}");
        }
        assert!(matches!(Preloadable::of(Path::new("/no/such/file")), Err(NotPreloadable::Read { .. })));
    }

    #[test]
    fn of_a_script_its_interpreter_is_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        let (script, interpreter) = (folder.path().join("script"), folder.path().join("interpreter"));
        std::fs::write(&script, format!("#! {} -x\nwhatever", interpreter.display())).unwrap();
        std::fs::write(&interpreter, program(HERE, Some("/lib64/ld-linux-x86-64.so.2"))).unwrap();
        assert_eq!(Preloadable::of(&script).unwrap().program(), interpreter);
        std::fs::write(&interpreter, format!("#!{}", script.display())).unwrap();
        assert!(Preloadable::of(&script).is_err(), "they name each other without end");
    }

    #[test]
    fn a_program_that_gets_the_rights_of_another_user_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("program");
        std::fs::write(&path, program(HERE, Some("/lib64/ld-linux-x86-64.so.2"))).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o4755)).unwrap();
        assert!(Preloadable::of(&path).is_ok(), "its owner gains nothing");
        // Only root may give a file away.
        if std::os::unix::fs::chown(&path, Some(65534), None).is_ok() {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o4755)).unwrap();
            assert!(matches!(Preloadable::of(&path), Err(NotPreloadable::OtherRights { .. })));
        }
    }
}
