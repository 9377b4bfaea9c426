//! What of a program file is loaded to run it.

use std::fs;
use std::path::{Path, PathBuf};

use object::elf::SHF_ALLOC;
use object::{File, Object, ObjectSection, SectionFlags};
use perfaudit_result::ArmBinary;
use perfaudit_run::sha256;
use sha2::{Digest, Sha256};

/// The linker's digest of the whole file, debug information included.
const BUILD_ID: &str = ".note.gnu.build-id";

/// A program that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the program `{}`: {source}", path.display())]
pub struct ProgramError {
    /// The file.
    pub path: PathBuf,
    /// What the system said.
    pub source: std::io::Error,
}

/// What tells one program from another.
///
/// # Errors
/// When the file cannot be read.
pub fn binary(name: &str, path: &Path) -> Result<ArmBinary, ProgramError> {
    let content = fs::read(path).map_err(|source| ProgramError { path: path.to_owned(), source })?;
    Ok(ArmBinary {
        name: name.to_owned(),
        sha256: sha256(&content),
        loaded_sha256: loaded_sha256(&content),
        bytes: content.len() as u64,
    })
}

/// Whether two programs do the same with the same input: their files are equal, or what is loaded of them is.
#[must_use]
pub fn are_same_program(a: &ArmBinary, b: &ArmBinary) -> bool {
    a.sha256 == b.sha256 || (a.loaded_sha256.is_some() && a.loaded_sha256 == b.loaded_sha256)
}

/// The digest of every section that is loaded, with its address and its flags; none for what is no ELF file, and for
/// one without sections. A comment that was added to a source changes nothing of it, unless lines move that a panic
/// would name.
fn loaded_sha256(content: &[u8]) -> Option<String> {
    let file = File::parse(content).ok()?;
    let mut hasher = Sha256::new();
    hasher.update(file.entry().to_le_bytes());
    let mut sections = 0_u32;
    for section in file.sections() {
        let SectionFlags::Elf { sh_flags, .. } = section.flags() else { return None };
        let name = section.name_bytes().ok()?;
        if sh_flags.0 & SHF_ALLOC.0 == 0 || name == BUILD_ID.as_bytes() {
            continue;
        }
        sections += 1;
        hasher.update(section.address().to_le_bytes());
        hasher.update(section.size().to_le_bytes());
        hasher.update(sh_flags.0.to_le_bytes());
        hasher.update(section.data().ok()?);
    }
    (sections > 0).then(|| perfaudit_run::hexadecimal(&hasher.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_program_has_a_digest_of_its_file_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("script");
        fs::write(&path, "#!/bin/sh\n").unwrap();
        let script = binary("script", &path).unwrap();
        assert_eq!((script.bytes, script.loaded_sha256.clone()), (10, None));
        assert!(are_same_program(&script, &script));
        assert!(binary("gone", &folder.path().join("gone")).unwrap_err().to_string().contains("gone"));
    }

    #[test]
    fn a_program_is_told_from_another_by_what_is_loaded() {
        let this = std::env::current_exe().unwrap();
        let content = fs::read(&this).unwrap();
        let digest = loaded_sha256(&content).unwrap();
        assert_eq!(loaded_sha256(&[&content[..], b"appended"].concat()).unwrap(), digest);
        let mut other = content.clone();
        let file = File::parse(&content[..]).unwrap();
        let (start, _) = file.section_by_name(".text").unwrap().file_range().unwrap();
        other[start as usize] ^= 1;
        assert_ne!(loaded_sha256(&other).unwrap(), digest);
    }
}
