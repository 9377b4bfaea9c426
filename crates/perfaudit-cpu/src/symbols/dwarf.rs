//! From addresses to frames by debug information.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use addr2line::{Context, LookupContinuation, LookupResult};
use gimli::{Dwarf, DwarfFileType, DwarfPackage, UnitOffset, UnitRef};
use rayon::prelude::*;
use typed_arena::Arena;

use super::declaration::{Declaration, language};
use super::elf::FileProblem;
use super::frame::{Known, Place, RawFrame, RawFunction};
use super::name::{ReadableName, readable};
use super::sections::Slice;
use super::split::SplitUnits;
use super::symbol_table::SymbolTable;
use super::units::Units;

/// Fewer addresses are looked up by one thread: each thread parses the list of units anew.
const LEAST_PER_THREAD: usize = 64;

/// A function whose debug information names it nowhere.
const UNNAMED: &str = "[unnamed function]";

/// The debug information of a module.
pub(super) struct DebugInfo<'a> {
    pub(super) dwarf: &'a Arc<Dwarf<Slice<'a>>>,
    pub(super) package: Option<&'a DwarfPackage<Slice<'a>>>,
    /// The folder of the program.
    pub(super) beside: Option<&'a Path>,
    pub(super) symbols: &'a SymbolTable<'a>,
}

/// What lookups found.
#[derive(Default)]
pub(super) struct Found {
    /// Frames by address, for addresses that debug information covers.
    pub(super) places: HashMap<u64, Place>,
    /// Units that were split off and are not there.
    pub(super) missing_units: BTreeSet<String>,
    /// Why some address could not be looked up.
    pub(super) problem: Option<String>,
}

impl DebugInfo<'_> {
    /// Looks up addresses, which ascend; several threads take neighbouring ones each, so that few units are parsed
    /// twice.
    pub(super) fn look_up(&self, probes: &[u64]) -> Result<Found, FileProblem> {
        let damaged = |error: String| FileProblem::Damaged(error);
        let units = Units::read(self.dwarf).map_err(|error| damaged(error.to_string()))?;
        units.check(probes).map_err(|refused| damaged(refused.to_string()))?;
        let each = probes.len().div_ceil(rayon::current_num_threads()).max(LEAST_PER_THREAD);
        let parts: Vec<Found> =
            probes.par_chunks(each).map(|part| self.look_up_part(&units, part)).collect::<Result<_, _>>()?;
        let mut all = Found::default();
        for part in parts {
            all.places.extend(part.places);
            all.missing_units.extend(part.missing_units);
            all.problem = all.problem.or(part.problem);
        }
        Ok(all)
    }

    fn look_up_part<'s>(&'s self, units: &'s Units<'_>, probes: &[u64]) -> Result<Found, FileProblem> {
        let files = Arena::new();
        let context = Context::from_arc_dwarf(Arc::clone(self.dwarf))
            .map_err(|error| FileProblem::Damaged(error.to_string()))?;
        let mut lookup = Lookup {
            context: &context,
            units,
            symbols: self.symbols,
            split: SplitUnits::new(self.package, self.beside, &files),
            functions: HashMap::new(),
            paths: HashMap::new(),
        };
        let mut found = Found::default();
        for &probe in probes {
            match lookup.place(probe) {
                Ok(Some(place)) => {
                    found.places.insert(probe, place);
                }
                Ok(None) => {}
                Err(error) => found.problem = found.problem.or_else(|| Some(error.to_string())),
            }
        }
        found.missing_units = lookup.split.missing();
        Ok(found)
    }
}

/// No code is at the last address, behind which nothing can end. The library that looks addresses up counts one further.
const NOWHERE: u64 = u64::MAX;

/// The unit, by its place and the number of the file that it was split to, and the entry in it.
type FunctionKey = (usize, Option<gimli::DwoId>, UnitOffset);

struct Lookup<'c, 'u, 'a> {
    context: &'c Context<Slice<'a>>,
    units: &'c Units<'u>,
    symbols: &'c SymbolTable<'c>,
    split: SplitUnits<'a>,
    functions: HashMap<FunctionKey, Arc<RawFunction>>,
    paths: HashMap<String, Arc<str>>,
}

impl<'c, 'a> Lookup<'c, '_, 'a> {
    /// The frames at an address; none where debug information does not cover it.
    fn place(&mut self, probe: u64) -> Result<Option<Place>, gimli::Error> {
        if probe == NOWHERE {
            return Ok(None);
        }
        let mut found = self.load(self.context.find_frames(probe))?;
        let Some(unit) = self.load(self.context.find_dwarf_and_unit(probe)) else { return Ok(None) };
        let mut parts = Vec::new();
        while let Some(frame) = found.next()? {
            parts.push((frame.dw_die_offset, frame.location));
        }
        let last = parts.len().saturating_sub(1);
        let symbol = self.symbols.find(probe);
        let mut known = Known::Lines;
        let mut frames = Vec::with_capacity(parts.len());
        for (at, (entry, location)) in parts.into_iter().enumerate() {
            let inlined = at != last;
            let function = match entry {
                Some(entry) => self.function(unit, entry, symbol.filter(|_| !inlined), inlined),
                None => {
                    // A line without a function is all that there is to assembly. Otherwise the functions were split
                    // off and are not there.
                    if language(unit) != Some(gimli::DW_LANG_Mips_Assembler) {
                        known = Known::Name;
                    }
                    let Some(symbol) = symbol else { return Ok(None) };
                    Arc::new(RawFunction::of_symbol(symbol))
                }
            };
            let file = location.as_ref().and_then(|location| location.file).map(|file| self.path(file));
            let line = location.and_then(|location| location.line);
            frames.push(RawFrame { function, file, line, inlined });
        }
        Ok((!frames.is_empty()).then_some(Place { known, frames }))
    }

    fn function(
        &mut self,
        unit: UnitRef<'c, Slice<'a>>,
        entry: UnitOffset,
        symbol: Option<&str>,
        inlined: bool,
    ) -> Arc<RawFunction> {
        let is_split = unit.dwarf.file_type == DwarfFileType::Dwo;
        let key = (unit.header.offset().0, unit.dwo_id.filter(|_| is_split), entry);
        if let Some(known) = self.functions.get(&key) {
            return Arc::clone(known);
        }
        let declaration = if is_split {
            let skeleton = unit.dwo_id.and_then(|id| self.units.skeleton(id));
            Declaration::read(unit, skeleton, entry, None)
        } else {
            Declaration::read(unit, Some(unit), entry, Some(self.units))
        };
        // Brief debug information has no paths of functions, but the symbol table has.
        let symbol = symbol.filter(|_| declaration.linkage.is_none() && declaration.has_paths);
        let raw = declaration.linkage.as_deref().or(symbol).or(declaration.plain.as_deref());
        let ReadableName { text, crate_name } =
            readable(raw.unwrap_or(UNNAMED), declaration.plain.as_deref());
        let (mut file, mut line) = (declaration.file, declaration.line);
        // Without a declaration, the first line of the code tells it.
        if file.is_none()
            && !inlined
            && let Some(entry) = declaration.entry.filter(|&entry| entry != NOWHERE)
            && let Ok(Some(first)) = self.context.find_location(entry)
        {
            file = first.file.map(|file| self.path(file));
            line = line.or(first.line);
        }
        let function =
            Arc::new(RawFunction { name: text, crate_name, file, folder: declaration.folder, line });
        self.functions.insert(key, Arc::clone(&function));
        function
    }

    fn load<L: LookupContinuation<Buf = Slice<'a>>>(&self, mut lookup: LookupResult<L>) -> L::Output {
        loop {
            match lookup {
                LookupResult::Output(output) => return output,
                LookupResult::Load { load, continuation } => {
                    lookup = continuation.resume(self.split.find(&load));
                }
            }
        }
    }

    fn path(&mut self, path: &str) -> Arc<str> {
        if let Some(known) = self.paths.get(path) {
            return Arc::clone(known);
        }
        let new: Arc<str> = path.into();
        self.paths.insert(path.to_owned(), Arc::clone(&new));
        new
    }
}
