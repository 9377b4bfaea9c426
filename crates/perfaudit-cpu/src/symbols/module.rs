//! The symbols of one module.

use std::collections::HashMap;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;

use gimli::AbbreviationsCacheStrategy;

use super::alternate;
use super::debug_file::{self, DebugFile};
use super::dwarf::{DebugInfo, Found};
use super::elf::{self, FileProblem, Image, read_file};
use super::frame::{Place, RawFrame, RawFunction};
use super::mini_table;
use super::places::SymbolPlaces;
use super::remark::Flaw;
use super::sections::{Naming, Sections};
use super::split;
use super::symbol_table::SymbolTable;
use super::vdso;
use crate::recording::Module;

/// What is known of the addresses of a module.
#[derive(Debug, Default)]
pub(super) struct ModuleSymbols {
    /// By address; addresses of which nothing is known are not in it.
    pub(super) places: HashMap<u64, Place>,
    /// What is wrong with its files.
    pub(super) flaws: Vec<Flaw>,
}

/// Looks up addresses of a module, which ascend.
pub(super) fn symbolise(module: &Module, probes: &[u64], places: &SymbolPlaces) -> ModuleSymbols {
    let mut flaws = Vec::new();
    let folder = module.path.parent().unwrap_or(Path::new("/"));
    if module.path == Path::new(vdso::NAME) {
        let bytes = vdso::image(module.identity.build_id.as_deref(), places);
        let places =
            bytes.map_or_else(HashMap::new, |bytes| Files::program(&bytes).look_up(probes, &mut flaws));
        return ModuleSymbols { places, flaws };
    }
    let found = match read_program(module) {
        Ok(program) => {
            let debug = separate(&program, folder, places, &mut flaws);
            let shared = shared(debug.as_deref().unwrap_or(&program), folder, places, &mut flaws);
            let files = Files {
                program: Some(&program),
                debug: debug.as_deref(),
                shared: shared.as_deref(),
                path: Some(&module.path),
            };
            files.look_up(probes, &mut flaws)
        }
        Err(flaw) => {
            // The recorded build id may still lead to debug information.
            let by_id = module.identity.build_id.as_deref().map(|id| debug_file::by_build_id(id, places));
            if let Some(DebugFile::Found(debug)) = by_id {
                let shared = shared(&debug, folder, places, &mut flaws);
                let files = Files {
                    program: None,
                    debug: Some(&debug),
                    shared: shared.as_deref(),
                    path: Some(&module.path),
                };
                files.look_up(probes, &mut flaws)
            } else {
                flaws.push(flaw);
                HashMap::new()
            }
        }
    };
    let mut places = found;
    settle_files(&mut places);
    ModuleSymbols { places, flaws }
}

/// The bytes of the file that was mapped, if it is still the same.
fn read_program(module: &Module) -> Result<Vec<u8>, Flaw> {
    let damaged = |problem: &FileProblem| Flaw::Damaged { reason: problem.to_string() };
    let bytes = elf::read_program(&module.path).map_err(|problem| match problem {
        FileProblem::Absent => Flaw::FileGone,
        other => damaged(&other),
    })?;
    let image = Image::parse(&bytes).map_err(|problem| damaged(&problem))?;
    let recorded = &module.identity;
    let same = match (&recorded.build_id, recorded.inode) {
        (Some(id), _) => image.build_id() == Some(id),
        (None, Some(inode)) => std::fs::metadata(&module.path).is_ok_and(|file| file.ino() == inode),
        (None, None) => true,
    };
    if same { Ok(bytes) } else { Err(Flaw::FileChanged) }
}

/// The file with the debug information, if the program has none itself.
fn separate(program: &[u8], folder: &Path, places: &SymbolPlaces, flaws: &mut Vec<Flaw>) -> Option<Vec<u8>> {
    let image = Image::parse(program).ok().filter(|image| !image.has_debug_info())?;
    match debug_file::find(&image, folder, places) {
        DebugFile::Found(bytes) => Some(bytes),
        DebugFile::Differs(file) => {
            flaws.push(Flaw::DebugFileDiffers { file });
            None
        }
        DebugFile::Absent => None,
    }
}

/// The debug information that the file with debug information shares with others.
fn shared(bytes: &[u8], folder: &Path, places: &SymbolPlaces, flaws: &mut Vec<Flaw>) -> Option<Vec<u8>> {
    alternate::find(bytes, folder, places).unwrap_or_else(|flaw| {
        flaws.push(flaw);
        None
    })
}

/// The file with the debug information of a program, if it has none itself and the file is on this machine.
pub(super) fn debug_bytes(program: &[u8], path: &Path, flaws: &mut Vec<Flaw>) -> Option<Vec<u8>> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    separate(program, folder, &SymbolPlaces::of_a_foreign_recording(), flaws)
}

/// What the debug information of a program shares with that of others, if that file is on this machine.
pub(super) fn shared_bytes(debug: &[u8], path: &Path, flaws: &mut Vec<Flaw>) -> Option<Vec<u8>> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    shared(debug, folder, &SymbolPlaces::of_a_foreign_recording(), flaws)
}

/// The bytes of the file that the symbols and the debug information of a program were moved to, if it is on this
/// machine. `path` is where the program is.
#[must_use]
pub fn separate_debug_file(program: &[u8], path: &Path) -> Option<Vec<u8>> {
    debug_bytes(program, path, &mut Vec::new())
}

/// The files of a module.
pub(super) struct Files<'a> {
    pub(super) program: Option<&'a [u8]>,
    pub(super) debug: Option<&'a [u8]>,
    /// What the debug information shares with that of other programs.
    pub(super) shared: Option<&'a [u8]>,
    /// Where the program is: debug information that was split off is beside it.
    pub(super) path: Option<&'a Path>,
}

impl<'a> Files<'a> {
    /// A program without separate files.
    pub(super) fn program(bytes: &'a [u8]) -> Self {
        Self { program: Some(bytes), debug: None, shared: None, path: None }
    }

    /// Looks up addresses, which ascend.
    pub(super) fn look_up(&self, probes: &[u64], flaws: &mut Vec<Flaw>) -> HashMap<u64, Place> {
        let mini =
            self.program.and_then(|bytes| Image::parse(bytes).ok()).map(|image| mini_table::read(&image));
        let mini = mini.unwrap_or(Ok(None)).unwrap_or_else(|problem| {
            flaws.push(Flaw::Damaged { reason: problem.to_string() });
            None
        });
        let images = [self.debug, self.program, mini.as_deref()].into_iter().flatten();
        let mut symbols = SymbolTable::default();
        let mut with_debug_info = None;
        for bytes in images {
            match Image::parse(bytes) {
                Ok(image) => {
                    symbols.add(&image.file);
                    if with_debug_info.is_none() && image.has_debug_info() {
                        with_debug_info = Some(bytes);
                    }
                }
                Err(problem) => flaws.push(Flaw::Damaged { reason: problem.to_string() }),
            }
        }
        symbols.finish();
        let found = with_debug_info.map(|bytes| self.look_up_lines(bytes, &symbols, probes, flaws));
        let mut places = match found {
            Some(Ok(found)) => {
                if let Some(example) = found.missing_units.first() {
                    let count = found.missing_units.len();
                    flaws.push(Flaw::SplitUnitsMissing { count, example: example.clone() });
                }
                flaws.extend(found.problem.map(|reason| Flaw::Damaged { reason }));
                found.places
            }
            Some(Err(problem)) => {
                flaws.push(Flaw::Damaged { reason: problem.to_string() });
                HashMap::new()
            }
            None => HashMap::new(),
        };
        let mut by_name = HashMap::new();
        for &probe in probes {
            if !places.contains_key(&probe)
                && let Some(symbol) = symbols.find(probe)
            {
                let function =
                    by_name.entry(symbol).or_insert_with(|| Arc::new(RawFunction::of_symbol(symbol)));
                let frame =
                    RawFrame { function: Arc::clone(function), file: None, line: None, inlined: false };
                places.insert(probe, Place { known: function.known_by_symbol(), frames: vec![frame] });
            }
        }
        places
    }

    fn look_up_lines(
        &self,
        bytes: &[u8],
        symbols: &SymbolTable<'_>,
        probes: &[u64],
        flaws: &mut Vec<Flaw>,
    ) -> Result<Found, FileProblem> {
        let sections = Sections::load(bytes, Naming::Main)?;
        let shared = match self.shared.map(|bytes| Sections::load(bytes, Naming::Main)) {
            Some(Ok(shared)) => Some(shared),
            Some(Err(problem)) => {
                flaws.push(Flaw::Damaged {
                    reason: format!("the file of shared debug information: {problem}"),
                });
                None
            }
            None => None,
        };
        let mut dwarf = sections.dwarf();
        if let Some(shared) = &shared {
            dwarf.set_sup(shared.dwarf());
        }
        dwarf.populate_abbreviations_cache(AbbreviationsCacheStrategy::Duplicates);
        let dwarf = Arc::new(dwarf);
        let package_bytes = match self.path.map(|path| read_file(&split::package_path(path))) {
            Some(Ok(bytes)) => Some(bytes),
            Some(Err(FileProblem::Absent)) | None => None,
            Some(Err(problem)) => {
                flaws.push(Flaw::Damaged { reason: format!("the .dwp file: {problem}") });
                None
            }
        };
        let package_sections =
            match package_bytes.as_deref().map(|bytes| Sections::load(bytes, Naming::Split)) {
                Some(Ok(sections)) => Some(sections),
                Some(Err(problem)) => {
                    flaws.push(Flaw::Damaged { reason: format!("the .dwp file: {problem}") });
                    None
                }
                None => None,
            };
        let package = package_sections.as_ref().map(split::package).and_then(Result::ok);
        let beside = self.path.and_then(Path::parent);
        DebugInfo { dwarf: &dwarf, package: package.as_ref(), beside, symbols }.look_up(probes)
    }
}

/// Brief debug information does not say where an inlined function is declared: it is taken to be where most of its
/// lines are, since only macros put lines of other files into it.
fn settle_files(places: &mut HashMap<u64, Place>) {
    let mut votes: HashMap<Arc<RawFunction>, HashMap<Arc<str>, u64>> = HashMap::new();
    let frames = places.values().flat_map(|place| &place.frames);
    for frame in frames.filter(|frame| frame.function.file.is_none()) {
        if let Some(file) = &frame.file {
            let of_function = votes.entry(Arc::clone(&frame.function)).or_default();
            *of_function.entry(Arc::clone(file)).or_default() += 1;
        }
    }
    let settled: HashMap<Arc<RawFunction>, Arc<RawFunction>> = votes
        .into_iter()
        .map(|(function, files)| {
            let most = files.into_iter().max_by(|(a, n), (b, m)| n.cmp(m).then_with(|| b.cmp(a)));
            let file = most.map(|(file, _)| file);
            let with_file = Arc::new(RawFunction { file, ..(*function).clone() });
            (function, with_file)
        })
        .collect();
    for frame in places.values_mut().flat_map(|place| &mut place.frames) {
        if let Some(function) = settled.get(&frame.function) {
            frame.function = Arc::clone(function);
        }
    }
}
