//! Debug information that was split off: a package beside the program, or a file for each unit.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use addr2line::SplitDwarfLoad;
use gimli::{Dwarf, DwarfPackage, UnitRef};
use typed_arena::Arena;

use super::elf::{FileProblem, read_file};
use super::guard;
use super::sections::{Naming, Sections, Slice};

/// The path of the package of a program: `.dwp` behind its whole name.
pub(super) fn package_path(program: &Path) -> PathBuf {
    let mut name = program.as_os_str().to_owned();
    name.push(".dwp");
    PathBuf::from(name)
}

/// What a package holds.
pub(super) fn package<'s>(sections: &'s Sections<'_>) -> Result<DwarfPackage<Slice<'s>>, FileProblem> {
    // Of a section that is never read.
    let empty = sections.get(gimli::SectionId::DebugNames);
    DwarfPackage::load(|id| Ok::<_, gimli::Error>(sections.get(id)), empty)
        .map_err(|error| FileProblem::Damaged(error.to_string()))
}

/// Finds units that were split off.
pub(super) struct SplitUnits<'a> {
    package: Option<&'a DwarfPackage<Slice<'a>>>,
    /// The folder of the program: files are looked for here when they are not where they were written.
    beside: Option<&'a Path>,
    /// Keeps the files for as long as lookups run.
    files: &'a Arena<Sections<'static>>,
    missing: RefCell<BTreeSet<String>>,
}

impl<'a> SplitUnits<'a> {
    pub(super) fn new(
        package: Option<&'a DwarfPackage<Slice<'a>>>,
        beside: Option<&'a Path>,
        files: &'a Arena<Sections<'static>>,
    ) -> Self {
        Self { package, beside, files, missing: RefCell::default() }
    }

    /// The names of units that were not found, or were of another build.
    pub(super) fn missing(self) -> BTreeSet<String> {
        self.missing.into_inner()
    }

    /// The unit that is asked for.
    pub(super) fn find(&self, load: &SplitDwarfLoad<Slice<'a>>) -> Option<Arc<Dwarf<Slice<'a>>>> {
        if let Some(package) = self.package
            && let Ok(Some(unit)) = package.find_cu(load.dwo_id, &load.parent)
            && is_sound(&unit, load.dwo_id)
        {
            return Some(Arc::new(unit));
        }
        let name = load.path.map(|name| PathBuf::from(name.to_string_lossy().into_owned()));
        let found = name.as_deref().and_then(|name| self.in_file(name, load));
        if found.is_none() {
            let name =
                name.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
            self.missing.borrow_mut().insert(name.unwrap_or_else(|| "unnamed unit".to_owned()));
        }
        found
    }

    fn in_file(&self, name: &Path, load: &SplitDwarfLoad<Slice<'a>>) -> Option<Arc<Dwarf<Slice<'a>>>> {
        let folder = load.comp_dir.map(|folder| PathBuf::from(folder.to_string_lossy().into_owned()));
        let written = folder.map_or_else(|| name.to_owned(), |folder| folder.join(name));
        let beside = self.beside.and_then(|beside| Some(beside.join(name.file_name()?)));
        [Some(written), beside].into_iter().flatten().find_map(|path| {
            let bytes = read_file(&path).ok()?;
            let sections = self.files.alloc(Sections::load(&bytes, Naming::Split).ok()?.into_owned());
            let mut unit = sections.dwarf();
            unit.make_dwo(&load.parent);
            is_sound(&unit, load.dwo_id).then(|| Arc::new(unit))
        })
    }
}

/// Whether the first unit, which is the one that is read, is the one that is asked for and can be read safely.
fn is_sound(dwarf: &Dwarf<Slice<'_>>, id: gimli::DwoId) -> bool {
    let Ok(Some(header)) = dwarf.units().next() else { return false };
    let Ok(unit) = dwarf.unit(header) else { return false };
    unit.dwo_id == Some(id) && guard::check(UnitRef::new(dwarf, &unit)).is_ok()
}
